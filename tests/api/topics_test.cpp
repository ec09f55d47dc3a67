// The pipeline over HTTP: topics, categorization, coverage, runs, triggers.
#include "tests/api/api_support.hpp"

namespace {
std::string two_topics(TestDaemon& t) {
  const std::string dataset = t.create();
  REQUIRE(t.import(dataset, chat_lines(6)).status == 202);
  t.settled(dataset);
  const HttpAnswer put =
      t.client->ask("PUT", dataset + "/topics",
                    R"({"topics":[{"name":"play","children":[{"name":"openings","keywords":["e4"]},
                                          {"name":"endgames","description":"few pieces"}]}],"assignments":"clear"})");
  INFO(put.body);
  REQUIRE(put.status == 200);
  return dataset;
}
}  // namespace

TEST_CASE("an imported dataset finds topics, categorizes and measures by itself", "[api][topics]") {
  TestDaemon t;
  const std::string dataset = t.create();
  REQUIRE(t.import(dataset, test_data("chat/mixed_topics.jsonl")).status == 202);
  const Json canvas = t.settled(dataset);
  REQUIRE(canvas["steps"].size() == 7);
  REQUIRE(canvas["steps"][0]["state"] == "complete");
  REQUIRE(canvas["health"]["valid"].get<int>() > 0);
  REQUIRE(t.json(dataset + "/topics")["topics"].size() >= 2);
  REQUIRE(t.json(dataset + "/coverage")["categorized"].get<int>() > 0);
  REQUIRE(t.json(dataset + "/runs?step=categorize")["total"].get<int>() >= 1);
}

TEST_CASE("topics are defined as a tree, and given back in the same shape", "[api][topics]") {
  TestDaemon t;
  const std::string dataset = two_topics(t);
  t.settled(dataset);
  const Json topics = t.json(dataset + "/topics");
  REQUIRE(topics["topics"].size() == 1);
  REQUIRE(topics["topics"][0]["children"][0]["name"] == "openings");
  REQUIRE(topics["topics"][0]["children"][0]["keywords"] == Json::array({"e4"}));
  const std::string id = topics["topics"][0]["children"][1]["id"];
  const HttpAnswer again = t.client->ask("PUT", dataset + "/topics", topics.dump());
  INFO(again.body);
  REQUIRE(again.status == 200);
  REQUIRE(Json::parse(again.body)["topics"][0]["children"][1]["id"] == id);
  REQUIRE(error_of(t.client->ask("PUT", dataset + "/topics",
                                 R"({"topics":[{"name":"a","children":[{}]}]})"))["at"] ==
          "/topics/0/children/0/name");
  REQUIRE(t.client->ask("PUT", dataset + "/topics", R"({"topics":[{"name":"a"},{"name":"a"}]})").status ==
          400);
  REQUIRE(t.client->ask("PUT", dataset + "/topics", R"({})").status == 400);
}

TEST_CASE("a topic set by hand shows on the record, in its filters and in coverage", "[api][topics]") {
  TestDaemon t;
  const std::string dataset = two_topics(t);
  t.settled(dataset);
  const std::string opening = t.json(dataset + "/topics")["topics"][0]["children"][0]["id"];
  const std::string parent = t.json(dataset + "/topics")["topics"][0]["id"];
  const HttpAnswer set = t.client->ask("PATCH", dataset + "/records/r2", Json{{"topic", opening}}.dump());
  REQUIRE(set.status == 200);
  REQUIRE(Json::parse(set.body)["topic"] == opening);
  REQUIRE(Json::parse(set.body)["method"] == "manual");
  bool found = false;
  for (const Json& item : t.json(dataset + "/records?topic=" + parent)["items"])
    found = found || item["id"] == "r2";
  REQUIRE(found);
  const HttpAnswer all =
      t.client->post(dataset + "/records/bulk",
                     Json{{"action", "set_topic"}, {"filter", Json::object()}, {"topic", opening}}.dump());
  REQUIRE(Json::parse(all.body)["affected"] == 6);
  REQUIRE(t.json(dataset + "/records?topic=" + opening + "&confidence_gte=0.9")["total"] == 6);
  REQUIRE(t.json(dataset + "/coverage")["balance"] == 0.0);
  REQUIRE(t.client->ask("PATCH", dataset + "/records/r2", Json{{"topic", parent}}.dump()).status == 400);
  REQUIRE(Json::parse(t.client->ask("PATCH", dataset + "/records/r2", R"({"topic":null})").body)["topic"]
              .is_null());
}

TEST_CASE("regenerating topics says what would be lost and wants to be confirmed", "[api][topics]") {
  TestDaemon t;
  const std::string dataset = two_topics(t);
  t.settled(dataset);
  const HttpAnswer refused = t.client->post(dataset + "/topics/generate", R"({"method":"auto"})");
  REQUIRE(refused.status == 409);
  REQUIRE(error_of(refused)["found"].get<std::string>().find("2 topics") != std::string::npos);
  const HttpAnswer started =
      t.client->post(dataset + "/topics/generate", R"({"confirm":true,"max_topics":3})");
  REQUIRE(started.status == 202);
  REQUIRE(started.header("location").find("/runs/run") != std::string::npos);
  REQUIRE(error_of(t.client->post(dataset + "/topics/generate", R"({"method":"template"})"))["at"] ==
          "/template");
  REQUIRE(t.client->post(dataset + "/topics/generate", R"({"depth":9})").status == 400);
}

TEST_CASE("a step is triggered, or says what blocks it", "[api][topics]") {
  TestDaemon t;
  const std::string dataset = t.create();
  const HttpAnswer early = t.client->post(dataset + "/steps/topics/trigger", "{}");
  REQUIRE(early.status == 409);
  REQUIRE(Json::parse(early.body)["blocked"][0]["fix"].is_string());
  const HttpAnswer grader = t.client->post(dataset + "/steps/dry_run/trigger", R"({"sample_size":300})");
  REQUIRE(grader.status == 409);
  REQUIRE(Json::parse(grader.body)["blocked"].size() >= 2);
  t.import(dataset, chat_lines(4));
  t.settled(dataset);
  const HttpAnswer extract = t.client->post(dataset + "/steps/extract/trigger", "");
  REQUIRE(extract.status == 202);
  REQUIRE(t.client->post(dataset + "/steps/moon/trigger", "{}").status == 404);
  REQUIRE(t.client->post(dataset + "/categorize", R"({"scope":"some"})").status == 400);
}

TEST_CASE("coverage can be skipped and given targets", "[api][topics]") {
  TestDaemon t;
  const std::string dataset = two_topics(t);
  t.settled(dataset);
  const HttpAnswer skipped =
      t.client->post(dataset + "/steps/coverage/skip", R"({"reason":"fine as it is"})");
  REQUIRE(skipped.status == 200);
  REQUIRE(Json::parse(skipped.body)["steps"][2]["skipped"] == true);
  const Json leaves = t.json(dataset + "/topics")["topics"][0]["children"];
  Json targets;
  targets["targets"][leaves[0]["id"].get<std::string>()] = 70;
  targets["targets"][leaves[1]["id"].get<std::string>()] = 30;
  const HttpAnswer set = t.client->ask("PUT", dataset + "/coverage/targets", targets.dump());
  INFO(set.body);
  REQUIRE(set.status == 200);
  REQUIRE(Json::parse(set.body)["topics"][0]["target_percent"] == 70.0);
  REQUIRE(t.client->ask("PUT", dataset + "/coverage/targets", R"({"targets":{"t1":"much"}})").status == 400);
  const HttpAnswer even = t.client->ask("PUT", dataset + "/coverage/targets", R"({"targets":"uniform"})");
  REQUIRE(Json::parse(even.body)["targets"] == "uniform");
  REQUIRE(t.client->post(dataset + "/steps/topics/skip", "{}").status == 400);
}

TEST_CASE("runs are listed newest first, shown, and cancelled once", "[api][topics]") {
  TestDaemon t;
  const std::string dataset = t.create();
  HttpClient upload(t.daemon->port());
  upload.send(upload.head("POST", dataset + "/import", {{"Content-Type", "application/x-ndjson"}}, "1000"));
  upload.send(chat_line("first"));
  while (t.json(dataset + "/runs")["total"] == 0) {
  }
  REQUIRE(t.json(dataset + "/runs/run1")["state"] == "running");
  const HttpAnswer cancelled = t.client->post(dataset + "/runs/run1/cancel", R"({"reason":"wrong file"})");
  REQUIRE(cancelled.status == 200);
  REQUIRE(Json::parse(cancelled.body)["state"] == "cancelled");
  upload.send(std::string(1000, '\n'));
  REQUIRE(upload.read_answer().status == 409);
  REQUIRE(t.json(dataset)["records"] == 0);
  REQUIRE(t.client->post(dataset + "/runs/run1/resume", "").status == 409);
  REQUIRE(t.client->get(dataset + "/runs/run9").status == 404);
  t.import(dataset, chat_lines(2));
  const Json page = t.json(dataset + "/runs?limit=1");
  REQUIRE(page["items"].size() == 1);
  const Json rest = t.json(dataset + "/runs?limit=500&cursor=" + page["next"].get<std::string>());
  REQUIRE(rest["items"].back()["id"] == "run1");
  REQUIRE(t.client->get(dataset + "/runs?step=moon").status == 400);
}

TEST_CASE("a topic is renamed, moved, merged, deleted and added one at a time", "[api][topics]") {
  TestDaemon t;
  const std::string dataset = two_topics(t);
  REQUIRE(t.client->post(dataset + "/categorize", R"({"scope":"unlabeled"})").status == 202);
  t.settled(dataset);
  const Json tree = t.json(dataset + "/topics")["topics"][0];
  const std::string play = tree["id"];
  const std::string openings = tree["children"][0]["id"];
  const std::string endgames = tree["children"][1]["id"];
  const HttpAnswer renamed =
      t.client->ask("PATCH", dataset + "/topics/" + openings, R"({"name":"first moves","keywords":["d4"]})");
  INFO(renamed.body);
  REQUIRE(renamed.status == 200);
  CHECK(Json::parse(renamed.body)["topics"][0]["children"][0]["name"] == "first moves");
  CHECK(t.client->ask("PATCH", dataset + "/topics/t99", R"({"name":"x"})").status == 404);
  CHECK(t.client->ask("PATCH", dataset + "/topics/" + play, Json{{"parent", openings}}.dump()).status == 400);
  CHECK(error_of(t.client->ask("POST", dataset + "/topics", R"({"name":"x","parent":"nonsense"})"))["at"] ==
        "/parent");
  const HttpAnswer added =
      t.client->ask("POST", dataset + "/topics", Json{{"name", "gambits"}, {"parent", play}}.dump());
  REQUIRE(added.status == 200);
  const std::string gambits = Json::parse(added.body)["topics"][0]["children"][2]["id"];
  REQUIRE(t.client->ask("PATCH", dataset + "/topics/" + gambits, R"({"parent":null})").status == 200);
  REQUIRE(
      t.client->ask("POST", dataset + "/topics/merge", Json{{"from", {openings}}, {"into", endgames}}.dump())
          .status == 200);
  CHECK(t.json(dataset + "/topics")["topics"][0]["children"].size() == 1);
  REQUIRE(t.client->ask("PATCH", dataset + "/records/r2", Json{{"topic", endgames}}.dump()).status == 200);
  const HttpAnswer refused = t.client->ask("DELETE", dataset + "/topics/" + endgames);
  CHECK(refused.status == 409);
  CHECK(refused.body.find("reassign_to") != std::string::npos);
  REQUIRE(t.client->ask("DELETE", dataset + "/topics/" + endgames + "?reassign_to=" + gambits).status == 200);
  CHECK(t.json(dataset + "/records/r2")["topic"] == gambits);
}

TEST_CASE("templates are listed and define topics, and unknown ones are refused", "[api][topics]") {
  TestDaemon t;
  const std::string dataset = t.create();
  REQUIRE(t.import(dataset, chat_lines(6)).status == 202);
  t.settled(dataset);
  const Json templates = t.json("/api/v1/topic-templates");
  REQUIRE(templates["total"].get<int>() >= 8);
  const HttpAnswer unknown = t.client->ask("POST", dataset + "/topics/generate",
                                           R"({"method":"template","template":"alchemy","confirm":true})");
  CHECK(unknown.status == 400);
  CHECK(unknown.body.find("customer-support") != std::string::npos);
  const HttpAnswer started = t.client->ask("POST", dataset + "/topics/generate",
                                           R"({"method":"template","template":"sales","confirm":true})");
  INFO(started.body);
  REQUIRE(started.status == 202);
  t.settled(dataset);
  const Json topics = t.json(dataset + "/topics");
  CHECK(topics["method"] == "template");
  CHECK(topics["template"] == "sales");
  CHECK(topics["topics"].size() == 5);
  CHECK(topics["topics"][0]["labels_by"] == "template");
  CHECK(topics["uncategorized"] == 0);
}

TEST_CASE("vectors are computed once, and a topic is split along them", "[api][topics]") {
  TestDaemon t;
  const std::string dataset = t.create();
  REQUIRE(t.import(dataset, test_data("topics/clinc_uneven_1130.jsonl")).status == 202);
  t.settled(dataset);
  const Json topics = t.json(dataset + "/topics");
  CHECK(topics["compared_by"] == "use-lite+glove");
  CHECK(topics["language"] == "en");
  CHECK(topics["topics"][0]["children"].size() >= 2);
  CHECK(topics["topics"][0]["children"][0]["central_records"].size() >= 1);
  const auto vector_events = [&] {
    return t.json(dataset + "/events?type=vectors_computed&limit=100")["items"].size();
  };
  const std::size_t before = vector_events();
  REQUIRE(before >= 1);
  REQUIRE(t.client->ask("POST", dataset + "/categorize", R"({"scope":"all","confirm":true})").status == 202);
  t.settled(dataset);
  CHECK(vector_events() == before);
  const std::string leaf = topics["topics"][0]["children"][0]["id"];
  const HttpAnswer split =
      t.client->ask("POST", dataset + "/topics/" + leaf + "/split", R"({"max_topics":3})");
  INFO(split.body);
  REQUIRE(split.status == 202);
  t.settled(dataset);
  const Json parts = t.json(dataset + "/topics")["topics"][0]["children"][0];
  INFO(parts.dump());
  CHECK(parts["children"].size() >= 2);
  CHECK(vector_events() == before);
}
