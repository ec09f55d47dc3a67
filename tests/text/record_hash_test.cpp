#include <catch2/catch.hpp>

#include <set>

#include "steps/text/record.hpp"
#include "tests/text/compress.hpp"
#include "tests/text/records.hpp"

using namespace steps::text;
using namespace tests::text;

namespace {

Hash128 hash_of(std::string_view line) {
  const Verdict verdict = verdict_of(line);
  INFO(line << ": " << verdict.detail);
  REQUIRE(verdict.code == Code::valid);
  return verdict.content_hash;
}

const std::string plain =
    R"({"messages":[{"role":"user","content":"héllo 1"}],"tools":[{"type":"function","n":1}]})";

}  // namespace

TEST_CASE("the same prompt written in other ways has the same hash", "[text][hash]") {
  for (
      const char* same : {
          R"( { "tools" : [ { "n" : 1 , "type" : "function" } ] , "messages" : [ { "content" : "héllo 1", "role":"user" } ] } )",
          R"({"messages":[{"role":"user","content":"h\u00e9llo\u00201"}],"tools":[{"typ\u0065":"function","n":1}]})",
          R"({"messages":[{"role":"user","content":"héllo 1","name":null}],"tools":[{"type":"function","n":1}]})",
          R"({"messages":[{"role":"user","content":"x","content":"héllo 1"}],"tools":[{"n":2,"type":"function","n":1}]})",
          R"({"messages":[{"role":"user","content":"héllo 1"}],"tools":[{"type":"function","n":1}],"metadata":{"a":1},"id":7})",
          R"({"messages":[{"role":"user","content":"héllo 1"},{"role":"assistant","content":"x"}],"tools":[{"type":"function","n":1}]})",
          R"({"input":{"messages":[{"role":"user","content":"héllo 1"}],"tools":[{"type":"function","n":1}]},"output":"x"})",
      }) {
    CHECK(hash_of(same) == hash_of(plain));
  }
}

TEST_CASE("another prompt has another hash", "[text][hash]") {
  std::set<Hash128> hashes;
  const std::vector<std::string> different{
      plain,
      R"({"messages":[{"role":"user","content":"héllo 1"}]})",
      R"({"messages":[{"role":"user","content":"héllo 2"}]})",
      R"({"messages":[{"role":"user","content":["héllo 1"]}]})",
      R"({"messages":[{"role":"system","content":"s"},{"role":"user","content":"héllo 1"}]})",
      R"({"messages":[{"role":"user","content":"héllo 1"},{"role":"system","content":"s"}]})",
      R"({"messages":[{"role":"user","content":"héllo "},{"role":"user","content":"1"}]})",
      R"({"messages":[{"role":"user","content":"héllo 1"}],"tools":[{"type":"function","n":"1"}]})",
      R"({"messages":[{"role":"user","content":"héllo 1"}],"tools":[{"type":"function","n":null}]})",
      R"({"messages":[{"role":"user","content":"héllo 1"}],"tools":[{"type":"function","n":true}]})",
      R"({"messages":[{"role":"user","content":"héllo 1"}],"tools":[{"type":"function","n":12345678901234567890123}]})",
      R"({"messages":[{"role":"user","content":"héllo 1"}],"tools":[{"type":"function","n":12345678901234567890124}]})",
      R"({"messages":[{"role":"user","content":"héllo 1"}],"tools":[{"type":"function"},{"n":1}]})",
      R"({"messages":[{"role":"user","content":"héllo 1"}],"tools":[{"type":"function","a":{"b":{"n":1,"c":[{}]}}}]})",
      R"({"messages":[{"role":"user","content":"héllo 1"}],"tools":[{"type":"function","a":{"b":{"n":1,"c":[[]]}}}]})",
      R"({"messages":[{"role":"user","content":"a\u0000b"}]})",
      R"({"messages":[{"role":"user","content":"a"}]})",
  };
  for (const std::string& line : different) hashes.insert(hash_of(line));
  REQUIRE(hashes.size() == different.size());
  REQUIRE(hash_of(R"({"messages":[{"role":"user","content":"a"}],"tools":[]})") ==
          hash_of(R"({"messages":[{"role":"user","content":"a"}]})"));
}

TEST_CASE("hashes stay what they are from one version to the next", "[text][hash]") {
  // Stored hashes tell duplicates across imports, so the canonical form may not drift unnoticed.
  std::string hex;
  for (const std::uint8_t byte : hash_of(plain)) {
    hex += "0123456789abcdef"[byte >> 4U];
    hex += "0123456789abcdef"[byte & 15U];
  }
  REQUIRE(hex == "eacabe31096717934f44f6636f3e1ab7");
}

TEST_CASE("records of the same trace span share a span hash", "[text][hash]") {
  const auto span = [](const std::string& rest) {
    return verdict_of(R"({"messages":[{"role":"user","content":"q"}])" + rest + "}").span_hash;
  };
  REQUIRE(span("") == Hash128{});
  REQUIRE(span(R"(,"metadata":{"trace_id":"t1"})") == Hash128{});
  REQUIRE(span(R"(,"metadata":{"span_id":7})") == Hash128{});
  const Hash128 first = span(R"(,"metadata":{"trace_id":"t1","span_id":"s1"})");
  REQUIRE(first != Hash128{});
  REQUIRE(span(R"(,"metadata":{"span_id":"s\u0031","x":1,"trace_id":"t1"})") == first);
  REQUIRE(span(R"(,"trace_id":"t1","span_id":"s1")") == first);
  REQUIRE(span(R"(,"metadata":{"trace_id":"t2","span_id":"s1"})") != first);
  REQUIRE(span(R"(,"metadata":{"span_id":"s1"})") != first);
  REQUIRE(verdict_of(R"({"messages":[],"span_id":"s1","trace_id":"t1"})").span_hash == first);
}

TEST_CASE("no two different prompts of the mixed file share a hash", "[text][hash]") {
  std::set<Hash128> hashes;
  std::set<std::string> prompts;
  std::size_t valid = 0;
  for (const auto& line : read_lines(read_file(RFTD_TEST_DATA "/topics/clinc_3000.jsonl"))) {
    const Verdict verdict = verdict_of(line.text);
    if (verdict.code != Code::valid) continue;
    ++valid;
    hashes.insert(verdict.content_hash);
    prompts.insert(line.text.substr(0, line.text.find("}]")));
  }
  REQUIRE(valid == 3000);
  REQUIRE(hashes.size() == prompts.size());
}
