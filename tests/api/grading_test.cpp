// Graders and dry runs over HTTP, with the real script host and recorded answers.
#include "tests/api/api_support.hpp"

namespace {
const std::string length_grader =
    "function grade(sample, item) { return Math.min(1, sample.output_text.length / 20); }";

Json script(const std::string& source) {
  return Json{{"type", "script"}, {"source", source}};
}

// Prompts with a recorded answer of 0 to 20 letters.
std::string answered_lines(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    const Json messages = Json::array(
        {Json{{"role", "user"}, {"content", "What is move " + std::to_string(i) + "?"}},
         Json{{"role", "assistant"}, {"content", std::string(static_cast<std::size_t>(1 + i % 20), 'a')}}});
    lines += Json{{"messages", messages}}.dump() + "\n";
  }
  return lines;
}

struct Graded : TestDaemon {
  explicit Graded(int records = 120) {
    dataset = create();
    REQUIRE(import(dataset, answered_lines(records)).status == 202);
    settled(dataset);
  }
  HttpAnswer put_grader(const Json& grader) { return client->ask("PUT", dataset + "/grader", grader.dump()); }
  // The report of a dry run at its end.
  Json dry_run(const Json& body) {
    const HttpAnswer started = client->post(dataset + "/dry-runs", body.dump());
    INFO(started.body);
    REQUIRE(started.status == 202);
    settled(dataset);
    return json(dataset + "/dry-runs/" + Json::parse(started.body)["run"].get<std::string>());
  }
  std::string dataset;
};
}  // namespace

TEST_CASE("a grader is defined, read, versioned and compared", "[api][grader]") {
  Graded t;
  CHECK(t.json(t.dataset + "/grader")["version"] == 0);
  Json first = script(length_grader);
  first["reason"] = "a beginning";
  const HttpAnswer put = t.put_grader(first);
  INFO(put.body);
  REQUIRE(put.status == 200);
  CHECK(Json::parse(put.body)["title"] == "Type: JavaScript Script");
  CHECK(Json::parse(put.body)["reason"] == "a beginning");
  REQUIRE(t.put_grader(script("function grade(sample, item) { return 0.5; }")).status == 200);
  CHECK(t.json(t.dataset + "/grader")["version"] == 2);
  CHECK(t.json(t.dataset + "/grader?version=1")["grader"]["source"] == length_grader);
  const Json versions = t.json(t.dataset + "/grader/versions");
  REQUIRE(versions["total"] == 2);
  CHECK(versions["items"][0]["version"] == 2);
  CHECK(versions["items"][1]["by"] == "local");
  const Json diff = t.json(t.dataset + "/grader/diff?from=1&to=2");
  CHECK(diff["added"] == 1);
  CHECK(diff["removed"] == 1);
  REQUIRE(t.client->ask("PUT", t.dataset + "/grader", R"({"version":1,"reason":"back"})").status == 200);
  CHECK(t.json(t.dataset + "/grader")["restores"] == 1);
  CHECK(t.json(t.dataset + "/canvas")["steps"][3]["line"] == "Type: JavaScript Script");
}

TEST_CASE("a script that does not compile is refused with line and column, and nothing is kept",
          "[api][grader]") {
  Graded t;
  const HttpAnswer refused = t.put_grader(script("function grade(sample, item) {\n  return (1;\n}"));
  REQUIRE(refused.status == 400);
  const Json error = error_of(refused);
  CHECK(error["at"] == "/source");
  CHECK(error["found"].get<std::string>().find("line 2") != std::string::npos);
  CHECK(t.json(t.dataset + "/grader")["version"] == 0);
  CHECK(t.client->post(t.dataset + "/grader/validate", R"({"type":"script","source":"nonsense("})").status ==
        400);
}

TEST_CASE("a grader is tried on five records, and nothing is kept", "[api][grader]") {
  Graded t;
  const Json before = t.json(t.dataset + "/canvas");
  const HttpAnswer answer =
      t.client->post(t.dataset + "/grader/test", Json{{"grader", script(length_grader)}, {"seed", 3}}.dump());
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  const Json tested = Json::parse(answer.body);
  REQUIRE(tested["samples"].size() == 5);
  for (const Json& sample : tested["samples"]) {
    const double expected =
        static_cast<double>(sample["sample"]["output_text"].get<std::string>().size()) / 20;
    CHECK(sample["score"].get<double>() == Approx(expected));
  }
  CHECK(t.json(t.dataset + "/canvas")["position"] == before["position"]);
}

TEST_CASE("a dry run on recorded answers ends in a verdict with its figures", "[api][dry_run]") {
  Graded t;
  REQUIRE(t.put_grader(script(length_grader)).status == 200);
  const Json report = t.dry_run({{"sample_size", "all"}});
  INFO(report.dump(1));
  CHECK(report["verdict"] == "GO");
  CHECK(report["partial"] == false);
  CHECK(report["sampled"] == 120);
  // Lengths 1 to 20, six of each: the mean of i / 20.
  CHECK(report["statistics"]["mean"].get<double>() == Approx(0.525).epsilon(1e-12));
  CHECK(report["statistics"]["scored"] == 120);
  std::uint64_t counted = 0;
  for (const Json& bin : report["histogram"]) counted += bin["count"].get<std::uint64_t>();
  CHECK(counted == 120);
  CHECK(t.json(t.dataset + "/canvas")["steps"][4]["line"] == "Mean: 0.53 • GO");
  CHECK(t.json(t.dataset + "/records?score_gte=1")["total"] == 6);
  const Json samples =
      t.json(t.dataset + "/dry-runs/" + report["id"].get<std::string>() + "/samples?sort=-score&limit=7");
  REQUIRE(samples["items"].size() == 7);
  CHECK(samples["total"] == 120);
  CHECK(samples["items"][0]["score"] == 1);
  CHECK(samples["items"][6]["score"] == 0.95);
  CHECK(samples["next"].is_string());
}

TEST_CASE("records that a script fails on have no score, and too many of them are a NO-GO",
          "[api][dry_run]") {
  Graded t;
  REQUIRE(t.put_grader(script("function grade(sample, item) {\n"
                              "  if (sample.output_text.length % 4 == 0) throw new Error('a fourth');\n"
                              "  return 0.5 + 0.1 * (sample.output_text.length % 4);\n}"))
              .status == 200);
  const Json report = t.dry_run({{"sample_size", "all"}});
  CHECK(report["unscored"] == 30);
  CHECK(report["statistics"]["scored"] == 90);
  CHECK(report["verdict"] == "NO-GO");
  CHECK(report["metrics"]["unscored"]["verdict"] == "NO-GO");
  const Json samples =
      t.json(t.dataset + "/dry-runs/" + report["id"].get<std::string>() + "/samples?scored=false&limit=1");
  CHECK(samples["total"] == 30);
  CHECK(samples["items"][0]["score"].is_null());
  CHECK(samples["items"][0]["error"].get<std::string>().find("a fourth") != std::string::npos);
}

TEST_CASE("stored answers are graded again with another version, and the two runs compared",
          "[api][dry_run]") {
  Graded t;
  REQUIRE(t.put_grader(script(length_grader)).status == 200);
  const std::string first = t.dry_run({{"sample_size", "all"}})["id"];
  REQUIRE(t.put_grader(
               script("function grade(sample, item) { return Math.min(1, sample.output_text.length / 40); }"))
              .status == 200);
  CHECK(t.json(t.dataset + "/dry-runs/" + first)["stale"][0]["because"] == "grader changed");
  const HttpAnswer started = t.client->post(t.dataset + "/dry-runs/" + first + "/regrade", "{}");
  REQUIRE(started.status == 202);
  t.settled(t.dataset);
  const std::string second = Json::parse(started.body)["run"];
  const Json again = t.json(t.dataset + "/dry-runs/" + second);
  CHECK(again["grader_version"] == 2);
  CHECK(again["regrade_of"] == first);
  const Json compared = t.json(t.dataset + "/dry-runs/compare?a=" + first + "&b=" + second);
  CHECK(compared["matched"] == 120);
  CHECK(compared["worsened"] == 120);
  CHECK(compared["mean_difference"].get<double>() == Approx(-0.2625));
}

TEST_CASE("what a dry run cannot do is said with what to do", "[api][dry_run]") {
  Graded t;
  HttpAnswer refused = t.client->post(t.dataset + "/dry-runs", "{}");
  CHECK(refused.status == 409);
  CHECK(error_of(refused)["hint"] == "configure a grader first");
  REQUIRE(t.put_grader(script(length_grader)).status == 200);
  refused = t.client->post(t.dataset + "/dry-runs", R"({"sample_size":300})");
  CHECK(refused.status == 400);
  CHECK(error_of(refused)["at"] == "/sample_size");
  refused = t.client->post(t.dataset + "/dry-runs", R"({"sample_size":7})");
  CHECK(refused.status == 400);
  refused = t.client->post(t.dataset + "/dry-runs", R"({"model":"gpt-4o"})");
  CHECK(refused.status == 409);
  CHECK(t.client->post(t.dataset + "/dry-runs", R"({"k":3})").status == 400);
}

TEST_CASE("the same dry run asked twice with one key runs once", "[api][dry_run]") {
  Graded t;
  REQUIRE(t.put_grader(script(length_grader)).status == 200);
  const Headers key{{"Content-Type", "application/json"}, {"Idempotency-Key", "once"}};
  const HttpAnswer first = t.client->ask("POST", t.dataset + "/dry-runs", "{}", key);
  const HttpAnswer second = t.client->ask("POST", t.dataset + "/dry-runs", "{}", key);
  REQUIRE(first.status == 202);
  CHECK(first.body == second.body);
  t.settled(t.dataset);
  CHECK(t.json(t.dataset + "/dry-runs")["total"] == 1);
}

TEST_CASE("a dry run over 1,319 recorded answers ends within seconds", "[api][dry_run]") {
  Graded t(1319);
  REQUIRE(t.put_grader(script(length_grader)).status == 200);
  const Json report = t.dry_run({{"sample_size", "all"}});
  CHECK(report["statistics"]["scored"] == 1319);
}

TEST_CASE("one answer is graded in OpenAI's shape", "[api][grader]") {
  TestDaemon t;
  const Json grader{{"type", "string_check"},
                    {"name", "same"},
                    {"input", "{{sample.output_text}}"},
                    {"reference", "{{item.answer}}"},
                    {"operation", "eq"}};
  const std::string base = "/v1/fine_tuning/alpha/graders/";
  HttpAnswer answer = t.client->post(
      base + "run", Json{{"grader", grader}, {"model_sample", "e4"}, {"item", {{"answer", "e4"}}}}.dump());
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  CHECK(Json::parse(answer.body)["reward"] == 1.0);
  CHECK(t.client->post(base + "validate", Json{{"grader", grader}}.dump()).status == 200);
  CHECK(t.client->post(base + "validate", R"({"grader":{"type":"nonsense"}})").status == 400);
}
