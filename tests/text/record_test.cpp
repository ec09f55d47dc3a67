#include "steps/text/record.hpp"

#include <catch2/catch.hpp>

#include <set>

#include "tests/text/records.hpp"

using namespace steps::text;
using namespace tests::text;

namespace {

const std::string call = R"({"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}})";

std::string with_call(const std::string& changed) {
  return R"({"messages":[{"role":"user","content":"hi"},{"role":"assistant","tool_calls":[)" + changed +
         "]}]}";
}

}  // namespace

TEST_CASE("each code has its line, its message index and its words", "[text][record]") {
  struct Case {
    std::string line;
    Code code;
    std::uint32_t index;
    std::string detail;
  };
  const std::string user = R"({"role":"user","content":"hi"})";
  const std::vector<Case> cases{
      {"{", Code::invalid_json, 0, "byte 1: expected JSON, found the text ends inside an object"},
      {"", Code::invalid_json, 0, "byte 0: expected JSON, found the text ends where a value should stand"},
      {"\xff\xfe{", Code::invalid_json, 0, "UTF-16"},
      {"[1]", Code::invalid_structure, 0, "expected an object, found an array"},
      {"{}", Code::missing_messages, 0, "messages: expected an array of messages, found no such field"},
      {R"({"input":{"tools":[]}})", Code::missing_messages, 0, "input.messages: expected an array"},
      {R"({"messages":null})", Code::empty_messages, 0,
       "messages: expected an array of messages, found null"},
      {R"({"messages":[]})", Code::empty_messages, 0,
       "messages: expected at least one message, found an empty array"},
      {R"({"messages":[)" + user + R"(,{"role":"robot"}]})", Code::invalid_role, 1,
       "messages[1].role: expected system, developer, user, assistant, tool or function, found 'robot'"},
      {R"({"messages":[{"role":"User","content":"x"}]})", Code::invalid_role, 0, "found 'User'"},
      {R"({"messages":["hello"]})", Code::invalid_role, 0,
       "messages[0]: expected an object with a role, found a string"},
      {R"({"messages":[{"content":"x"}]})", Code::invalid_role, 0, "found nothing"},
      {R"({"messages":[{"role":7}]})", Code::invalid_role, 0, "found a number"},
      {R"({"messages":[{"role":"system","content":"x"}]})", Code::no_user_message, 0,
       "messages: expected a message from"},
      {R"({"messages":[{"role":"assistant","content":"x"}]})", Code::no_user_message, 0, "found none"},
      {R"({"messages":[{"role":"user","content":" \n\t\u00a0\u3000"}]})", Code::empty_user_message, 0,
       "only white space"},
      {R"({"messages":[{"role":"user","content":null}]})", Code::empty_user_message, 0, "found null"},
      {R"({"messages":[{"role":"user"}]})", Code::empty_user_message, 0, "found nothing"},
      {R"({"messages":[{"role":"user","content":5}]})", Code::empty_user_message, 0, "found a number"},
      {R"({"messages":[{"role":"user","content":[]}]})", Code::empty_user_message, 0, "only white space"},
      {R"({"messages":[{"role":"user","content":[{"type":"text","text":" "}]}]})", Code::empty_user_message,
       0, ""},
      {R"({"messages":[)" + user + R"(,{"role":"user","content":""},)" + user + "]}",
       Code::empty_user_message, 1, "messages[1].content"},
      {R"({"input":{"messages":[{"role":"user","content":""}]}})", Code::empty_user_message, 0,
       "input.messages[0].content"},
      {with_call(R"({"type":"function","function":{"name":"f","arguments":"{}"}})"), Code::invalid_tool_call,
       1, "messages[1].tool_calls[0].id: expected an id, found nothing"},
      {with_call(call + R"(,{"id":"c2","function":{"name":"f","arguments":"{}"}})"), Code::invalid_tool_call,
       1, "tool_calls[1].type"},
      {with_call(R"({"id":"c1","type":"x","function":{"name":"f","arguments":"{}"}})"),
       Code::invalid_tool_call, 1, "'x'"},
      {with_call(R"({"id":"c1","type":"function"})"), Code::invalid_tool_call, 1,
       ".function: expected an object"},
      {with_call(R"({"id":"c1","type":"function","function":{"name":"","arguments":"{}"}})"),
       Code::invalid_tool_call, 1, ".function.name"},
      {with_call(R"({"id":"c1","type":"function","function":{"name":"f"}})"), Code::invalid_tool_call, 1,
       ".arguments"},
      {with_call(R"({"id":"c1","type":"function","function":{"name":"f","arguments":""}})"),
       Code::invalid_tool_call, 1, "''"},
      {with_call(R"({"id":"c1","type":"function","function":{"name":"f","arguments":"[1]"}})"),
       Code::invalid_tool_call, 1, "found a string that holds an array"},
      {with_call(R"({"id":"c1","type":"custom","custom":{"input":"x"}})"), Code::invalid_tool_call, 1,
       ".custom.name"},
      {with_call("7"), Code::invalid_tool_call, 1, "tool_calls[0]: expected an object, found a number"},
      {R"({"messages":[)" + user + R"(,{"role":"assistant","function_call":{"name":"f"}}]})",
       Code::invalid_tool_call, 1, "messages[1].function_call.arguments"},
      {R"({"messages":[)" + user + R"(],"tools":{}})", Code::invalid_tool_call, 0,
       "tools: expected an array of tools"},
      {R"({"messages":[)" + user + R"(],"tools":["f"]})", Code::invalid_tool_call, 0, "tools[0]"},
      {R"({"messages":[)" + user + R"(,{"role":"tool","content":"x"}]})", Code::missing_tool_call_id, 1,
       "messages[1].tool_call_id"},
      {R"({"messages":[)" + user +
           R"(,{"role":"tool","tool_call_id":"c1"},{"role":"assistant","tool_calls":[)" + call + "]}]}",
       Code::orphan_tool_result, 1, "found 'c1'"},
      {R"({"messages":[)" + user + R"(,{"role":"function","name":"f","content":"x"}]})",
       Code::orphan_tool_result, 1, "the name of an earlier function call"},
  };
  std::set<Code> seen;
  for (const Case& expected : cases) {
    const Verdict verdict = verdict_of(expected.line);
    INFO(expected.line);
    CHECK(code_name(verdict.code) == code_name(expected.code));
    CHECK(verdict.message_index == expected.index);
    CHECK_THAT(verdict.detail, Catch::Contains(expected.detail));
    CHECK(verdict.content_hash == Hash128{});
    seen.insert(expected.code);
  }
  REQUIRE(seen.size() ==
          code_count - 3);  // valid, user_message_too_short and exceeds_max_tokens have their own tests
}

TEST_CASE("the first check in the order of the specification names the code", "[text][record]") {
  // Each line has every fault that follows too.
  const std::string orphan = R"({"role":"tool","tool_call_id":"x"})", nameless = R"({"role":"tool"})";
  const std::string broken = R"({"role":"assistant","tool_calls":[{}]})",
                    blank = R"({"role":"user","content":" "})";
  const std::string good = R"({"role":"user","content":"hi"})";
  const auto code = [](const std::string& messages) {
    return verdict_of(R"({"messages":[)" + messages + "]}", {.min_user_characters = 9}).code;
  };
  REQUIRE(code(orphan + "," + nameless + "," + broken + "," + blank + R"(,{"role":"x"})") ==
          Code::invalid_role);
  REQUIRE(code(orphan + "," + nameless + "," + broken) == Code::no_user_message);
  REQUIRE(code(orphan + "," + nameless + "," + broken + "," + good + "," + blank) ==
          Code::empty_user_message);
  REQUIRE(code(orphan + "," + nameless + "," + broken + "," + good) == Code::user_message_too_short);
  const std::string longer = R"({"role":"user","content":"hello there"})";
  REQUIRE(code(orphan + "," + nameless + "," + broken + "," + longer) == Code::invalid_tool_call);
  REQUIRE(code(orphan + "," + nameless + "," + longer) == Code::missing_tool_call_id);
  REQUIRE(code(orphan + "," + longer) == Code::orphan_tool_result);
}

TEST_CASE("accepted shapes and lenient cases are valid", "[text][record]") {
  const std::string user = R"({"role":"user","content":"hi"})";
  for (
      const std::string& line : std::vector<std::string>{
          R"({"messages":[)" + user +
              R"(],"reference_answer":{"value":1},"anything":[1e999,123456789012345678901234]})",
          R"({"input":{"messages":[)" + user + R"(],"tools":[]},"output":"yes"})",
          R"({"input":"kept","messages":[)" + user + "]}",
          R"({"m\u0065ssages":[{"r\u006fle":"us\u0065r","content":"hi"}]})",
          R"({"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]})",
          R"({"messages":[{"role":"user","content":["plain part"]}]})",
          R"({"messages":[)" + user +
              R"(,{"role":"assistant","content":null,"tool_calls":null}],"tools":null})",
          R"({"messages":[)" + user + R"(,{"role":"assistant","content":"a","tool_calls":[]}]})",
          with_call(call),
          with_call(R"({"id":"c1","type":"custom","custom":{"name":"n","input":"x"}})"),
          R"({"messages":[)" + user + R"(,{"role":"assistant","tool_calls":[)" + call +
              R"(]},{"role":"tool","tool_call_id":"c\u0031","content":"1"},{"role":"tool","tool_call_id":"c1"}]})",
          R"({"messages":[)" + user +
              R"(,{"role":"assistant","function_call":{"name":"f","arguments":"{\"a\":1}"}},)" +
              R"({"role":"function","name":"f","content":"x"}]})",
          R"({"messages":[)" + user + R"(],"output":{"tool_calls":[{"broken":true}]}})",
      }) {
    const Verdict verdict = verdict_of(line);
    INFO(line << ": " << verdict.detail);
    CHECK(verdict.code == Code::valid);
    CHECK(verdict.content_hash != Hash128{});
  }
}

TEST_CASE("the trailing assistant turn is the answer and the rest the prompt", "[text][record]") {
  const std::string user = R"({"role":"user","content":"hi"})",
                    answer = R"({"role":"assistant","content":"a"})";
  const auto of = [](const std::string& messages, const std::string& rest = "") {
    return verdict_of(R"({"messages":[)" + messages + "]" + rest + "}");
  };
  REQUIRE_FALSE(of(user).has_output);
  REQUIRE(of(user + "," + answer).has_output);
  REQUIRE(of(user, R"(,"output":"x")").has_output);
  REQUIRE_FALSE(of(user, R"(,"output":null)").has_output);
  REQUIRE(of(user + "," + answer).content_hash == of(user).content_hash);
  REQUIRE(of(user + "," + answer + "," + answer).content_hash == of(user).content_hash);
  REQUIRE(of(user + "," + answer, R"(,"output":"x")").content_hash != of(user).content_hash);
  REQUIRE(of(user + "," + answer, R"(,"output":null)").content_hash == of(user).content_hash);
  REQUIRE(of(user + "," + answer + "," + user).turns == 2);
  REQUIRE(of(user + "," + answer + "," + user).multi_turn);
  REQUIRE_FALSE(of(user + "," + answer).multi_turn);
  REQUIRE_FALSE(verdict_of(with_call(call)).has_tools);  // the call is the answer
  REQUIRE(of(user, R"(,"tools":[{"type":"function"}])").has_tools);
  REQUIRE(
      of(user + R"(,{"role":"assistant","tool_calls":[)" + call + R"(]},{"role":"tool","tool_call_id":"c1"})")
          .has_tools);
}

TEST_CASE("a minimum length counts the characters of the last user message", "[text][record]") {
  const ValidationRules rules{.min_user_characters = 3};
  const auto code = [&rules](const std::string& content) {
    return verdict_of(R"({"messages":[{"role":"user","content":"long enough"},{"role":"user","content":)" +
                          content + "}]}",
                      rules)
        .code;
  };
  REQUIRE(code(R"("ab")") == Code::user_message_too_short);
  REQUIRE(code(R"("éé")") == Code::user_message_too_short);
  REQUIRE(code(R"("\u00e9\u00e9\ud83d\ude00")") == Code::valid);
  REQUIRE(code(R"([{"type":"text","text":"a"},{"type":"text","text":"bc"}])") == Code::valid);
  REQUIRE(code(R"([{"type":"text","text":"a"},{"type":"input_audio"}])") == Code::valid);
}

TEST_CASE("tokens are counted exactly when they can exceed the limit, and only then", "[text][record]") {
  Scratch scratch;
  const auto line = [](const std::string& text) {
    return R"({"messages":[{"role":"system","content":"be brief"},{"role":"user","content":")" + text +
           "\"}]}";
  };
  const Verdict small = verdict_of(line("hello world"), {.max_tokens = 30});
  REQUIRE(small.code == Code::valid);
  REQUIRE_FALSE(small.tokens_exact);
  REQUIRE(small.tokens == 0);
  REQUIRE(count_record_tokens(line("hello world"), o200k(), scratch) == 4);
  const Verdict counted = verdict_of(line("hello world"), {.max_tokens = 4});
  REQUIRE(counted.code == Code::valid);
  REQUIRE(counted.tokens_exact);
  REQUIRE(counted.tokens == 4);
  const Verdict over = verdict_of(line("hello world"), {.max_tokens = 3});
  REQUIRE(over.code == Code::exceeds_max_tokens);
  REQUIRE(over.tokens == 4);
  REQUIRE(over.detail == "prompt: expected at most 3 tokens (o200k_base), found 4");
  REQUIRE(verdict_of(line("hello world"), {.max_tokens = 0}).code == Code::valid);

  std::string much;
  while (much.size() < (3U << 20)) much += "hello world ";
  const Verdict huge = verdict_of(line(much));
  REQUIRE(huge.code == Code::exceeds_max_tokens);
  REQUIRE_FALSE(huge.tokens_exact);
  REQUIRE(huge.tokens > 8000);
  REQUIRE_THAT(huge.detail, Catch::Contains("at least"));
}

TEST_CASE("the texts that count are contents, calls and tools, and not the answer", "[text][record]") {
  Scratch scratch;
  const auto tokens = [&scratch](const std::string& line) {
    return count_record_tokens(line, o200k(), scratch);
  };
  const auto of = [](std::string_view text) { return o200k().count(text); };
  REQUIRE(
      tokens(
          R"({"messages":[{"role":"user","name":"bob","content":[{"type":"text","text":"one two"},)"
          R"({"type":"image_url","image_url":{"url":"http://x"}},{"type":"text","text":"thr\u0065e"}]}]})") ==
      of("one two") + of("three"));
  REQUIRE(
      tokens(
          R"({"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a long answer"}]})") ==
      1);
  REQUIRE(tokens(R"({"messages":[{"role":"user","content":"q"}], "tools": [ { "type" : "a b" } ]})") ==
          1 + of(R"([{"type":"a b"}])"));
  REQUIRE(
      tokens(
          R"({"messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[)" +
          call + R"(]},{"role":"tool","tool_call_id":"c1","content":"result"}]})") ==
      1 + of("f") + of("{}") + of("result"));
  REQUIRE(tokens("{}") == 0);
  REQUIRE(tokens("not json") == 0);
}

TEST_CASE("long texts that come again are counted as before, encoding by encoding", "[text][record]") {
  Scratch scratch;
  const Tokenizer characters = Tokenizer::load("chars/4", "").value();
  std::string text;
  for (int i = 0; i < 300; ++i) text += "word" + std::to_string(i) + " ";
  const std::string line = R"({"messages":[{"role":"user","content":")" + text + "\"}]}";
  for (int round = 0; round < 2; ++round) {
    REQUIRE(count_record_tokens(line, o200k(), scratch) == o200k().count(text));
    REQUIRE(count_record_tokens(line, characters, scratch) == characters.count(text));
  }
}

TEST_CASE("codes have names, and names codes", "[text][record]") {
  for (std::size_t i = 0; i < code_count; ++i) {
    const auto code = static_cast<Code>(i);
    REQUIRE(code_from_name(code_name(code)) == code);
  }
  REQUIRE(code_name(Code::exceeds_max_tokens) == "exceeds_max_tokens");
  REQUIRE_FALSE(code_from_name("duplicate"));
}

TEST_CASE("a line that was cut says how long it was", "[text][record]") {
  const Verdict verdict = verdict_of_cut_line(104857600, 33554432);
  REQUIRE(verdict.code == Code::invalid_json);
  REQUIRE(verdict.detail ==
          "line: expected at most 33,554,432 bytes, found 104,857,600; only its beginning was kept");
}
