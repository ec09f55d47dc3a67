#include "steps/text/normalize.hpp"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>
#include <random>

#include "steps/text/utf8.hpp"
#include "tests/text/compress.hpp"
#include "tests/text/records.hpp"

using namespace steps::text;
using namespace tests::text;

namespace {

std::string shaped(std::string_view line, Shape shape) {
  Scratch scratch;
  const auto written = to_shape(line, shape, scratch);
  if (!written) throw std::runtime_error(written.error().message());
  return written->value_or("none");
}

const std::string user = R"({"role":"user","content":"q"})";
const std::string answer = R"({"role":"assistant","content":"a"})";

std::string record(const std::string& messages, const std::string& rest = "") {
  return R"({"messages":[)" + messages + "]" + rest + "}";
}

}  // namespace

TEST_CASE("the chat shape ends with the recorded answer, whatever it was recorded as", "[text][normalize]") {
  const std::string expected = record(user + "," + answer);
  REQUIRE(shaped(record(user + "," + answer), Shape::chat) == expected);
  for (const char* output : {
           R"({"role":"assistant","content":"a"})",
           R"([{"role":"assistant","content":"a"}])",
           R"({"messages":[{"role":"assistant","content":"a"}]})",
           R"({"choices":[{"index":0,"message":{"role":"assistant","content":"a"}}]})",
           R"({"content":"a"})",
           R"("a")",
       }) {
    INFO(output);
    CHECK(shaped(record(user, R"(,"output":)" + std::string(output)), Shape::chat) == expected);
    CHECK(shaped(R"({"input":{"messages":[)" + user + R"(]},"output":)" + output + "}", Shape::sft) ==
          expected);
  }
  REQUIRE(shaped(record(user, R"(,"output":[{"type":"text","text":"a"}])"), Shape::chat) ==
          record(user + R"(,{"role":"assistant","content":[{"type":"text","text":"a"}]})"));
  REQUIRE(shaped(record(user, R"(,"output":{"answer": 42, "why": "\"x\""})"), Shape::chat) ==
          record(user + R"(,{"role":"assistant","content":"{\"answer\":42,\"why\":\"\\\"x\\\"\"}"})"));
  REQUIRE(shaped(record(user, R"(,"output":42)"), Shape::chat) ==
          record(user + R"(,{"role":"assistant","content":"42"})"));
  REQUIRE(shaped(record(user, R"(,"output":null)"), Shape::chat) == record(user));
}

TEST_CASE("the chat shape keeps tools and tool chains and leaves other fields out", "[text][normalize]") {
  const std::string call = R"({"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function",)"
                           R"("function":{"name":"f","arguments":"{\"n\": 1}"}}]})";
  const std::string result = R"({"role":"tool","tool_call_id":"c","content":"1"})";
  const std::string messages = user + "," + call + "," + result + "," + answer;
  REQUIRE(
      shaped(record(messages,
                    R"(, "tools": [ {"type": "function"} ], "tool_choice": "auto", "metadata": {"a": 1})"),
             Shape::chat) == record(messages, R"(,"tools":[{"type":"function"}],"tool_choice":"auto")"));
}

TEST_CASE("the rft shape parts prompt and answer and keeps every other field as it was",
          "[text][normalize]") {
  REQUIRE(
      shaped(
          R"( { "id" : 123456789012345678901234567890 , "messages" : [ )" + user + " , " + answer +
              R"( ] , "reference_answer" : { "v" : 1.50e+400 } , "metadata" : {"a":1} , "x" : "\u0041\ud83d\ude00" } )",
          Shape::rft) ==
      record(user,
             R"(,"id":123456789012345678901234567890,"reference_answer":{"v":1.50e+400},"metadata":{"a":1},)"
             R"("x":"\u0041\ud83d\ude00","output":)" +
                 answer));
  REQUIRE(shaped(record(user + "," + answer + "," + answer), Shape::rft) ==
          record(user, R"(,"output":[)" + answer + "," + answer + "]"));
  REQUIRE(shaped(record(user, R"(,"output":"a")"), Shape::rft) == record(user, R"(,"output":"a")"));
  REQUIRE(shaped(record(user), Shape::rft) == record(user));
  REQUIRE(shaped(R"({"input":{"messages":[)" + user + R"(],"tools":[1],"user":"u"},"output":7,"k":2})",
                 Shape::rft) == record(user, R"(,"tools":[1],"k":2,"input":{"user":"u"},"output":7)"));
  REQUIRE(shaped(record(user, R"(,"k":1,"k":2,"\u006b":3)"), Shape::rft) == record(user, R"(,"\u006b":3)"));
}

TEST_CASE("the sft shape is for records with an answer", "[text][normalize]") {
  REQUIRE(shaped(record(user), Shape::sft) == "none");
  REQUIRE(shaped(record(user, R"(,"output":" \n")"), Shape::sft) == "none");
  REQUIRE(shaped(record(user, R"(,"output":[])"), Shape::sft) == "none");
  REQUIRE(shaped(record(user + R"(,{"role":"assistant","content":null})"), Shape::sft) == "none");
  REQUIRE(shaped(record(user + "," + answer), Shape::sft) == record(user + "," + answer));
  const std::string call = R"({"role":"assistant","content":null,"tool_calls":[{"id":"c"}]})";
  REQUIRE(shaped(record(user + "," + call), Shape::sft) == record(user + "," + call));
}

TEST_CASE("what has no messages has no shape", "[text][normalize]") {
  Scratch scratch;
  for (const char* line : {"", "nonsense", "[]", "{}", R"({"messages":{}})", R"({"input":[]})"}) {
    const auto written = to_shape(line, Shape::chat, scratch);
    REQUIRE_FALSE(written);
    REQUIRE(written.error().code == schemas::ErrorCode::invalid_argument);
    REQUIRE(record_text(line, scratch).last_user.empty());
  }
  REQUIRE(shape_from_name("rft") == Shape::rft);
  REQUIRE_FALSE(shape_from_name("dpo"));
}

TEST_CASE("written records are JSON, mean the same and stay the same when written again",
          "[text][normalize]") {
  std::size_t records = 0;
  for (const char* file :
       {"/chat/mixed_topics.jsonl", "/chat/toy_chat_fine_tuning.jsonl", "/bad/dirty.jsonl"}) {
    for (const auto& line : read_lines(read_file(RFTD_TEST_DATA + std::string(file)))) {
      const Verdict verdict = verdict_of(line.text, {.max_tokens = 0});
      if (verdict.code != Code::valid) continue;
      ++records;
      const std::string rft = shaped(line.text, Shape::rft), chat = shaped(line.text, Shape::chat);
      REQUIRE(nlohmann::json::accept(rft));
      REQUIRE(nlohmann::json::accept(chat));
      for (const std::string& written : {rft, chat}) {
        const Verdict again = verdict_of(written, {.max_tokens = 0});
        REQUIRE(again.code == Code::valid);
        REQUIRE(again.content_hash == verdict.content_hash);
        REQUIRE(again.has_output == verdict.has_output);
      }
      REQUIRE(shaped(rft, Shape::rft) == rft);
      REQUIRE(shaped(chat, Shape::chat) == chat);
      REQUIRE(shaped(rft, Shape::chat) == chat);
      auto original = nlohmann::json::parse(line.text), kept = nlohmann::json::parse(rft);
      if (!original.contains("input")) {
        for (const char* field : {"metadata", "reference_answer", "tools"}) {
          REQUIRE(original.value(field, nlohmann::json()) == kept.value(field, nlohmann::json()));
        }
      }
    }
  }
  REQUIRE(records > 1400);
}

TEST_CASE("the texts of a record are told apart", "[text][normalize]") {
  Scratch scratch;
  const RecordText texts = record_text(
      R"({"messages":[{"role":"system","content":"be brief"},{"role":"user","content":"first"},)"
      R"({"role":"assistant","content":"mid"},{"role":"developer","content":"and kind"},)"
      R"({"role":"user","content":[{"type":"text","text":"s\u00e9cond"},{"type":"image_url"},{"type":"text","text":"part"}]},)"
      R"({"role":"assistant","content":"yes","tool_calls":[ {"id": "c"} ]}]})",
      scratch);
  REQUIRE(texts.last_user == "sécond\npart");
  REQUIRE(texts.all_user == "first\nsécond\npart");
  REQUIRE(texts.system == "be brief\nand kind");
  REQUIRE(texts.answer == "yes");
  REQUIRE(texts.answer_tools == R"([{"id":"c"}])");
  REQUIRE(texts.has_answer);
  REQUIRE(last_user_message(record(user), scratch) == "q");
  REQUIRE_FALSE(record_text(record(user), scratch).has_answer);
  REQUIRE(record_text(record(user, R"(,"output":{"x": [1, 2]})"), scratch).answer == R"({"x":[1,2]})");
}

TEST_CASE("a preview is one short line of valid UTF-8", "[text][normalize]") {
  Scratch scratch;
  const auto of = [&scratch](const std::string& content, std::size_t limit) {
    return preview(R"({"messages":[{"role":"user","content":")" + content + "\"}]}", limit, scratch);
  };
  REQUIRE(of(R"(  one\n\n two\u0000\tthree  )", 50) == "one two three");
  REQUIRE(of("héllo", 5) == "héllo");
  REQUIRE(of("héllo!", 5) == "héll…");
  REQUIRE(of("日本語", 2) == "日…");
  REQUIRE(of("ab   cd", 3) == "ab…");
  REQUIRE(of("abc", 1) == "…");
  REQUIRE(of("abc", 0).empty());
  REQUIRE(preview("not \x01json caf\xe9", 50, scratch) == "not json caf\\xe9");
  REQUIRE(preview("caf\xe9", 6, scratch) == "caf…");
  REQUIRE(preview(R"({"no": "messages"})", 50, scratch) == R"({"no": "messages"})");
  std::mt19937 random(3);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes;
    for (unsigned i = random() % 60; i > 0; --i)
      bytes += static_cast<char>(random() % 4 == 0 ? random() : 'a' + random() % 3);
    const std::size_t limit = random() % 30;
    const std::string shown = preview(bytes, limit, scratch);
    INFO(round);
    REQUIRE(is_utf8(shown));
    REQUIRE(utf8_length(shown) <= limit);
    REQUIRE(shown.find_first_of("\n\r\t") == std::string::npos);
  }
}
