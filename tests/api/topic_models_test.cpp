// Topics with models that a provider serves: vectors, names, and a second opinion on records.
#include "tests/api/api_support.hpp"
#include "tests/support/scripted_models.hpp"

using support::ScriptedModels;

namespace {
const std::vector<std::string> subjects{"castling king rook safety", "pawn endgame passed promotion",
                                        "opening sicilian defence line"};

// Texts of three subjects, each in words of its own.
std::string subject_lines(int each, int first = 0) {
  std::string lines;
  for (int i = first; i < first + each; ++i) {
    for (std::size_t s = 0; s < subjects.size(); ++s)
      lines += chat_line("tell me number " + std::to_string(i) + " about " + subjects[s]);
  }
  return lines;
}

struct Served : TestDaemon {
  explicit Served(ScriptedModels& models)
      : TestDaemon([&](api::Config& config) { config.models = {models.provider()}; }) {}

  Json run_of(const HttpAnswer& started) {
    INFO(started.body);
    REQUIRE(started.status == 202);
    const std::string run = Json::parse(started.body)["run"];
    settled(dataset);
    return json(dataset + "/runs/" + run);
  }
  void settings(const Json& settings) {
    const HttpAnswer answer = client->ask("PATCH", dataset, Json{{"settings", settings}}.dump());
    INFO(answer.body);
    REQUIRE(answer.status == 200);
  }
  std::string dataset = create();
};

std::string no_chat(const ScriptedModels::Json& /*request*/) {
  return "not asked";
}

Json newest(TestDaemon& t, const std::string& dataset, const std::string& step) {
  Json found;
  for (const Json& run : t.json(dataset + "/runs?limit=500&step=" + step)["items"]) {
    if (found.is_null() || run["position"] > found["position"]) found = run;
  }
  return found;
}

std::size_t events(TestDaemon& t, const std::string& dataset, const std::string& type) {
  return t.json(dataset + "/events?type=" + type + "&limit=1000")["items"].size();
}
}  // namespace

TEST_CASE("vectors come from a provider when the settings say so, and are asked for once",
          "[api][topics][models]") {
  ScriptedModels models(no_chat);
  Served t(models);
  t.settings({{"embedder", "local/small"}});
  CHECK(t.json(t.dataset)["settings"]["embedder"] == "local/small");
  REQUIRE(t.import(t.dataset, subject_lines(40)).status == 202);
  t.settled(t.dataset);
  const Json topics = t.json(t.dataset + "/topics");
  CHECK(topics["compared_by"] == "local/small");
  CHECK(topics["topics"].size() >= 2);
  CHECK(t.json(t.dataset + "/coverage")["categorized"] == 120);
  CHECK(models.texts_at_once <= 32);
  CHECK(models.texts_embedded >= 120);
  const unsigned asked = models.embedding_requests;

  // Again, and with the same records once more: everything is known.
  const Json again = t.run_of(t.client->post(t.dataset + "/topics/generate", R"({"confirm":true})"));
  CHECK(again["state"] == "completed");
  const unsigned for_names = models.embedding_requests - asked;  // of new topics, at most
  CHECK(for_names <= 1);
  REQUIRE(t.import(t.dataset, subject_lines(40), "?mode=replace&confirm=true&categorize=true").status == 202);
  t.settled(t.dataset);
  CHECK(t.json(t.dataset + "/coverage")["categorized"] == 120);
  CHECK(models.embedding_requests == asked + for_names);
}

TEST_CASE("a provider of vectors that is down makes the run wait and says what to do",
          "[api][topics][models]") {
  ScriptedModels models(no_chat);
  Served t(models);
  REQUIRE(t.import(t.dataset, subject_lines(5)).status == 202);
  t.settled(t.dataset);
  models.is_down = true;
  const HttpAnswer started =
      t.client->post(t.dataset + "/topics/generate", R"({"confirm":true,"embedder":"local/small"})");
  REQUIRE(started.status == 202);
  const std::string run = Json::parse(started.body)["run"];
  Json told;
  for (int i = 0; i < 3000; ++i) {
    told = t.json(t.dataset + "/runs/" + run);
    if (told["state"] == "waiting_retry") break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  REQUIRE(told["state"] == "waiting_retry");
  CHECK(told["error"].get<std::string>().find("local (small)") != std::string::npos);
  CHECK(told["error"].get<std::string>().find("503") != std::string::npos);
  models.is_down = false;
  t.settled(t.dataset);
  CHECK(t.json(t.dataset + "/runs/" + run)["state"] == "completed");
}

TEST_CASE("a provider that answers with vectors of another length than before is refused",
          "[api][topics][models]") {
  ScriptedModels models(no_chat);
  Served t(models);
  t.settings({{"embedder", "local/small"}});
  REQUIRE(t.import(t.dataset, subject_lines(5)).status == 202);
  t.settled(t.dataset);
  const std::size_t kept = events(t, t.dataset, "vectors_computed");
  REQUIRE(kept > 0);
  models.dims = 48;
  REQUIRE(t.import(t.dataset, subject_lines(5, 100), "?categorize=true").status == 202);
  Json told;
  for (int i = 0; i < 3000; ++i) {
    told = newest(t, t.dataset, "categorize");
    if (told["state"] == "waiting_retry" || told["state"] == "parked") break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  INFO(told.dump());
  CHECK(told["error"].get<std::string>().find("32 numbers from local/small") != std::string::npos);
  CHECK(told["error"].get<std::string>().find("48") != std::string::npos);
  CHECK(events(t, t.dataset, "vectors_computed") == kept);
}

TEST_CASE("an embedder or a model that nobody configured is refused with those there are",
          "[api][topics][models]") {
  ScriptedModels models(no_chat);
  Served t(models);
  const HttpAnswer refused =
      t.client->ask("PATCH", t.dataset, R"({"settings":{"embedder":"elsewhere/small"}})");
  REQUIRE(refused.status == 400);
  CHECK(error_of(refused)["at"] == "/settings/embedder");
  CHECK(error_of(refused)["hint"].get<std::string>().find("local/small") != std::string::npos);
  TestDaemon without;
  const std::string dataset = without.create();
  REQUIRE(without.import(dataset, subject_lines(2)).status == 202);
  without.settled(dataset);
  const HttpAnswer none = without.client->post(dataset + "/categorize", R"({"model":"a/b"})");
  CHECK(none.status == 400);
  CHECK(error_of(none)["hint"].get<std::string>().find("[[models]]") != std::string::npos);
}

namespace {
// Names every group it is asked about after its first word, or as `names` says.
ScriptedModels::Json groups_of(const ScriptedModels::Json& request) {
  const std::string question = request["messages"][1]["content"];
  return ScriptedModels::Json::parse(question)["groups"];
}

std::string named(const ScriptedModels::Json& request, const std::function<std::string(std::size_t)>& name) {
  ScriptedModels::Json told = ScriptedModels::Json::array();
  for (const auto& group : groups_of(request)) {
    told.push_back({{"number", group["number"]},
                    {"name", name(group["number"])},
                    {"description", "What a model says."},
                    {"keywords", {"One", "two", "two"}}});
  }
  return ScriptedModels::Json{{"topics", told}}.dump();
}

std::vector<Json> leaves_of(const Json& topics) {
  std::vector<Json> leaves;
  for (const Json& topic : topics) {
    if (topic["children"].empty()) leaves.push_back(topic);
    for (const Json& leaf : leaves_of(topic["children"])) leaves.push_back(leaf);
  }
  return leaves;
}
}  // namespace

TEST_CASE("a model names the topics that are found, and what it cannot name keeps its words",
          "[api][topics][models]") {
  ScriptedModels models([](const auto& request) {
    return named(request, [](std::size_t number) {
      return number == 0 ? std::string(80, 'x') : "\"model's name " + std::to_string(number) + ".\"";
    });
  });
  Served t(models);
  t.settings({{"label_model", "local/writer"}});
  REQUIRE(t.import(t.dataset, subject_lines(30)).status == 202);
  t.settled(t.dataset);
  const Json topics = t.json(t.dataset + "/topics");
  CHECK(topics["label_model"] == "local/writer");
  CHECK(topics["label_problem"].get<std::string>().find("no name") != std::string::npos);
  std::size_t by_model = 0;
  for (const Json& leaf : leaves_of(topics["topics"])) {
    if (leaf["labels_by"] == "keyphrase") continue;
    CHECK(leaf["labels_by"] == "llm");
    CHECK(leaf["name"].get<std::string>().starts_with("Model's name "));
    CHECK(leaf["description"] == "What a model says.");
    CHECK(leaf["keywords"] == Json::array({"one", "two"}));
    ++by_model;
  }
  CHECK(by_model == leaves_of(topics["topics"]).size() - 1);
  CHECK(events(t, t.dataset, "calls_recorded") >= 1);
  const Json run = newest(t, t.dataset, "topics");
  CHECK(run["result"]["calls"].get<unsigned>() == models.chat_requests);
  CHECK(run["result"]["input_tokens"].get<unsigned>() == 10 * models.chat_requests);
}

TEST_CASE("two topics of one name, prose and a failing model leave the words' names, and the topics say why",
          "[api][topics][models]") {
  const auto found_with = [](const ScriptedModels::Chat& chat) {
    ScriptedModels models(chat);
    Served t(models);
    REQUIRE(t.import(t.dataset, subject_lines(30)).status == 202);
    t.settled(t.dataset);
    const Json run = t.run_of(
        t.client->post(t.dataset + "/topics/generate", R"({"confirm":true,"label_model":"local/writer"})"));
    CHECK(run["state"] == "completed");
    return t.json(t.dataset + "/topics");
  };
  const Json same = found_with([](const auto& request) {
    return "Here you are:\n```json\n" + named(request, [](std::size_t) { return "Chess"; }) + "\n```";
  });
  std::set<std::string> names;
  for (const Json& topic : leaves_of(same["topics"])) names.insert(topic["name"].get<std::string>());
  CHECK(names.size() == leaves_of(same["topics"]).size());
  CHECK(names.contains("Chess"));
  const Json prose = found_with([](const auto&) { return "They are all about chess."; });
  CHECK(prose["label_problem"].get<std::string>().find("all about chess") != std::string::npos);
  for (const Json& topic : leaves_of(prose["topics"])) CHECK(topic["labels_by"] == "keyphrase");
  const Json down =
      found_with([](const auto&) { return tests::response(500, R"({"error":{"message":"broken"}})"); });
  CHECK(down["label_problem"].get<std::string>().find("broken") != std::string::npos);
  for (const Json& topic : leaves_of(down["topics"])) CHECK(topic["labels_by"] == "keyphrase");
}

TEST_CASE(
    "a model chooses the topic of records with low confidence alone, and is tried first where topics are "
    "known",
    "[api][topics][models]") {
  // It knows the second topic only.
  ScriptedModels models([](const auto&) { return R"({"topic":2})"; });
  Served t(models);
  REQUIRE(t.import(t.dataset, chat_lines(40, "xyzzy plugh ")).status == 202);
  t.settled(t.dataset);
  REQUIRE(
      t.client
          ->ask("PUT", t.dataset + "/topics",
                R"({"topics":[{"name":"rook endings"},{"name":"blindfold play"},{"name":"time trouble"}]})")
          .status == 200);
  t.settled(t.dataset);
  CHECK(models.chat_requests == 0);
  const Json run =
      t.run_of(t.client->post(t.dataset + "/categorize",
                              R"({"scope":"all","confirm":true,"embedder":"words","model":"local/judge"})"));
  CHECK(run["state"] == "completed");
  // Without an example words alone are never sure.
  CHECK(run["result"]["calls"] == 40);
  const Json records = t.json(t.dataset + "/records?limit=100");
  unsigned by_model = 0;
  for (const Json& record : records["items"]) {
    if (record["method"] != "llm") continue;
    ++by_model;
    // Nothing is known about how often it is right: between the two imagined shares.
    CHECK(record["confidence"].get<double>() >= 0.59);
    CHECK(record["confidence"].get<double>() <= 0.81);
  }
  CHECK(by_model == 40);
}

TEST_CASE("the confidence of a model's choices is how often they were right where the topic is known",
          "[api][topics][models]") {
  // Always wrong: says 0 never, and the topic that nobody assigned.
  ScriptedModels models([](const auto&) { return R"({"topic":3})"; });
  Served t(models);
  REQUIRE(t.import(t.dataset, chat_lines(80, "move number ")).status == 202);
  t.settled(t.dataset);
  const HttpAnswer put = t.client->ask(
      "PUT", t.dataset + "/topics",
      R"({"topics":[{"name":"rook endings"},{"name":"blindfold play"},{"name":"time trouble"}],"assignments":"clear"})");
  REQUIRE(put.status == 200);
  t.settled(t.dataset);
  for (std::size_t i = 1; i <= 60; ++i) {
    const std::string topic = Json::parse(put.body)["topics"][i % 2]["id"];
    REQUIRE(
        t.client->ask("PATCH", t.dataset + "/records/r" + std::to_string(i), Json{{"topic", topic}}.dump())
            .status == 200);
  }
  const Json run =
      t.run_of(t.client->post(t.dataset + "/categorize",
                              R"({"scope":"all","confirm":true,"embedder":"words","model":"local/judge"})"));
  CHECK(run["state"] == "completed");
  unsigned by_model = 0;
  for (const Json& record : t.json(t.dataset + "/records?limit=100")["items"]) {
    if (record["method"] != "llm") continue;
    ++by_model;
    CHECK(record["confidence"].get<double>() < 0.2);
  }
  CHECK(by_model > 0);
}

TEST_CASE("imported records wait for a person, or get a topic when the settings or the import say so",
          "[api][topics]") {
  TestDaemon t;
  const std::string dataset = t.create();
  REQUIRE(t.import(dataset, subject_lines(10)).status == 202);
  t.settled(dataset);
  CHECK(t.json(dataset + "/coverage")["uncategorized"] == 0);
  REQUIRE(t.import(dataset, subject_lines(2, 50)).status == 202);
  t.settled(dataset);
  CHECK(t.json(dataset + "/coverage")["uncategorized"] == 6);
  REQUIRE(t.import(dataset, subject_lines(2, 60), "?categorize=true").status == 202);
  t.settled(dataset);
  CHECK(t.json(dataset + "/coverage")["uncategorized"] == 0);
  CHECK(newest(t, dataset, "categorize")["cause"] == "records imported");
  REQUIRE(t.client->ask("PATCH", dataset, R"({"settings":{"categorize_imports":true}})").status == 200);
  CHECK(t.json(dataset + "/runs?step=validate")["total"] == t.json(dataset + "/runs?step=import")["total"]);
  REQUIRE(t.import(dataset, subject_lines(2, 70)).status == 202);
  t.settled(dataset);
  CHECK(t.json(dataset + "/coverage")["uncategorized"] == 0);
}
