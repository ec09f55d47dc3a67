// POST /system/backup: a copy of the store while the daemon works, that opens elsewhere with everything in
// it.
#include "tests/api/api_support.hpp"

TEST_CASE("a backup of a running daemon is a store that another daemon opens", "[api][backup]") {
  TestDaemon t;
  const std::string dataset = t.create();
  REQUIRE(t.import(dataset, chat_lines(20)).status == 202);
  const Json before = t.settled(dataset);
  support::TempFolder elsewhere;
  const std::string to = elsewhere.path().string() + "/copy";
  const HttpAnswer answer = t.client->post("/api/v1/system/backup", Json{{"to", to}}.dump());
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  REQUIRE(Json::parse(answer.body)["folder"] == to);
  REQUIRE(Json::parse(answer.body)["global_position"].get<int>() >= before["position"].get<int>());
  REQUIRE(t.import(dataset, chat_lines(5, "After the backup ")).status == 202);

  TestDaemon restored([&](api::Config& config) { config.data = to; });
  const Json after = restored.json(dataset + "/canvas?at=" + before["position"].dump());
  REQUIRE(after["health"] == before["health"]);
  REQUIRE(restored.json(dataset)["records"] == 20);
  REQUIRE(restored.client->get(dataset + "/export").body == chat_lines(20));
}

TEST_CASE("a backup asks for an absolute path that is free", "[api][backup]") {
  TestDaemon t;
  const HttpAnswer relative = t.client->post("/api/v1/system/backup", R"({"to":"copy"})");
  REQUIRE(relative.status == 400);
  REQUIRE(error_of(relative)["at"] == "/to");
  support::TempFolder full;
  std::ofstream(full.path() / "something") << "here";
  const HttpAnswer used = t.client->post("/api/v1/system/backup", Json{{"to", full.path().string()}}.dump());
  REQUIRE(used.status >= 400);
  REQUIRE(error_of(used)["wanted"].get<std::string>().find("empty") != std::string::npos);
  REQUIRE(t.client->post("/api/v1/system/backup", "{}").status == 400);
}
