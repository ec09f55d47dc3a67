// Erasing records: their contents are gone from the store, from lists, exports, dry runs and the past; the
// log verifies.
#include "store/audit.hpp"
#include "tests/api/api_support.hpp"
#include "tests/api/store_folder.hpp"

namespace {
const std::string secret = "Zanzibar gambit";

std::string answered(const std::string& text, const std::string& answer) {
  return Json{{"messages", Json::array({Json{{"role", "user"}, {"content", text}},
                                        Json{{"role", "assistant"}, {"content", answer}}})}}
             .dump() +
         "\n";
}

// r1 is to go: imported, edited, graded.
std::string with_secret(TestDaemon& t) {
  const std::string dataset = t.create();
  std::string lines = answered("What is the " + secret + "?", "The " + secret + " is none.");
  for (int i = 0; i < 99; ++i) lines += answered("What is move " + std::to_string(i) + "?", "A move.");
  REQUIRE(t.import(dataset, lines).status == 202);
  t.settled(dataset);
  REQUIRE(t.client
              ->ask("PUT", dataset + "/grader",
                    R"({"type":"string_check","name":"same","input":"{{sample.output_text}}",)"
                    R"("reference":"A move.","operation":"eq"})")
              .status == 200);
  const HttpAnswer run = t.client->post(dataset + "/dry-runs", R"({"sample_size":100,"answers":"recorded"})");
  INFO(run.body);
  REQUIRE(run.status == 202);
  t.settled(dataset);
  return dataset;
}

HttpAnswer erase(TestDaemon& t, const std::string& dataset, const std::string& body) {
  return t.client->post(dataset + "/records/erase", body);
}

// In no blob that is left, and the audit finds nothing missing.
void check_gone(const std::string& folder) {
  auto log = open_to_read(folder);
  REQUIRE(log);
  std::size_t blobs = 0;
  for (const store::Head& head : (*log)->heads()) {
    REQUIRE((*log)->scan_blobs(head.stream, [&](const store::BlobId& id, std::uint64_t) {
      const auto bytes = (*log)->blob(id);
      REQUIRE(bytes);
      ++blobs;
      CHECK(bytes->find(secret) == std::string::npos);
    }));
  }
  CHECK(blobs > 0);
  const auto report = store::audit(**log, true, {});
  REQUIRE(report);
  if (report->first_bad) WARN(report->first_bad->why);
  CHECK_FALSE(report->first_bad);
  CHECK(report->blobs_erased > 0);
}
}  // namespace

TEST_CASE("an erased record is gone from lists, exports, dry runs, the past and the store", "[api][erase]") {
  TestDaemon t;
  const std::string dataset = with_secret(t);
  const Json before = t.json(dataset);
  const std::string then = "?at=" + before["position"].dump();
  REQUIRE(t.client->get(dataset + "/export" + then).body.find(secret) != std::string::npos);
  const HttpAnswer answer = erase(t, dataset, R"({"ids":["r1"],"reason":"asked for","confirm":true})");
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  CHECK(Json::parse(answer.body)["affected"] == 1);
  t.settled(dataset);
  CHECK(t.json(dataset)["records"] == 99);
  CHECK(t.client->get(dataset + "/export").body.find(secret) == std::string::npos);
  CHECK(t.client->get(dataset + "/export" + then).body.find(secret) == std::string::npos);
  CHECK(t.client->get(dataset + "/records" + then).body.find(secret) == std::string::npos);
  CHECK(t.client->get(dataset + "/records/r1").status == 410);
  const HttpAnswer past = t.client->get(dataset + "/records/r1" + then);
  CHECK(past.status == 410);
  CHECK(error_of(past)["found"] == "'r1', erased");
  // The others are where they were.
  CHECK(t.client->get(dataset + "/records/r2" + then).body.find("What is move 0?") != std::string::npos);
  const Json runs = t.json(dataset + "/dry-runs");
  const std::string run = runs["items"][0]["id"];
  const std::string samples = t.client->get(dataset + "/dry-runs/" + run + "/samples?limit=200").body;
  CHECK(samples.find("A move.") != std::string::npos);
  CHECK(samples.find(secret) == std::string::npos);
  CHECK(t.client->get(dataset + "/dry-runs/" + run).status == 200);
  const Json events = t.json(dataset + "/events?type=records_erased");
  REQUIRE(events["items"].size() == 1);
  CHECK(events["items"][0]["data"]["reason"] == "asked for");
  t.daemon.reset();
  check_gone(t.folder.path().string());
}

TEST_CASE("an earlier version of an edited record is erased with it, and a deleted one can be",
          "[api][erase]") {
  TestDaemon t;
  const std::string dataset = with_secret(t);
  const std::string edited =
      R"({"data":{"messages":[{"role":"user","content":"Another )" + secret + R"("}]}})";
  REQUIRE(t.client->ask("PATCH", dataset + "/records/r1", edited).status == 200);
  t.settled(dataset);
  REQUIRE(t.client->ask("DELETE", dataset + "/records/r1").status == 200);
  t.settled(dataset);
  REQUIRE(erase(t, dataset, R"({"ids":["r1"],"confirm":true})").status == 200);
  CHECK(erase(t, dataset, R"({"ids":["r1"],"confirm":true})").status == 410);
  t.daemon.reset();
  check_gone(t.folder.path().string());
}

TEST_CASE("erasing is asked twice, and not done behind the back of what runs", "[api][erase]") {
  TestDaemon t;
  const std::string dataset = with_secret(t);
  const HttpAnswer unconfirmed = erase(t, dataset, R"({"ids":["r1"]})");
  CHECK(unconfirmed.status == 409);
  CHECK(error_of(unconfirmed)["wanted"] == "confirm=true to erase for good");
  CHECK(t.json(dataset + "/records/r1")["valid"] == true);
  CHECK(erase(t, dataset, R"({"ids":["r999"],"confirm":true})").status == 404);
  CHECK(erase(t, dataset, R"({"ids":[],"confirm":true})").status == 400);
  CHECK(erase(t, dataset, R"({"ids":["x"],"confirm":true})").status == 404);
}

TEST_CASE("copies and archives of a moment before an erasure are refused, later ones work", "[api][erase]") {
  TestDaemon t;
  const std::string dataset = with_secret(t);
  const std::string before = t.json(dataset)["position"].dump();
  REQUIRE(erase(t, dataset, R"({"ids":["r1"],"confirm":true})").status == 200);
  t.settled(dataset);
  CHECK(t.client->get(dataset + "/export?what=archive&at=" + before).status == 410);
  CHECK(t.client->post(dataset + "/duplicate", R"({"name":"old","at":)" + before + "}").status == 410);
  CHECK(t.client->post(dataset + "/duplicate", R"({"name":"new"})").status == 201);
  const std::string archive = t.client->get(dataset + "/export?what=archive").body;
  CHECK(archive.find(secret) == std::string::npos);
  TestDaemon other;
  const HttpAnswer imported = other.client->ask("POST", "/api/v1/datasets/import-archive", archive,
                                                {{"Content-Type", "application/x-tar"}});
  INFO(imported.body);
  REQUIRE(imported.status == 201);
  CHECK(other.client->get("/api/v1/datasets/d1/records/r1").status == 410);
  CHECK(other.json("/api/v1/datasets/d1")["records"] == 99);
}
