// Imports: every accepted form, every way to go wrong; whatever goes wrong leaves nothing behind.
#include <zstd.h>

#include "tests/api/api_support.hpp"
#include "tests/api/gzip.hpp"

namespace {
std::string zstandard(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  return out;
}

Json numbers(const HttpAnswer& answer) {
  INFO(answer.body);
  REQUIRE(answer.status == 202);
  return Json::parse(answer.body);
}
}  // namespace

TEST_CASE("an import answers when every line is validated, and its numbers add up", "[api][import]") {
  TestDaemon t;
  const std::string dataset = t.create();
  const std::string lines =
      chat_lines(3) + "\n" + "not json\n" + R"({"messages":[]})" + "\n" + chat_line("What is move 0?");
  const Json told = numbers(t.import(dataset, lines, "?name=moves.jsonl"));
  REQUIRE(told["lines"] == 7);
  REQUIRE(told["blank"] == 1);
  REQUIRE(told["imported"] == 6);
  REQUIRE(told["valid"] == 4);
  REQUIRE(told["invalid"] == 2);
  REQUIRE(told["duplicates"] == 1);
  const Json health = t.json(dataset + "/health");
  REQUIRE(health["records"] == 6);
  REQUIRE(health["by_code"] == Json({{"invalid_json", 1}, {"empty_messages", 1}}));
  REQUIRE(t.json(dataset + "/runs/" + told["run"].get<std::string>())["result"]["file"] == "moves.jsonl");
  REQUIRE(told["position"].get<int>() <= t.json(dataset)["position"].get<int>());
}

TEST_CASE("gzip and zstd bodies and chunked ones are read, whatever the type is called", "[api][import]") {
  TestDaemon t;
  const std::string dataset = t.create();
  REQUIRE(numbers(t.import(dataset, gzipped(chat_lines(5, "a")), "",
                           {{"Content-Encoding", "gzip"}}))["imported"] == 5);
  REQUIRE(numbers(t.import(dataset, zstandard(chat_lines(5, "b")), "",
                           {{"Content-Encoding", "zstd"}}))["imported"] == 5);
  for (const char* type :
       {"application/jsonl", "application/json", "application/octet-stream", "text/plain; charset=utf-8"})
    REQUIRE(numbers(t.import(dataset, chat_line(type), "", {{"Content-Type", type}}))["imported"] == 1);
  HttpClient chunked(t.daemon->port());
  chunked.send(chunked.head("POST", dataset + "/import",
                            {{"Transfer-Encoding", "chunked"},
                             {"Content-Type", "application/x-ndjson"},
                             {"Expect", "100-continue"}},
                            ""));
  const std::string line = chat_line("c");
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", line.size());
  chunked.send(size + line + "\r\n0\r\n\r\n");
  REQUIRE(numbers(chunked.read_answer())["imported"] == 1);
}

TEST_CASE("an empty body is an import of nothing", "[api][import]") {
  TestDaemon t;
  const std::string dataset = t.create();
  REQUIRE(numbers(t.import(dataset, ""))["lines"] == 0);
}

TEST_CASE("other types and encodings are refused and the accepted ones named", "[api][import]") {
  TestDaemon t;
  const std::string dataset = t.create();
  const HttpAnswer form =
      t.import(dataset, chat_lines(1), "", {{"Content-Type", "multipart/form-data; boundary=x"}});
  REQUIRE(form.status == 415);
  REQUIRE(error_of(form)["wanted"].get<std::string>().find("application/x-ndjson") != std::string::npos);
  const HttpAnswer brotli = t.import(dataset, chat_lines(1), "", {{"Content-Encoding", "br"}});
  REQUIRE(brotli.status == 415);
  REQUIRE(error_of(brotli)["at"] == "Content-Encoding");
  REQUIRE(t.import(dataset, chat_lines(1), "?mode=merge").status == 400);
  REQUIRE(t.json(dataset)["records"] == 0);
}

TEST_CASE("a truncated gzip body is refused by byte and leaves nothing", "[api][import]") {
  TestDaemon t;
  const std::string dataset = t.create();
  const std::string whole = gzipped(chat_lines(500));
  const HttpAnswer answer =
      t.import(dataset, whole.substr(0, whole.size() / 2), "", {{"Content-Encoding", "gzip"}});
  REQUIRE(answer.status == 400);
  REQUIRE(error_of(answer)["at"].get<std::string>().starts_with("byte "));
  REQUIRE(t.json(dataset)["records"] == 0);
  REQUIRE(t.json(dataset + "/runs")["items"][0]["state"] == "failed");
}

TEST_CASE("a body that is cut off in the middle leaves nothing", "[api][import]") {
  TestDaemon t;
  const std::string dataset = t.create();
  {
    HttpClient cut(t.daemon->port());
    cut.send(cut.head("POST", dataset + "/import", {{"Content-Type", "application/x-ndjson"}}, "1000000"));
    cut.send(chat_lines(50));
  }
  Json runs = t.json(dataset + "/runs");
  while (runs["items"].empty() || runs["items"][0]["state"] != "failed") runs = t.json(dataset + "/runs");
  REQUIRE(runs["items"][0]["error"].get<std::string>().find("after byte") != std::string::npos);
  REQUIRE(t.json(dataset)["records"] == 0);
  REQUIRE(numbers(t.import(dataset, chat_lines(2)))["imported"] == 2);
}

TEST_CASE("a line longer than the limit is kept cut and told, the others are whole", "[api][import]") {
  TestDaemon t([](api::Config& config) { config.limits.line_bytes = 1U << 20U; });
  const std::string dataset = t.create();
  const std::string lines =
      chat_line("before") + chat_line(std::string(100'000'000, 'x')) + chat_line("after");
  const Json told = numbers(t.import(dataset, lines));
  REQUIRE(told["imported"] == 3);
  REQUIRE(told["invalid"] == 1);
  const Json record = t.json(dataset + "/records?valid=false")["items"][0];
  REQUIRE(record["truncated"] == true);
  REQUIRE(record["line"] == 2);
  REQUIRE(record["bytes"] == 1U << 20U);
}

TEST_CASE("an upload over the limit is 413 and leaves nothing", "[api][import]") {
  TestDaemon t([](api::Config& config) { config.limits.upload_bytes = 2000; });
  const std::string dataset = t.create();
  REQUIRE(t.import(dataset, chat_lines(500)).status == 413);
  REQUIRE(t.json(dataset)["records"] == 0);
}

TEST_CASE("replacing says what would go, wants to be confirmed, and replaces", "[api][import]") {
  TestDaemon t;
  const std::string dataset = t.create();
  t.import(dataset, chat_lines(4, "old "));
  const HttpAnswer refused = t.import(dataset, chat_lines(2, "new "), "?mode=replace");
  REQUIRE(refused.status == 409);
  REQUIRE(error_of(refused)["found"].get<std::string>().find("4 records") != std::string::npos);
  const Json told = numbers(t.import(dataset, chat_lines(2, "new "), "?mode=replace&confirm=true"));
  REQUIRE(told["replaced"] == 4);
  REQUIRE(t.json(dataset)["records"] == 2);
  REQUIRE(t.json(dataset + "/records")["items"][0]["preview"] == "new 0?");
}

TEST_CASE("of two replacing imports at once one is refused", "[api][import]") {
  TestDaemon t;
  const std::string dataset = t.create();
  HttpClient first(t.daemon->port());
  const std::string lines = chat_lines(2);
  first.send(first.head("POST", dataset + "/import?mode=replace&confirm=true",
                        {{"Content-Type", "application/x-ndjson"}}, std::to_string(lines.size())));
  first.send(lines.substr(0, 10));
  while (t.json(dataset + "/runs")["total"] == 0) {
  }
  const HttpAnswer second = t.import(dataset, chat_lines(1), "?mode=replace&confirm=true");
  REQUIRE(second.status == 409);
  first.send(lines.substr(10));
  REQUIRE(numbers(first.read_answer())["imported"] == 2);
}

TEST_CASE("an import that is sent again under its key is not imported again", "[api][import]") {
  TestDaemon t;
  const std::string dataset = t.create();
  const Headers key{{"Idempotency-Key", "upload-1"}};
  const HttpAnswer first = t.import(dataset, chat_lines(3), "", key);
  const HttpAnswer again = t.import(dataset, chat_lines(3), "", key);
  REQUIRE(again.body == first.body);
  REQUIRE(t.json(dataset)["records"] == 3);
  REQUIRE(t.import(dataset, chat_lines(4), "", key).status == 409);
}

TEST_CASE("the dirty file of the test data is counted as expected", "[api][import]") {
  TestDaemon t;
  const std::string dataset = t.create();
  const std::string dirty = test_data("bad/dirty.jsonl");
  const Json told = numbers(t.import(dataset, dirty));
  REQUIRE(told["imported"].get<int>() + told["blank"].get<int>() == told["lines"].get<int>());
  REQUIRE(told["valid"].get<int>() + told["invalid"].get<int>() == told["imported"].get<int>());
  REQUIRE(told["invalid"].get<int>() > 0);
}
