#include <catch2/catch.hpp>

#include "tools/rftctl/client.hpp"
#include "tools/rftctl/problem.hpp"

namespace {

using namespace rftctl;

std::vector<ServerEvent> events_of(const std::vector<std::string>& pieces) {
  EventStreamParser parser;
  std::vector<ServerEvent> events;
  for (const std::string& piece : pieces)
    parser.feed(piece, [&](const ServerEvent& event) {
      events.push_back(event);
      return true;
    });
  return events;
}

}  // namespace

TEST_CASE("a path and a query are percent-encoded", "[tools][request]") {
  REQUIRE(path_of({"d1", "records", "a/b c"}) == "/datasets/d1/records/a%2Fb%20c");
  REQUIRE(path_of({}) == "/datasets");
  REQUIRE(Query().add("q", "a&b=ü").add("empty", "").add("limit", "5").text() == "?q=a%26b%3D%C3%BC&limit=5");
  REQUIRE(Query().add("at", "").text().empty());
}

TEST_CASE("compression is told by the first bytes of a file", "[tools][request]") {
  REQUIRE(content_encoding_of("\x1f\x8b\x08") == "gzip");
  REQUIRE(content_encoding_of("\x28\xb5\x2f\xfd") == "zstd");
  REQUIRE(content_encoding_of("{\"me").empty());
  REQUIRE(content_encoding_of("").empty());
}

TEST_CASE("an event stream is split into messages however its bytes are cut", "[tools][request]") {
  const std::string stream = ": hello\r\nid: 7\nevent: fact\ndata: a\ndata:b\n\ndata: c\n\nid: 9\n\n";
  std::vector<std::string> single_bytes;
  for (const char byte : stream) single_bytes.emplace_back(1, byte);
  for (const auto& events : {events_of({stream}), events_of(single_bytes)}) {
    REQUIRE(events.size() == 2);
    REQUIRE(events[0].id == "7");
    REQUIRE(events[0].name == "fact");
    REQUIRE(events[0].data == "a\nb");
    REQUIRE(events[1].id == "7");
    REQUIRE(events[1].name.empty());
    REQUIRE(events[1].data == "c");
  }
}

TEST_CASE("an event stream stops when its reader has enough", "[tools][request]") {
  EventStreamParser parser;
  int seen = 0;
  const bool go_on = parser.feed("data: 1\n\ndata: 2\n\n", [&](const ServerEvent&) { return ++seen < 1; });
  REQUIRE_FALSE(go_on);
  REQUIRE(seen == 1);
}

TEST_CASE("a problem document is told as wanted, found and hint", "[tools][problem]") {
  const Failure failure = problem(409, R"({"title": "Conflict", "status": 409, "detail": "not now",
    "errors": [{"at": "/confirm", "wanted": "confirm: true", "found": "nothing", "hint": "7 records go"}],
    "blocked": [{"reason": "no grader", "fix": "configure one"}]})");
  REQUIRE(failure.exit_code == exit_failed);
  REQUIRE(failure.text ==
          "refused (409 Conflict): not now\n"
          "  at      /confirm\n"
          "  wanted  confirm: true\n"
          "  found   nothing\n"
          "  hint    7 records go\n"
          "  because no grader\n"
          "  fix     configure one");
  REQUIRE(parse(failure.json).is_object());
}

TEST_CASE("a detail that only repeats its one error is left out", "[tools][problem]") {
  const Failure failure =
      problem(404, R"({"title": "Not found", "detail": "expected a run, found 'x'; look there",
    "errors": [{"wanted": "a run", "found": "'x'", "hint": "look there"}],
    "blocked": [{"reason": "'x'", "fix": "y"}]})");
  REQUIRE(failure.text == "refused (404 Not found)\n  wanted  a run\n  found   'x'\n  hint    look there");
}

TEST_CASE("an answer that is no problem document is quoted without its control characters",
          "[tools][problem]") {
  const Failure failure = problem(502, "<h1>Bad\033 Gateway</h1>\n");
  REQUIRE(failure.text == "refused (502): <h1>Bad  Gateway</h1> ");
  REQUIRE(failure.json.empty());
  REQUIRE(problem(503, "").text == "refused (503)");
}
