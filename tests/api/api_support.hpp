// A real daemon in this process, on a folder of its own and a free port, and the few things that every test
// of the API does with it.
#pragma once

#include <catch2/catch.hpp>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "api/daemon.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/temp_folder.hpp"

using Json = nlohmann::ordered_json;
using support::Headers;
using support::HttpAnswer;
using support::HttpClient;

inline api::Config test_config(const std::string& folder) {
  api::Config config;
  config.data = folder;
  config.port = 0;
  config.assets = RFTD_ASSETS;
  config.durability = "os";
  config.scripts_program = RFTD_SCRIPT;
  return config;
}

struct TestDaemon {
  explicit TestDaemon(const std::function<void(api::Config&)>& change = {}) {
    api::Config config = test_config(folder.path().string());
    if (change) change(config);
    auto started = api::Daemon::start(config);
    if (!started) throw std::runtime_error(started.error().message());
    daemon = std::move(*started);
    client = std::make_unique<HttpClient>(daemon->port());
  }

  // A dataset's path: "/api/v1/datasets/d1".
  std::string create(const std::string& name = "chess") {
    const HttpAnswer answer =
        client->post("/api/v1/datasets", Json{{"name", name}, {"objective", "explain chess moves"}}.dump());
    REQUIRE(answer.status == 201);
    return "/api/v1/datasets/" + Json::parse(answer.body)["id"].get<std::string>();
  }
  HttpAnswer import(const std::string& dataset, const std::string& lines, const std::string& query = "",
                    Headers headers = {}) {
    bool typed = false;
    for (const auto& [name, value] : headers) typed = typed || name == "Content-Type";
    if (!typed) headers.emplace_back("Content-Type", "application/x-ndjson");
    return client->ask("POST", dataset + "/import" + query, lines, headers);
  }
  Json json(const std::string& target) {
    const HttpAnswer answer = client->get(target);
    INFO(target << ": " << answer.body);
    REQUIRE(answer.status == 200);
    return Json::parse(answer.body);
  }
  // Runs that follow by themselves (topics, categorization, coverage) have ended, and none is about to start:
  // what is due is queued in the turn that published, so after two writes that change nothing it would be
  // seen.
  Json settled(const std::string& dataset) {
    for (int i = 0; i < 100'000; ++i) {
      const Json before = json(dataset + "/canvas");
      const bool idle = !has_active_run(dataset);
      for (int turn = 0; idle && turn < 2; ++turn)
        client->ask("PATCH", dataset, Json{{"name", before["name"]}}.dump());
      Json after = json(dataset + "/canvas");
      if (idle && !has_active_run(dataset) && before["position"] == after["position"]) return after;
    }
    throw std::runtime_error("runs do not end");
  }
  bool has_active_run(const std::string& dataset) {
    for (const Json& run : json(dataset + "/runs?limit=100")["items"]) {
      const std::string state = run["state"];
      if (state == "requested" || state == "running" || state == "waiting_retry") return true;
    }
    return false;
  }

  support::TempFolder folder;
  std::unique_ptr<api::Daemon> daemon;
  std::unique_ptr<HttpClient> client;
};

inline std::string chat_line(const std::string& text) {
  return Json{{"messages", Json::array({Json{{"role", "user"}, {"content", text}}})}}.dump() + "\n";
}
inline std::string chat_lines(int count, const std::string& text = "What is move ") {
  std::string lines;
  for (int i = 0; i < count; ++i) lines += chat_line(text + std::to_string(i) + "?");
  return lines;
}
inline std::string test_data(const std::string& name) {
  std::ifstream file(std::string(RFTD_TEST_DATA) + "/" + name, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}
// What a problem answer says is wrong.
inline Json error_of(const HttpAnswer& answer) {
  REQUIRE(answer.header("content-type") == "application/problem+json");
  const Json body = Json::parse(answer.body);
  REQUIRE(body["status"] == answer.status);
  REQUIRE(body["errors"].size() == 1);
  return body["errors"][0];
}
