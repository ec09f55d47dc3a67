#include "steps/traces/record_line.hpp"

#include <catch2/catch.hpp>

#include "steps/traces/call_keys.hpp"

using namespace steps::traces;

namespace {

Message said(std::string role, const std::string& text) {
  return {std::move(role), '"' + text + '"', {}, {}, {}};
}

Call answered() {
  Call call;
  call.dialect = "genai";
  call.trace_id = "t";
  call.span_id = "s";
  call.span_ids = {"s", "outer"};
  call.prompt = {said("system", "be brief"), said("user", "question")};
  call.output = said("assistant", "answer");
  return call;
}

}  // namespace

TEST_CASE("a record has the prompt, the tools, the answer beside it and where it came from",
          "[traces][record]") {
  Call call = answered();
  call.tools = R"([{"type":"function","function":{"name":"f"}}])";
  call.model_used = "m";
  call.start_ns = 12;
  call.session = "s\"1";
  add_label(call, "b");
  add_label(call, "a");
  add_label(call, "b");
  CHECK(
      record_line(call).value() ==
      R"({"messages":[{"role":"system","content":"be brief"},{"role":"user","content":"question"}],)"
      R"("tools":[{"type":"function","function":{"name":"f"}}],"output":{"role":"assistant","content":"answer"},)"
      R"("metadata":{"trace_id":"t","span_id":"s","dialect":"genai","model":"m","time":"12","session":"s\"1","labels":["a","b"]}})");
}

TEST_CASE("what the model was made to continue belongs to the answer", "[traces][record]") {
  Call call = answered();
  call.prompt.push_back(said("assistant", "Sure:"));
  const std::string line = record_line(call).value();
  CHECK(
      line.find(
          R"("question"}],"output":[{"role":"assistant","content":"Sure:"},{"role":"assistant","content":"answer"}])") !=
      std::string::npos);
}

TEST_CASE("calls that make no record say why", "[traces][record]") {
  Call failed = answered();
  failed.failed = true;
  failed.output.reset();
  CHECK(record_line(failed).error() == Skip::failed);
  CHECK(record_line(failed, {.with_failed = true}).value().find("output") == std::string::npos);
  Call silent = answered();
  silent.output.reset();
  CHECK(record_line(silent).error() == Skip::no_answer);
  Call unasked = answered();
  unasked.prompt.pop_back();
  CHECK(record_line(unasked).error() == Skip::no_user_turn);
  unasked.prompt.clear();
  CHECK(record_line(unasked).error() == Skip::no_messages);
  CHECK(skip_name(Skip::no_user_turn) == "no_user_turn");
}

TEST_CASE("a call is found again by any of its spans, and by what was asked", "[traces][record]") {
  steps::text::Scratch scratch;
  const auto keys = span_keys(answered());
  CHECK(keys == std::vector{span_key("t", "s"), span_key("t", "outer")});
  Call other = answered();
  other.span_id = "x";
  other.output = said("assistant", "another answer");
  const auto key = content_key(record_line(answered()).value(), scratch);
  CHECK(key == content_key(record_line(other).value(), scratch));
  CHECK(key != steps::text::Hash128{});
  other.prompt.back() = said("user", "another question");
  CHECK(key != content_key(record_line(other).value(), scratch));
}
