// The log over HTTP: pages, live streams, histogram, diff.
#include "tests/api/api_support.hpp"

namespace {
// A reader of server-sent events.
struct Reader {
  Reader(TestDaemon& t, const std::string& dataset, const Headers& headers = {}) : client(t.daemon->port()) {
    Headers all{{"Accept", "text/event-stream"}};
    all.insert(all.end(), headers.begin(), headers.end());
    client.send(client.head("GET", dataset + "/events", all, ""));
    head = client.take_until("\r\n\r\n");
  }
  // The next frame with an `event:` line, without comments.
  std::string next() {
    while (true) {
      const std::string size = client.take_until("\r\n");
      if (size.empty()) return {};
      pending += client.take(std::stoul(size, nullptr, 16));
      client.take(2);
      const std::size_t at = pending.find("event:");
      if (at == std::string::npos) continue;
      const std::size_t end = pending.find("\n\n", at);
      const std::size_t begin = pending.rfind("\n\n", at);
      std::string frame = pending.substr(begin == std::string::npos ? 0 : begin + 2,
                                         end - (begin == std::string::npos ? 0 : begin + 2));
      pending.erase(0, end);
      return frame;
    }
  }
  HttpClient client;
  std::string head;
  std::string pending;
};
}  // namespace

TEST_CASE("events come in pages, chained by hash, filtered by type", "[api][events]") {
  TestDaemon t;
  const std::string dataset = t.create();
  t.client->ask("PATCH", dataset, R"({"name":"two"})");
  t.client->ask("PATCH", dataset, R"({"name":"three"})");
  const Json first = t.json(dataset + "/events?limit=2");
  REQUIRE(first["items"].size() == 2);
  REQUIRE(first["items"][0]["type"] == "dataset_created");
  REQUIRE(first["items"][0]["data"]["name"] == "chess");
  REQUIRE(first["items"][1]["prev_hash"] == first["items"][0]["hash"]);
  const Json second = t.json(dataset + "/events?from=" + first["next"].get<std::string>());
  REQUIRE(second["items"].size() == 1);
  REQUIRE(second["items"][0]["prev_hash"] == first["items"][1]["hash"]);
  REQUIRE(second["next"].is_null());
  REQUIRE(t.json(dataset + "/events?type=dataset_changed")["items"].size() == 2);
  REQUIRE(t.json(dataset + "/events?at=1")["items"].size() == 1);
  REQUIRE(t.client->get(dataset + "/events?type=moon_landed").status == 400);
  REQUIRE(t.client->get(dataset + "/events?limit=0").status == 400);
}

TEST_CASE("long columns are counted unless they are asked for", "[api][events]") {
  TestDaemon t;
  const std::string dataset = t.create();
  t.import(dataset, chat_lines(3));
  REQUIRE(t.json(dataset + "/events?type=run_requested")["items"][0]["data"]["step"] == "import");
  const Json brief = t.json(dataset + "/events?type=records_validated");
  REQUIRE(brief["items"][0]["data"]["valid"] == 3);
  const Json full = t.json(dataset + "/events?type=records_validated&detail=full");
  REQUIRE(full["items"][0]["data"]["codes"].size() == 3);
  REQUIRE(full["items"][0]["data"]["first_record"] == "r1");
}

TEST_CASE("a live stream gives each event as it is committed", "[api][events]") {
  TestDaemon t;
  const std::string dataset = t.create();
  Reader reader(t, dataset);
  REQUIRE(reader.head.find("text/event-stream") != std::string::npos);
  REQUIRE(reader.head.find("X-Accel-Buffering: no") != std::string::npos);
  t.client->ask("PATCH", dataset, R"({"name":"two"})");
  const std::string frame = reader.next();
  REQUIRE(frame.starts_with("id: 2\nevent: dataset_changed\ndata: {"));
  const Json data = Json::parse(frame.substr(frame.find("data: ") + 6));
  REQUIRE(data["data"]["name"] == "two");
}

TEST_CASE("a stream goes on from Last-Event-ID without a gap or a repeat", "[api][events]") {
  TestDaemon t;
  const std::string dataset = t.create();
  for (int i = 2; i <= 5; ++i) t.client->ask("PATCH", dataset, R"({"name":")" + std::to_string(i) + "\"}");
  Reader reader(t, dataset, {{"Last-Event-ID", "2"}});
  std::string caught = reader.pending;
  while (caught.find("id: 5\n") == std::string::npos) {
    const std::string size = reader.client.take_until("\r\n");
    REQUIRE(!size.empty());
    caught += reader.client.take(std::stoul(size, nullptr, 16));
    reader.client.take(2);
  }
  REQUIRE(caught.find("id: 2\n") == std::string::npos);
  REQUIRE(caught.find("id: 3\n") < caught.find("id: 4\n"));
  t.client->ask("PATCH", dataset, R"({"name":"six"})");
  REQUIRE(reader.next().starts_with("id: 6\n"));
  HttpClient ahead(t.daemon->port());
  REQUIRE(ahead.get(dataset + "/events", {{"Accept", "text/event-stream"}, {"Last-Event-ID", "99"}}).status ==
          400);
}

TEST_CASE("a reader that is too far behind is told to start over", "[api][events]") {
  TestDaemon t([](api::Config& config) { config.limits.catch_up_events = 2; });
  const std::string dataset = t.create();
  for (int i = 2; i <= 5; ++i) t.client->ask("PATCH", dataset, R"({"name":")" + std::to_string(i) + "\"}");
  Reader reader(t, dataset, {{"Last-Event-ID", "0"}});
  REQUIRE(reader.next() == "event: resync\ndata: {\"head\":5}");
}

TEST_CASE("a stream that has nothing to say shows that it lives", "[api][events]") {
  TestDaemon t([](api::Config& config) { config.limits.heartbeat = std::chrono::milliseconds(5); });
  const std::string dataset = t.create();
  Reader reader(t, dataset);
  std::string text;
  while (text.find(": still here") == std::string::npos) {
    const std::string size = reader.client.take_until("\r\n");
    REQUIRE(!size.empty());
    text += reader.client.take(std::stoul(size, nullptr, 16));
    reader.client.take(2);
  }
  SUCCEED();
}

TEST_CASE("a daemon that stops says goodbye to its readers", "[api][events]") {
  TestDaemon t;
  const std::string dataset = t.create();
  Reader reader(t, dataset);
  t.daemon->stop(std::chrono::seconds(20));
  REQUIRE(reader.next() == "event: closing\ndata: {}");
}

TEST_CASE("the histogram counts every event once", "[api][events]") {
  TestDaemon t;
  const std::string dataset = t.create();
  t.import(dataset, chat_lines(5));
  const Json canvas = t.settled(dataset);
  const Json histogram = t.json(dataset + "/events/histogram?buckets=4");
  REQUIRE(histogram["buckets"].size() == 4);
  int events = 0;
  int next = 1;
  for (const Json& bucket : histogram["buckets"]) {
    REQUIRE(bucket["from"] == next);
    next = bucket["to"].get<int>() + 1;
    for (const Json& count : bucket["by_type"]) events += count.get<int>();
  }
  REQUIRE(events == canvas["position"].get<int>());
  REQUIRE(t.json(dataset + "/events/histogram?at=0")["buckets"].empty());
  REQUIRE(t.json(dataset + "/events/histogram?buckets=500&at=2")["buckets"].size() == 2);
}

TEST_CASE("a diff tells what changed on each card, in counts and in topics", "[api][events]") {
  TestDaemon t;
  const std::string dataset = t.create();
  t.import(dataset, chat_lines(5));
  t.settled(dataset);
  const HttpAnswer put = t.client->ask("PUT", dataset + "/topics", R"({"topics":[{"name":"openings"}]})");
  REQUIRE(put.status == 200);
  const Json diff = t.json(dataset + "/diff?from=1");
  REQUIRE(diff["counts"]["records"] == Json({{"before", 0}, {"after", 5}}));
  REQUIRE(diff["steps"][0]["step"] == "extract");
  REQUIRE(diff["steps"][0]["changed"] == true);
  REQUIRE(diff["topics"]["added"][0]["name"] == "openings");
  REQUIRE(diff["events"]["by_type"]["records_imported"] == 1);
  const Json none = t.json(dataset + "/diff?from=3&to=3");
  REQUIRE(none["events"]["count"] == 0);
  REQUIRE(t.client->get(dataset + "/diff?from=99999").status == 400);
}
