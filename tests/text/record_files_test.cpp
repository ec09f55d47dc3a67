#include <catch2/catch.hpp>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "steps/text/record.hpp"
#include "tests/text/compress.hpp"
#include "tests/text/records.hpp"

using namespace steps::text;
using namespace tests::text;

namespace {

std::string_view reason_of(Code code) {
  switch (code) {
    case Code::valid:
      return "";
    case Code::invalid_json:
    case Code::invalid_structure:
      return "json_structure";
    case Code::missing_messages:
    case Code::empty_messages:
    case Code::invalid_role:
      return "messages_array";
    case Code::no_user_message:
    case Code::empty_user_message:
    case Code::user_message_too_short:
      return "user_message";
    case Code::invalid_tool_call:
    case Code::missing_tool_call_id:
    case Code::orphan_tool_result:
      return "tool_calls";
    case Code::exceeds_max_tokens:
      return "token_limit";
  }
  return "?";
}

}  // namespace

TEST_CASE("every line of the dirty file gets the verdict that is expected of it", "[text][record]") {
  LineCounts counts;
  std::map<std::uint64_t, Verdict> verdicts;
  for (const auto& line : read_lines(read_file(RFTD_TEST_DATA "/bad/dirty.jsonl"), &counts)) {
    verdicts[line.number] = verdict_of(line.text);
  }
  std::size_t expectations = 0, valid = 0, invalid = 0;
  for (const auto& line : read_lines(read_file(RFTD_TEST_DATA "/bad/dirty.expect.jsonl"))) {
    const auto expected = nlohmann::json::parse(line.text);
    const std::uint64_t number = expected["line"];
    INFO(line.text);
    ++expectations;
    if (expected["verdict"] == "blank") {
      CHECK_FALSE(verdicts.contains(number));
      continue;
    }
    const Verdict& verdict = verdicts.at(number);
    INFO(code_name(verdict.code) << ": " << verdict.detail);
    ++(verdict.code == Code::valid ? valid : invalid);
    CHECK(verdict.detail.empty() == (verdict.code == Code::valid));
    if (expected["verdict"] == "valid") CHECK(verdict.code == Code::valid);
    if (expected["verdict"] == "invalid") {
      const auto reasons = expected["checks"].get<std::set<std::string>>();
      CHECK(reasons.contains(std::string(reason_of(verdict.code))));
    }
    // Our choices where either is fine, as record.hpp says.
    if (expected["kind"] == "either/duplicate_messages_key") CHECK(verdict.code == Code::valid);
    if (expected["kind"] == "either/escaped_nul") CHECK(verdict.code == Code::valid);
    if (expected["kind"] == "either/lone_surrogate_escape") CHECK(verdict.code == Code::invalid_json);
  }
  REQUIRE(expectations == 101);
  REQUIRE(counts.lines == 101);
  REQUIRE(valid + invalid + counts.blank == counts.lines);
}

TEST_CASE("real files: what is valid, and why the rest is not", "[text][record]") {
  struct File {
    std::string path;
    std::map<std::string, std::size_t> codes;
  };
  const auto file = GENERATE(values<File>({
      {"/chat/toy_chat_fine_tuning.jsonl", {{"valid", 4}, {"no_user_message", 1}}},
      {"/chat/glaive_tools.jsonl", {{"valid", 300}}},
      {"/chat/mixed_topics.jsonl", {{"exceeds_max_tokens", 1}, {"valid", 1457}}},
      {"/topics/clinc_uneven_1130.jsonl", {{"valid", 1130}}},
  }));
  std::map<std::string, std::size_t> seen;
  for (const auto& line : read_lines(read_file(RFTD_TEST_DATA + file.path))) {
    ++seen[std::string(code_name(verdict_of(line.text).code))];
  }
  REQUIRE(seen == file.codes);
}

TEST_CASE("parser test documents never crash validation and are never records", "[text][record]") {
  for (const auto& entry : std::filesystem::directory_iterator(RFTD_TEST_DATA "/bad/json_test_suite")) {
    const Verdict verdict = verdict_of(read_file(entry.path()));
    INFO(entry.path());
    REQUIRE(verdict.code != Code::valid);
    REQUIRE_FALSE(verdict.detail.empty());
  }
}
