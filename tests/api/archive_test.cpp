// From one daemon into another: a dataset with its history, its payloads and everything that is folded from
// them.
#include <zlib.h>

#include "store/audit.hpp"
#include "tests/api/api_support.hpp"
#include "tests/api/store_folder.hpp"

namespace {
const std::string import_path = "/api/v1/datasets/import-archive";
const Headers tar{{"Content-Type", "application/x-tar"}};

// A dataset that has lived: topics, an edit, a deletion, a grader.
std::string lived(TestDaemon& t) {
  const std::string dataset = t.create();
  REQUIRE(
      t.import(dataset, chat_lines(40) + chat_lines(40, "Which opening is number ") + "{broken\n").status ==
      202);
  t.settled(dataset);
  REQUIRE(t.client
              ->ask("PATCH", dataset + "/records/r3",
                    R"({"data":{"messages":[{"role":"user","content":"Edited?"}]}})")
              .status == 200);
  REQUIRE(t.client->ask("DELETE", dataset + "/records/r4").status == 200);
  REQUIRE(t.client
              ->ask("PUT", dataset + "/grader",
                    R"({"type":"string_check","name":"same","input":"{{sample.output_text}}",)"
                    R"("reference":"x","operation":"eq"})")
              .status == 200);
  t.settled(dataset);
  return dataset;
}
std::string archive_of(TestDaemon& t, const std::string& dataset, const std::string& query = "") {
  const HttpAnswer answer = t.client->get(dataset + "/export?what=archive" + query);
  REQUIRE(answer.status == 200);
  return answer.body;
}
// Without what is another's in another store.
Json without(Json view, std::initializer_list<const char*> names) {
  for (const char* name : names) view.erase(name);
  return view;
}
bool intact(const std::string& folder) {
  auto log = open_to_read(folder);
  REQUIRE(log);
  const auto report = store::audit(**log, true, {});
  if (report && report->first_bad) WARN(report->first_bad->why);
  return report && !report->first_bad && report->blobs > 0;
}
std::size_t datasets(TestDaemon& t) {
  return t.json("/api/v1/datasets")["items"].size();
}
}  // namespace

TEST_CASE("an archive imported elsewhere is the dataset it was, past included", "[api][archive]") {
  TestDaemon t;
  const std::string dataset = lived(t);
  const std::string bytes = archive_of(t, dataset);
  const auto end = t.json(dataset)["position"].get<std::uint64_t>();
  TestDaemon other;
  other.create("another");  // so that ids differ
  const HttpAnswer answer = other.client->ask("POST", import_path, bytes, tar);
  INFO(answer.body);
  REQUIRE(answer.status == 201);
  const Json imported = Json::parse(answer.body);
  const std::string copy = answer.header("location");
  CHECK(copy == "/api/v1/datasets/d2");
  CHECK(imported["name"] == "chess");
  CHECK(imported["imported_from"] == Json{{"dataset", "d1"}, {"position", end}});
  CHECK(imported["position"] == end + 1);
  for (const std::uint64_t at : {std::uint64_t{4}, end / 2, end}) {
    const std::string query = "?at=" + std::to_string(at);
    INFO(query);
    for (const char* view : {"/canvas", "/health", "/topics", "/coverage", "/records", "/runs"})
      CHECK(without(other.json(copy + view + query), {"dataset", "id", "head"}) ==
            without(t.json(dataset + view + query), {"dataset", "id", "head"}));
  }
  for (const char* view : {"/health", "/topics", "/records", "/grader"})
    CHECK(other.json(copy + view) == t.json(dataset + view));
  CHECK(other.client->get(copy + "/export").body == t.client->get(dataset + "/export").body);
  CHECK(Json(other.json(copy + "/records/r3")["data"]) == Json(t.json(dataset + "/records/r3")["data"]));
  REQUIRE(other.import(copy, chat_lines(3, "It goes on ")).status == 202);
  other.settled(copy);
  other.daemon.reset();
  CHECK(intact(other.folder.path().string()));
}

TEST_CASE("an archive of a moment, compressed, under a name of one's own", "[api][archive]") {
  TestDaemon t;
  const std::string dataset = lived(t);
  std::string bytes = archive_of(t, dataset, "&at=4");
  std::string packed(compressBound(bytes.size()) + 100, '\0');
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  const HttpAnswer answer =
      t.client->ask("POST", import_path + "?name=earlier", packed,
                    {{"Content-Type", "application/x-tar"}, {"Content-Encoding", "gzip"}});
  INFO(answer.body);
  REQUIRE(answer.status == 201);
  CHECK(Json::parse(answer.body)["name"] == "earlier");
  CHECK(Json::parse(answer.body)["position"] == 5);
  CHECK(without(t.json("/api/v1/datasets/d2/health?at=4"), {}) == t.json(dataset + "/health?at=4"));
}

TEST_CASE("a name that is taken, and the same archive sent twice under a key", "[api][archive]") {
  TestDaemon t;
  const std::string bytes = archive_of(t, lived(t));
  const HttpAnswer taken = t.client->ask("POST", import_path, bytes, tar);
  CHECK(taken.status == 409);
  CHECK(error_of(taken)["at"] == "?name");
  Headers keyed = tar;
  keyed.emplace_back("Idempotency-Key", "once");
  const HttpAnswer first = t.client->ask("POST", import_path + "?name=again", bytes, keyed);
  REQUIRE(first.status == 201);
  const HttpAnswer second = t.client->ask("POST", import_path + "?name=again", bytes, keyed);
  CHECK(second.status == 201);
  CHECK(second.body == first.body);
  CHECK(t.client->ask("POST", import_path + "?name=again", bytes + "x", keyed).status == 409);
  CHECK(datasets(t) == 2);
}

TEST_CASE("a damaged archive is refused with what is wrong, and leaves nothing", "[api][archive]") {
  TestDaemon t;
  const std::string good = archive_of(t, lived(t));
  TestDaemon other;
  const auto refuse = [&](const std::string& bytes) {
    const HttpAnswer answer = other.client->ask("POST", import_path, bytes, tar);
    INFO(answer.body);
    CHECK(answer.status >= 400);
    CHECK(answer.status < 600);
    CHECK(datasets(other) == 0);
    return error_of(answer);
  };
  CHECK(refuse("{\"messages\":[]}\n")["wanted"].get<std::string>().find("archive") != std::string::npos);
  CHECK(refuse(good.substr(0, good.size() / 2))["hint"].get<std::string>().find("again") !=
        std::string::npos);
  CHECK(refuse(good.substr(0, good.size() - 1024))["found"] == "a file that was cut short");
  const auto flipped = [&](const std::string& file, std::size_t offset) {
    std::string bytes = good;
    const std::size_t header = bytes.find(file);
    REQUIRE(header != std::string::npos);
    bytes[header + 512 + offset] = static_cast<char>(bytes[header + 512 + offset] ^ 0x10);
    return bytes;
  };
  CHECK(refuse(flipped("blobs/", 40))["at"].get<std::string>().starts_with("blobs/"));
  CHECK(refuse(flipped("log-000001", 60))["at"] == "event 1 of the archive");
  const auto renamed = [&](const std::string& file, const std::string& name) {
    std::string bytes = good;
    const std::size_t header = bytes.find(file);
    bytes.replace(header, name.size(), name);
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i)
      sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(bytes[header + i]);
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "%06o", sum);
    bytes.replace(header + 148, 6, text.data(), 6);
    return bytes;
  };
  CHECK(refuse(renamed("log-000001", "xog-000001"))["at"] == "manifest.json");
  CHECK(refuse(renamed("blobs/", "xlobs/"))["wanted"] == "every payload that the events name");
  CHECK(other.client->ask("POST", import_path, good, {{"Content-Type", "text/html"}}).status == 415);
  // Nothing of what was staged is left.
  other.daemon.reset();
  auto log = open_to_read(other.folder.path().string());
  REQUIRE(log);
  std::size_t held = 0;
  REQUIRE((*log)->scan_blobs(0, [&](const auto&, auto) { ++held; }));
  CHECK(held == 0);
  CHECK((*log)->heads().size() <= 1);
}
