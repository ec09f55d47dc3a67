#include "steps/traces/chat_messages.hpp"

#include <catch2/catch.hpp>

using namespace steps::traces;

namespace {

std::string all(std::string_view json, bool is_text = false, std::string_view role = "user") {
  MessagesIn in;
  read_messages({is_text, json}, role, "here", in);
  std::string out;
  for (const Message& message : in.messages) append_json(message, out);
  return out;
}

const std::string called =
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]})";
const std::string result = R"({"role":"tool","content":"{\"y\":2}","tool_call_id":"c"})";

}  // namespace

TEST_CASE("a tool call and its result are the same in every library's form", "[traces][messages]") {
  for (
      const char* form : {
          // OpenAI's chat
          R"([{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},
              {"role":"tool","tool_call_id":"c","content":"{\"y\":2}"}])",
          // parts of the GenAI conventions
          R"([{"role":"assistant","parts":[{"type":"tool_call","id":"c","name":"f","arguments":{"x": 1}}]},
              {"role":"tool","parts":[{"type":"tool_call_response","id":"c","response":{"y": 2}}]}])",
          // Vercel's AI SDK, of version 5 and 4
          R"([{"role":"assistant","content":[{"type":"tool-call","toolCallId":"c","toolName":"f","input":{"x":1}}]},
              {"role":"tool","content":[{"type":"tool-result","toolCallId":"c","toolName":"f","output":{"type":"json","value":{"y":2}}}]}])",
          R"([{"role":"assistant","content":[{"type":"tool-call","toolCallId":"c","toolName":"f","args":{"x":1}}]},
              {"role":"tool","content":[{"type":"tool-result","toolCallId":"c","toolName":"f","result":{"y":2}}]}])",
          // Anthropic's blocks
          R"([{"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":{"x":1}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":[{"type":"text","text":"{\"y\":2}"}]}]}])",
          // OpenAI's responses
          R"([{"type":"function_call","call_id":"c","id":"fc_1","name":"f","arguments":"{\"x\":1}"},
              {"type":"function_call_output","call_id":"c","output":"{\"y\":2}"}])",
          // flattened, once put together again
          R"([{"message":{"role":"assistant","tool_calls":[{"tool_call":{"id":"c","function":{"name":"f","arguments":"{\"x\":1}"}}}]}},
              {"message":{"role":"tool","content":"{\"y\":2}","tool_call_id":"c"}}])",
      }) {
    INFO(form);
    CHECK(all(form) == called + result);
    CHECK(all(form, true) == called + result);
  }
}

TEST_CASE("a text that is JSON is no message, unless it is one", "[traces][messages]") {
  CHECK(all(R"({"sky":"clear"})", true) == R"({"role":"user","content":"{\"sky\":\"clear\"}"})");
  CHECK(all("[1,2]", true) == R"({"role":"user","content":"[1,2]"})");
  CHECK(all("[not json", true) == R"({"role":"user","content":"[not json"})");
  CHECK(all("", true).empty());
}

TEST_CASE("parts: one text is a text, several stay parts, other media stay as they came",
          "[traces][messages]") {
  CHECK(all(R"([{"role":"user","content":[{"type":"text","text":"a"}]}])") ==
        R"({"role":"user","content":"a"})");
  CHECK(all(R"([{"role":"user","parts":[{"type":"text","content":"a"},{"type":"text","content":"b"}]}])") ==
        R"({"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]})");
  CHECK(all(R"([{"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}}]}])") ==
        R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}}]})");
}

TEST_CASE("a picture is the same in every library's form", "[traces][messages]") {
  const std::string wanted =
      R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]})";
  for (const char* part : {
           R"({"type":"blob","modality":"image","mime_type":"image/png","content":"AAAA"})",
           R"({"type":"blob","modality":"image","mime_type":null,"content":"data:image/png;base64,AAAA"})",
           R"({"type":"uri","modality":"image","mime_type":null,"uri":"data:image/png;base64,AAAA"})",
           R"({"type":"file","mediaType":"image/png","data":"AAAA"})",
           R"({"type":"image","mediaType":"image/png","image":"AAAA"})",
           R"({"type":"image","image_url":"data:image/png;base64,AAAA"})",
           R"({"type":"input_image","image_url":"data:image/png;base64,AAAA"})",
           R"({"message_content":{"type":"image","image":{"image":{"url":"data:image/png;base64,AAAA"}}}})",
           R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}})",
       }) {
    INFO(part);
    CHECK(all(R"([{"role":"user","content":[)" + std::string(part) + "]}]") == wanted);
  }
  for (const char* part :
       {R"({"type":"blob","modality":"audio","mime_type":"audio/wav","content":"AAAA"})",
        R"({"type":"file","mediaType":"application/pdf","data":"AAAA"})",
        R"({"type":"image","image":{"0":1}})", R"({"type":"blob","modality":"image","content":"AAAA"})"}) {
    INFO(part);
    CHECK(all(R"([{"role":"user","content":[)" + std::string(part) + "]}]") ==
          R"({"role":"user","content":[)" + std::string(part) + "]}");
  }
}

TEST_CASE("what is left out or not understood is named", "[traces][messages]") {
  MessagesIn in;
  read_messages(
      {false,
       R"([{"role":"assistant","parts":[{"type":"reasoning","content":"hm"},{"type":"text","content":"a"},{"type":"hologram"}]}])"},
      "assistant", "here", in);
  CHECK(in.problems ==
        std::vector<CallProblem>{{Problem::reasoning_left_out, "here"}, {Problem::unknown_part, "here"}});
  in = {};
  read_messages({false, "{broken"}, "user", "here", in);
  CHECK(in.problems == std::vector<CallProblem>{{Problem::not_json, "here"}});
}

TEST_CASE("strings of JSON in strings of JSON end", "[traces][messages]") {
  std::string deep = R"([{"role":"user","content":"x"}])";
  for (int i = 0; i < 12; ++i) {
    Message holder{"user", {}, {}, {}, {}};
    std::string quoted = "[\"";
    for (const char c : deep) quoted += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    deep = quoted + "\"]";
    if (deep.size() > 1'000'000) break;
  }
  CHECK_NOTHROW(all(deep, true));
}

TEST_CASE("tools come out in OpenAI's form, whatever form they had", "[traces][messages]") {
  const std::string expected =
      R"([{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}])";
  for (
      const char* form :
      {R"([{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}])",
       R"([{"type":"function","name":"f","description":"d","inputSchema":{"type":"object"}}])",
       R"([{"name":"f","description":"d","input_schema":{"type":"object"}}])",
       R"(["{\"type\":\"function\",\"name\":\"f\",\"description\":\"d\",\"parameters\":{\"type\":\"object\"}}"])",
       R"([{"name":"f","description":"d","parameters":"{\"type\":\"object\"}"}])"}) {
    INFO(form);
    CHECK(read_tools({true, form}) == expected);
  }
  CHECK(read_tools({true, "[]"}).empty());
  CHECK(read_tools({true, "nonsense"}).empty());
}
