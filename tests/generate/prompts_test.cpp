#include "steps/generate/prompts.hpp"

#include <catch2/catch.hpp>

using namespace steps::generate;
using namespace steps;

namespace {

const std::string record =
    R"({"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"Where is my order?"},{"role":"assistant","content":"Which one?"},{"role":"user","content":"Number \"17\"."},{"role":"assistant","content":"It ships today."}],"tools":[{"type":"function","function":{"name":"find_order"}},{"type":"function","function":{"name":"refund"}}],"reference_answer":"x"})";

struct Fixture {
  explicit Fixture(Strategy strategy) {
    call.strategy = strategy;
    call.count = 3;
    context.objective = "answer customers";
    context.topic = {4, "orders", "where orders are", {"order", "shipping"}, 10, 5};
    if (strategy != Strategy::topic_description) context.sources = source;
  }
  std::string request() {
    const auto built = build(call, context, {}, "m", scratch);
    REQUIRE(built);
    return built->messages;
  }
  std::vector<Generated> read(const std::string& answer) {
    auto generated = read_answer(call, context, answer, scratch);
    REQUIRE(generated);
    return *generated;
  }
  std::vector<SourceText> source{{7, record}};
  PlannedCall call;
  CallContext context;
  text::Scratch scratch;
};

constexpr const char* tools =
    R"("tools":[{"type":"function","function":{"name":"find_order"}},{"type":"function","function":{"name":"refund"}}])";

}  // namespace

TEST_CASE("a variation keeps the conversation and changes its last user message", "[generate][prompts]") {
  Fixture f(Strategy::message_variation);
  const std::string request = f.request();
  REQUIRE(request.find("Number \\\"17\\\".") != std::string::npos);
  REQUIRE(request.find("Write 3 other user messages") != std::string::npos);
  REQUIRE(request.find("It ships today") == std::string::npos);
  const auto all = f.read(R"({"prompts":["It's no. 17","the 17th \"one\""]})");
  REQUIRE(all.size() == 2);
  REQUIRE(
      all[1].line ==
      std::string(
          R"({"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"Where is my order?"},{"role":"assistant","content":"Which one?"},{"role":"user","content":"the 17th \"one\""}],)") +
          tools + "}");
  REQUIRE(all[1].source == 7);
}

TEST_CASE("new prompts get the system message and the tools of their example", "[generate][prompts]") {
  Fixture f(Strategy::few_shot);
  REQUIRE(f.request().find("Example 1:\\nNumber") != std::string::npos);
  const auto all = f.read(R"({"prompts":["Can I return shoes?"]})");
  REQUIRE(
      all[0].line ==
      std::string(
          R"({"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"Can I return shoes?"}],)") +
          tools + "}");
}

TEST_CASE("a topic alone is enough for prompts", "[generate][prompts]") {
  Fixture f(Strategy::topic_description);
  const std::string request = f.request();
  for (const char* part :
       {"answer customers", "orders", "where orders are", "order, shipping", "20 to 2000 characters"})
    REQUIRE(request.find(part) != std::string::npos);
  REQUIRE(f.read(R"({"prompts":["Hi there"]})")[0].line ==
          R"({"messages":[{"role":"user","content":"Hi there"}]})");
}

TEST_CASE("scenarios are conversations that end with the user", "[generate][prompts]") {
  Fixture f(Strategy::scenario_expansion);
  REQUIRE(f.request().find("Write 3 conversations") != std::string::npos);
  const auto all = f.read(
      R"({"conversations":[{"messages":[{"role":"user","content":"a"}]},{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]},{"messages":[]}]})");
  REQUIRE(all.size() == 3);
  REQUIRE(all[0].line.find(R"([{"role":"system","content":"Be kind."},{"role":"user","content":"a"}],)") !=
          std::string::npos);
  REQUIRE(all[1].line.empty());
  REQUIRE(all[2].line.empty());
}

TEST_CASE("tool chains name two tools or more that exist", "[generate][prompts]") {
  Fixture f(Strategy::tool_chain);
  REQUIRE(f.request().find("find_order") != std::string::npos);
  const auto all = f.read(
      R"({"prompts":[{"message":"a","tools":["find_order","refund"]},{"message":"b","tools":["refund"]},{"message":"c","tools":["find_order","fly"]}]})");
  REQUIRE(all[0].line.find(tools) != std::string::npos);
  REQUIRE(all[1].line.empty());
  REQUIRE(all[2].line.empty());
  const std::string plain = R"({"messages":[{"role":"user","content":"x"}]})";
  f.source = {{8, plain}};
  f.context.sources = f.source;
  REQUIRE(build(f.call, f.context, {}, "m", f.scratch).error().code == schemas::ErrorCode::blocked);
}

TEST_CASE("answers of another shape are corrupt, and more than asked for is cut", "[generate][prompts]") {
  Fixture f(Strategy::few_shot);
  for (const char* bad : {"", "Sure!", "[]", "{}", R"({"prompts":"x"})", R"({"prompts":["x"])"})
    REQUIRE(read_answer(f.call, f.context, bad, f.scratch).error().code == schemas::ErrorCode::corrupt);
  REQUIRE(f.read("```json\n{\"prompts\":[1]}\n```")[0].line.empty());
  REQUIRE(f.read(R"({"prompts":["a","b","c","d","e"]})").size() == 3);
}

TEST_CASE("a request carries schema, temperature and a sample of its own", "[generate][prompts]") {
  Fixture f(Strategy::few_shot);
  f.call.sample = 2;
  const auto request = build(f.call, f.context, {}, "m", f.scratch);
  REQUIRE(request->model == "m");
  REQUIRE(request->temperature == 0.7);
  REQUIRE(request->sample == 2);
  REQUIRE(request->schema.find("\"prompts\"") != std::string::npos);
  f.context.sources = {};
  REQUIRE_FALSE(build(f.call, f.context, {}, "m", f.scratch));
}
