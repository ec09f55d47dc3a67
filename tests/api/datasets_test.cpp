// Datasets: create, list, change, delete, duplicate; the past; conditional and idempotent requests.
#include "tests/api/api_support.hpp"

TEST_CASE("a dataset is created, shown and found in the list", "[api][datasets]") {
  TestDaemon t;
  const HttpAnswer created = t.client->post(
      "/api/v1/datasets", R"({"name":"chess","objective":"explain moves","source":{"type":"upload"}})");
  REQUIRE(created.status == 201);
  REQUIRE(created.header("location") == "/api/v1/datasets/d1");
  REQUIRE(created.header("x-position") == "1");
  REQUIRE(created.header("etag") == "\"1-1\"");
  REQUIRE(created.header("x-durability") == "os");
  const Json dataset = t.json("/api/v1/datasets/d1");
  REQUIRE(dataset["name"] == "chess");
  REQUIRE(dataset["steps"].size() == 7);
  const Json list = t.json("/api/v1/datasets");
  REQUIRE(list["total"] == 1);
  REQUIRE(list["items"][0]["id"] == "d1");
}

TEST_CASE("what is missing, empty or taken is refused by name", "[api][datasets]") {
  TestDaemon t;
  t.create("chess");
  const HttpAnswer missing = t.client->post("/api/v1/datasets", R"({"objective":"x"})");
  REQUIRE(missing.status == 400);
  REQUIRE(error_of(missing)["at"] == "/name");
  REQUIRE(t.client->post("/api/v1/datasets", R"({"name":" ","objective":"x"})").status == 400);
  const HttpAnswer taken = t.client->post("/api/v1/datasets", R"({"name":"chess","objective":"x"})");
  REQUIRE(taken.status == 409);
  REQUIRE(error_of(taken)["at"] == "/name");
  REQUIRE(t.client->get("/api/v1/datasets/d9").status == 404);
  REQUIRE(t.client->get("/api/v1/datasets/nine").status == 404);
}

TEST_CASE("the list is searched, sorted and paged", "[api][datasets]") {
  TestDaemon t;
  for (const char* name : {"beta", "alpha", "gamma"}) t.create(name);
  REQUIRE(t.json("/api/v1/datasets?search=ALP")["items"][0]["name"] == "alpha");
  const Json first = t.json("/api/v1/datasets?sort=name&limit=2");
  REQUIRE(first["items"][0]["name"] == "alpha");
  REQUIRE(first["items"][1]["name"] == "beta");
  const std::string cursor = first["next"];
  const Json second = t.json("/api/v1/datasets?sort=name&limit=2&cursor=" + cursor);
  REQUIRE(second["items"].size() == 1);
  REQUIRE(second["items"][0]["name"] == "gamma");
  REQUIRE(second["next"].is_null());
  REQUIRE(t.json("/api/v1/datasets?sort=-name")["items"][0]["name"] == "gamma");
  REQUIRE(t.client->get("/api/v1/datasets?sort=colour").status == 400);
  REQUIRE(t.client->get("/api/v1/datasets?sort=-name&cursor=" + cursor).status == 400);
  REQUIRE(t.client->get("/api/v1/datasets?cursor=%21").status == 400);
  REQUIRE(t.json("/api/v1/datasets?status=complete")["total"] == 0);
}

TEST_CASE("a list that has not changed is not sent again", "[api][datasets]") {
  TestDaemon t;
  t.create("one");
  const std::string etag = t.client->get("/api/v1/datasets").header("etag");
  REQUIRE(t.client->get("/api/v1/datasets", {{"If-None-Match", etag}}).status == 304);
  t.create("two");
  REQUIRE(t.client->get("/api/v1/datasets", {{"If-None-Match", etag}}).status == 200);
}

TEST_CASE("name, objective and limits can be changed", "[api][datasets]") {
  TestDaemon t;
  const std::string dataset = t.create();
  const HttpAnswer changed =
      t.client->ask("PATCH", dataset, R"({"name":"go","settings":{"max_tokens":100,"encoding":"chars/4"}})");
  REQUIRE(changed.status == 200);
  REQUIRE(Json::parse(changed.body)["settings"]["max_tokens"] == 100);
  REQUIRE(t.json(dataset)["name"] == "go");
  REQUIRE(t.json(dataset)["objective"] == "explain chess moves");
  REQUIRE(error_of(t.client->ask("PATCH", dataset, R"({"settings":{"encoding":"latin"}})"))["at"] ==
          "/settings/encoding");
}

TEST_CASE("deleting says what would be lost, wants to be confirmed, and leaves 410", "[api][datasets]") {
  TestDaemon t;
  const std::string dataset = t.create();
  t.import(dataset, chat_lines(3));
  const HttpAnswer refused = t.client->ask("DELETE", dataset);
  REQUIRE(refused.status == 409);
  REQUIRE(error_of(refused)["found"].get<std::string>().find("3 records") != std::string::npos);
  const HttpAnswer deleted =
      t.client->ask("DELETE", dataset + "?confirm=true", "", {{"Idempotency-Key", "k"}});
  REQUIRE(deleted.status == 200);
  REQUIRE(Json::parse(deleted.body)["deleted_at"].is_number());
  REQUIRE(t.client->get(dataset).status == 410);
  REQUIRE(t.client->post(dataset + "/categorize", "{}").status == 410);
  REQUIRE(t.json("/api/v1/datasets")["total"] == 0);
  const HttpAnswer again = t.client->ask("DELETE", dataset + "?confirm=true", "", {{"Idempotency-Key", "k"}});
  REQUIRE(again.body == deleted.body);
}

TEST_CASE("a duplicate is the dataset as it is, or as it was", "[api][datasets]") {
  TestDaemon t;
  const std::string dataset = t.create();
  t.import(dataset, chat_lines(2));
  t.settled(dataset);
  const HttpAnswer now = t.client->post(dataset + "/duplicate", R"({"name":"copy"})");
  REQUIRE(now.status == 201);
  REQUIRE(Json::parse(now.body)["records"] == 2);
  REQUIRE(Json::parse(now.body)["forked_from"]["dataset"] == "d1");
  const HttpAnswer was = t.client->post(dataset + "/duplicate", R"({"name":"empty","at":1})");
  REQUIRE(Json::parse(was.body)["records"] == 0);
  REQUIRE(t.client->post(dataset + "/duplicate", R"({"name":"x","at":99999})").status == 400);
  REQUIRE(t.client->post(dataset + "/duplicate", R"({"name":"x","at":"soon"})").status == 400);
  const HttpAnswer record = t.client->get("/api/v1/datasets/d2/records/r1");
  REQUIRE(Json::parse(record.body)["data"]["messages"][0]["role"] == "user");
}

TEST_CASE("?at= shows the past by position and by time, and says where head is", "[api][datasets]") {
  TestDaemon t;
  const std::string dataset = t.create("before");
  const std::string time = t.json(dataset)["updated_at"];
  t.client->ask("PATCH", dataset, R"({"name":"after"})");
  REQUIRE(t.json(dataset + "?at=1")["name"] == "before");
  REQUIRE(t.json(dataset + "?at=" + time)["name"] == "before");
  const HttpAnswer past = t.client->get(dataset + "/canvas?at=1");
  REQUIRE(past.header("etag") == "\"1-1\"");
  REQUIRE(Json::parse(past.body)["head"] == 2);
  REQUIRE(Json::parse(past.body)["position"] == 1);
  REQUIRE(t.json(dataset + "?at=0")["name"] == "");
  const HttpAnswer beyond = t.client->get(dataset + "?at=3");
  REQUIRE(beyond.status == 400);
  REQUIRE(error_of(beyond)["wanted"].get<std::string>().find("up to 2") != std::string::npos);
  const HttpAnswer neither = t.client->get(dataset + "?at=yesterday");
  REQUIRE(error_of(neither)["wanted"].get<std::string>().find("RFC 3339") != std::string::npos);
  REQUIRE(t.client->ask("PATCH", dataset + "?at=1", R"({"name":"x"})").status == 400);
}

TEST_CASE("an answer that the client has is not sent again", "[api][datasets]") {
  TestDaemon t;
  const std::string dataset = t.create();
  const std::string etag = t.client->get(dataset + "/canvas").header("etag");
  const HttpAnswer same = t.client->get(dataset + "/canvas", {{"If-None-Match", "\"0-9\", W/" + etag}});
  REQUIRE(same.status == 304);
  REQUIRE(same.body.empty());
  REQUIRE(same.header("etag") == etag);
  t.client->ask("PATCH", dataset, R"({"name":"other"})");
  REQUIRE(t.client->get(dataset + "/canvas", {{"If-None-Match", etag}}).status == 200);
}

TEST_CASE("a write against a position that has passed says what happened since", "[api][datasets]") {
  TestDaemon t;
  const std::string dataset = t.create();
  REQUIRE(t.client->ask("PATCH", dataset, R"({"name":"two"})", {{"If-Match", "\"1\""}}).status == 200);
  const HttpAnswer late = t.client->ask("PATCH", dataset, R"({"name":"three"})", {{"If-Match", "\"1-1\""}});
  REQUIRE(late.status == 412);
  REQUIRE(error_of(late)["found"].get<std::string>().find("dataset_changed") != std::string::npos);
  REQUIRE(t.client->ask("PATCH", dataset, R"({"name":"three"})", {{"If-Match", "soon"}}).status == 400);
  REQUIRE(t.json(dataset)["name"] == "two");
}

TEST_CASE("a repeated Idempotency-Key gets the first answer, another request under it 409",
          "[api][datasets]") {
  TestDaemon t;
  const std::string body = R"({"name":"once","objective":"x"})";
  const Headers key{{"Idempotency-Key", "abc"}};
  const HttpAnswer first = t.client->post("/api/v1/datasets", body, key);
  t.client->ask("PATCH", "/api/v1/datasets/d1", R"({"name":"renamed"})");
  const HttpAnswer again = t.client->post("/api/v1/datasets", body, key);
  REQUIRE(again.status == 201);
  REQUIRE(again.body == first.body);
  REQUIRE(again.header("x-position") == first.header("x-position"));
  REQUIRE(t.json("/api/v1/datasets")["total"] == 1);
  const HttpAnswer other = t.client->post("/api/v1/datasets", R"({"name":"two","objective":"x"})", key);
  REQUIRE(other.status == 409);
  REQUIRE(error_of(other)["at"] == "Idempotency-Key");
}

TEST_CASE("what was acknowledged is there after a restart", "[api][datasets]") {
  support::TempFolder folder;
  for (int start = 0; start < 2; ++start) {
    auto daemon = api::Daemon::start(test_config(folder.path().string()));
    REQUIRE(daemon);
    HttpClient client((*daemon)->port());
    if (start == 0) {
      REQUIRE(client.post("/api/v1/datasets", R"({"name":"kept","objective":"x"})").status == 201);
    } else {
      REQUIRE(Json::parse(client.get("/api/v1/datasets").body)["items"][0]["name"] == "kept");
    }
  }
}
