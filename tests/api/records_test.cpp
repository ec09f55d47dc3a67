// Records: lists, filters, one record, edits, bulk changes, exports.
#include <algorithm>
#include <set>

#include "tests/api/api_support.hpp"

namespace {
// r1 … r6: four valid (the fourth a duplicate of the first), two invalid.
std::string with_records(TestDaemon& t) {
  const std::string dataset = t.create();
  const std::string answered =
      R"({"messages":[{"role":"user","content":"Castle?"},{"role":"assistant","content":"Yes."}],"level":1e999,"b":1,"a":2})"
      "\n";
  const HttpAnswer answer =
      t.import(dataset, chat_line("Opening with E4") + answered + chat_line("The endgame") +
                            chat_line("Opening with E4") + "{broken\n" + "[1]\n");
  REQUIRE(answer.status == 202);
  t.settled(dataset);
  return dataset;
}

std::vector<std::string> ids(const Json& list) {
  std::vector<std::string> found;
  for (const Json& item : list["items"]) found.push_back(item["id"]);
  return found;
}
using Ids = std::vector<std::string>;
}  // namespace

TEST_CASE("records are filtered by what is known of them", "[api][records]") {
  TestDaemon t;
  const std::string dataset = with_records(t);
  const auto list = [&](const std::string& query) { return ids(t.json(dataset + "/records" + query)); };
  REQUIRE(list("") == Ids{"r1", "r2", "r3", "r4", "r5", "r6"});
  REQUIRE(list("?valid=false") == Ids{"r5", "r6"});
  REQUIRE(list("?code=invalid_json") == Ids{"r5"});
  REQUIRE(list("?duplicate=true") == Ids{"r4"});
  REQUIRE(list("?line=3") == Ids{"r3"});
  REQUIRE(list("?source=upload&valid=true&duplicate=false") == Ids{"r1", "r2", "r3"});
  REQUIRE(list("?source=trace").empty());
  REQUIRE(list("?score_lt=0.5").empty());
  REQUIRE(list("?q=opening%20with%20e4") == Ids{"r1", "r4"});
  REQUIRE(list("?q=BROKEN") == Ids{"r5"});
  REQUIRE(list("?sort=-line&limit=2") == Ids{"r6", "r5"});
  REQUIRE(t.client->get(dataset + "/records?code=odd").status == 400);
  REQUIRE(t.client->get(dataset + "/records?valid=perhaps").status == 400);
  REQUIRE(t.client->get(dataset + "/records?sort=colour").status == 400);
  REQUIRE(t.client->get(dataset + "/records?topic=x").status == 400);
}

TEST_CASE("any part of a list of records can be asked for by its offset", "[api][records]") {
  TestDaemon t;
  const std::string dataset = with_records(t);
  const auto list = [&](const std::string& query) { return ids(t.json(dataset + "/records" + query)); };
  REQUIRE(list("?offset=2&limit=2") == Ids{"r3", "r4"});
  REQUIRE(list("?offset=5") == Ids{"r6"});
  REQUIRE(list("?offset=6").empty());
  REQUIRE(list("?offset=1&limit=2&sort=-id") == Ids{"r5", "r4"});
  REQUIRE(list("?offset=1&q=opening") == Ids{"r4"});
  REQUIRE(t.json(dataset + "/records?offset=4000000000")["total"] == 6);
  REQUIRE(t.client->get(dataset + "/records?offset=-1").status == 400);
  // What was kept for one moment is not given for another.
  REQUIRE(t.client->ask("DELETE", dataset + "/records/r1").status == 200);
  REQUIRE(list("?offset=2&limit=2") == Ids{"r4", "r5"});
}

TEST_CASE("pages of records follow each other without a gap, searched ones too", "[api][records]") {
  TestDaemon t;
  const std::string dataset = t.create();
  t.import(dataset, chat_lines(25));
  for (const std::string query : {"?sort=id", "?sort=-id", "?sort=tokens", "?q=move", "?q=move&sort=-line"}) {
    std::set<std::string> seen;
    std::string next;
    std::size_t pages = 0;
    do {
      const Json page =
          t.json(dataset + "/records" + query + "&limit=10" + (next.empty() ? "" : "&cursor=" + next));
      REQUIRE(page["total"] == 25);
      for (const std::string& id : ids(page)) REQUIRE(seen.insert(id).second);
      next = page["next"].is_null() ? "" : page["next"].get<std::string>();
      ++pages;
    } while (!next.empty());
    REQUIRE(seen.size() == 25);
    REQUIRE(pages == 3);
  }
}

TEST_CASE("a record is given as it was imported, with where it came from and its events", "[api][records]") {
  TestDaemon t;
  const std::string dataset = with_records(t);
  const HttpAnswer answer = t.client->get(dataset + "/records/r2");
  REQUIRE(answer.status == 200);
  REQUIRE(answer.body.find(R"("level":1e999,"b":1,"a":2)") != std::string::npos);
  REQUIRE(answer.body.find(R"("preview":"Castle?")") != std::string::npos);
  const Json first = t.json(dataset + "/records/r1");
  REQUIRE(first["tokens"].get<int>() > 0);
  REQUIRE(first["lineage"]["run"] == "run1");
  REQUIRE(first["lineage"]["line"] == 1);
  REQUIRE(first["events"][0]["type"] == "records_imported");
  const Json broken = t.json(dataset + "/records/r5");
  REQUIRE(broken["data"].is_null());
  REQUIRE(broken["raw"] == "{broken");
  REQUIRE(!broken["detail"].get<std::string>().empty());
  REQUIRE(t.client->get(dataset + "/records/r7").status == 404);
  REQUIRE(t.client->get(dataset + "/records/seven").status == 404);
}

TEST_CASE("an edited record is validated again, and the past keeps the old one", "[api][records]") {
  TestDaemon t;
  const std::string dataset = with_records(t);
  const int before = t.json(dataset)["position"];
  const HttpAnswer edited = t.client->ask(
      "PATCH", dataset + "/records/r5",
      "{\"data\": {\n \"messages\": [{\"role\":\"user\",\"content\":\"mended 1e400\"}], \"n\": 1e400}}");
  REQUIRE(edited.status == 200);
  REQUIRE(Json::parse(edited.body)["preview"] == "mended 1e400");
  t.settled(dataset);
  REQUIRE(t.json(dataset + "/health")["invalid"] == 1);
  REQUIRE(t.client->get(dataset + "/records/r5").body.find("\"n\":1e400") != std::string::npos);
  REQUIRE(t.json(dataset + "/records/r5?at=" + std::to_string(before))["raw"] == "{broken");
  REQUIRE(t.client->ask("PATCH", dataset + "/records/r5", R"({"data":7})").status == 400);
  REQUIRE(t.client->ask("PATCH", dataset + "/records/r5", "{}").status == 400);
  REQUIRE(t.client->ask("PATCH", dataset + "/records/r5", R"({"topic":"t99"})").status == 400);
}

TEST_CASE("a deleted record is gone from lists and kept in the past", "[api][records]") {
  TestDaemon t;
  const std::string dataset = with_records(t);
  const int before = t.json(dataset)["position"];
  const HttpAnswer deleted = t.client->ask("DELETE", dataset + "/records/r6");
  REQUIRE(deleted.status == 200);
  REQUIRE(Json::parse(deleted.body)["deleted"] == true);
  REQUIRE(t.client->get(dataset + "/records/r6").status == 410);
  REQUIRE(t.json(dataset + "/records")["total"] == 5);
  REQUIRE(t.json(dataset + "/records?at=" + std::to_string(before))["total"] == 6);
}

TEST_CASE("bulk changes act on a filter or on ids, and on nothing when nothing matches", "[api][records]") {
  TestDaemon t;
  const std::string dataset = with_records(t);
  const auto bulk = [&](const std::string& body) { return t.client->post(dataset + "/records/bulk", body); };
  REQUIRE(Json::parse(bulk(R"({"action":"revalidate","filter":{"line":77}})").body)["affected"] == 0);
  const HttpAnswer refused = bulk(R"({"action":"delete","filter":{"valid":false}})");
  REQUIRE(refused.status == 409);
  REQUIRE(error_of(refused)["found"].get<std::string>().starts_with("2 records"));
  REQUIRE(Json::parse(
              bulk(R"({"action":"delete","filter":{"valid":false},"confirm":true})").body)["affected"] == 2);
  REQUIRE(Json::parse(bulk(R"({"action":"revalidate","ids":["r1","r2"]})").body)["affected"] == 2);
  REQUIRE(bulk(R"({"action":"explode","ids":[]})").status == 400);
  REQUIRE(bulk(R"({"action":"delete"})").status == 400);
  REQUIRE(bulk(R"({"action":"delete","ids":["r1"],"filter":{}})").status == 400);
  REQUIRE(error_of(bulk(R"({"action":"delete","ids":["r1","x"]})"))["at"] == "/ids/1");
  REQUIRE(error_of(bulk(R"({"action":"delete","filter":{"colour":1}})"))["at"] == "/filter/colour");
  REQUIRE(error_of(bulk(R"({"action":"delete","filter":{"code":"odd"}})"))["at"] == "/filter/code");
}

TEST_CASE("records are exported as they came, filtered, and in each shape", "[api][records]") {
  TestDaemon t;
  const std::string dataset = with_records(t);
  const HttpAnswer raw = t.client->get(dataset + "/export");
  REQUIRE(raw.header("content-type") == "application/x-ndjson");
  REQUIRE(raw.header("content-disposition").starts_with("attachment; filename=\"chess-"));
  REQUIRE(raw.body.find("{broken\n[1]\n") != std::string::npos);
  const HttpAnswer invalid = t.client->get(dataset + "/export?valid=false");
  REQUIRE(invalid.body == "{broken\n[1]\n");
  const HttpAnswer sft = t.client->get(dataset + "/export?shape=sft");
  REQUIRE(sft.body.find("Yes.") != std::string::npos);
  REQUIRE(std::ranges::count(sft.body, '\n') == 1);
  const HttpAnswer rft = t.client->get(dataset + "/export?shape=rft");
  REQUIRE(std::ranges::count(rft.body, '\n') == 4);
  REQUIRE(rft.body.find("\"level\":1e999") != std::string::npos);
  REQUIRE(t.client->get(dataset + "/export?shape=tree").status == 400);
  REQUIRE(t.client->get(dataset + "/export?what=moon").status == 400);
  REQUIRE(t.client->get(dataset + "/export?what=grader").status == 409);
  REQUIRE(Json::parse(t.client->get(dataset + "/export?what=topics").body).contains("version"));
  const HttpAnswer events = t.client->get(dataset + "/export?what=events");
  REQUIRE(static_cast<int>(std::ranges::count(events.body, '\n')) == t.json(dataset)["position"].get<int>());
}

TEST_CASE("an exported dataset comes back as the same records", "[api][records]") {
  TestDaemon t;
  const std::string dataset = with_records(t);
  const std::string body = t.client->get(dataset + "/export").body;
  const std::string copy = t.create("copy");
  REQUIRE(t.import(copy, body).status == 202);
  REQUIRE(t.json(copy + "/health")["by_code"] == t.json(dataset + "/health")["by_code"]);
  REQUIRE(t.client->get(copy + "/export").body == body);
}

TEST_CASE("an archive is a tar of everything", "[api][records]") {
  TestDaemon t;
  const std::string dataset = with_records(t);
  const std::string tar = t.client->get(dataset + "/export?what=archive").body;
  REQUIRE(tar.size() % 512 == 0);
  std::vector<std::string> names;
  for (std::size_t at = 0; at + 512 < tar.size() && tar[at] != '\0';) {
    names.emplace_back(tar.c_str() + at);
    const std::size_t size = std::stoul(tar.substr(at + 124, 11), nullptr, 8);
    if (names.back() == "records.jsonl")
      REQUIRE(tar.substr(at + 512, size) == t.client->get(dataset + "/export").body);
    at += 512 + (size + 511) / 512 * 512;
  }
  REQUIRE(names.size() > 5);
  REQUIRE(names.back() == "log-000001");
  const auto blobs = std::erase_if(names, [](const std::string& name) { return name.starts_with("blobs/"); });
  REQUIRE(blobs > 0);
  REQUIRE(names == Ids{"manifest.json", "topics.json", "records.jsonl", "events-000001.jsonl", "log-000001"});
}
