#include <filesystem>
#include <fstream>

#include "store/codec.hpp"
#include "store/keys.hpp"
#include "tests/store/store_support.hpp"
#include "tests/store/tamper.hpp"

using namespace store_test;

namespace {
const store::StreamId stream = 4;

// Two streams, the second with ten events and a blob.
void make_log(const std::string& folder, std::size_t bytes = 50) {
  auto log = open(options_for(folder));
  REQUIRE(append_one(*log, 1, 100));
  for (std::uint64_t i = 1; i <= 10; ++i) REQUIRE(append_one(*log, stream, i, bytes));
  auto append = append_to(stream, 10, log->epoch(), {fact(11)});
  append.blobs = {store::make_blob("a blob")};
  REQUIRE(log->append(std::span(&append, 1)));
}

std::string event_key(store::Position position) {
  return std::string(store::keys::of_position(stream, position).view());
}

// A stored event that says `reason`, sealed as if the store had written it.
std::string rewritten(const std::string& stored_event, const std::string& reason) {
  const auto event = store::decode_event(stored_event);
  schemas::EnvelopeT fields;
  event->envelope().UnPackTo(&fields);
  schemas::StepSkippedT skipped;
  skipped.reason = reason;
  const auto body = schemas::encode(skipped).body;
  fields.body.assign(body.begin(), body.end());
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schemas::Envelope::Pack(builder, &fields));
  const std::string envelope(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
  const auto prefix = store::checksum_prefix(envelope);
  return std::string(prefix.data(), prefix.size()) + envelope;
}

store::AuditReport inspect(const std::string& folder) {
  auto options = options_for(folder);
  options.read_only = true;
  return audited(*open(options));
}
}  // namespace

TEST_CASE("an audit of an intact log counts what is there", "[store][audit]") {
  const support::TempFolder folder;
  make_log(folder / "log");
  const auto report = inspect(folder / "log");
  REQUIRE(!report.first_bad);
  REQUIRE(report.streams == 2);
  REQUIRE(report.events == 12);
  REQUIRE(report.blobs_checked);
  REQUIRE(report.blobs == 1);
}

TEST_CASE("an audit tells what was erased from what is missing", "[store][audit]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  const store::Blob blob = store::make_blob("a record");
  schemas::RecordEditedT edited;
  edited.record = schemas::RecordId(1);
  edited.block = blob.id;
  auto append = append_to(stream, 0, log->epoch(), {schemas::encode(edited)});
  append.blobs = {blob};
  REQUIRE(log->append(std::span(&append, 1)));
  require_good(*log);
  // Let go without an event that says so.
  append = append_to(stream, 1, log->epoch(), {fact(2)});
  append.blobs_released = {blob.id};
  REQUIRE(log->append(std::span(&append, 1)));
  const auto missing = audited(*log);
  REQUIRE(missing.first_bad);
  REQUIRE(missing.first_bad->stream == stream);
  REQUIRE(missing.first_bad->why.find("neither held nor erased") != std::string::npos);
  REQUIRE(missing.blobs_erased == 0);
  // Said so.
  const store::Blob blank = store::make_blob("        ");
  schemas::RecordsErasedT erased;
  erased.records = {1};
  auto payload = std::make_unique<schemas::PayloadReplacedT>();
  payload->position = 1;
  payload->from = blob.id;
  payload->to = blank.id;
  erased.replaced.push_back(std::move(payload));
  append = append_to(stream, 2, log->epoch(), {schemas::encode(erased)});
  append.blobs = {blank};
  REQUIRE(log->append(std::span(&append, 1)));
  require_good(*log);
  REQUIRE(audited(*log).blobs_erased == 1);
  REQUIRE(audited(*log).blobs == 1);
}

TEST_CASE("a flipped byte in a stored event is found at its position", "[store][audit]") {
  const support::TempFolder folder;
  make_log(folder / "log");
  auto value = stored(folder / "log", "events", event_key(6));
  value[value.size() / 2] ^= '\x10';
  tamper(folder / "log", "events", event_key(6), value);
  auto log = open(options_for(folder / "log"));  // the tail is good, so it opens
  const auto report = audited(*log);
  REQUIRE(report.first_bad);
  REQUIRE(report.first_bad->stream == stream);
  REQUIRE(report.first_bad->position == 6);
  const auto scanned = log->scan(stream, 1, 99, [](const store::EventView&) { return true; });
  REQUIRE(scanned.error().code == store::ErrorCode::corrupt);
  REQUIRE(scanned.error().at == "stream 4, position 6");
}

TEST_CASE("an event that was changed with a fitting checksum breaks the chain", "[store][audit]") {
  const support::TempFolder folder;
  make_log(folder / "log");
  tamper(folder / "log", "events", event_key(6),
         rewritten(stored(folder / "log", "events", event_key(6)), "something that nobody said"));
  const auto report = inspect(folder / "log");
  REQUIRE(report.first_bad->position == 7);  // the first that contradicts the one before
  REQUIRE(report.first_bad->why.find("prev_hash") != std::string::npos);
}

TEST_CASE("changing the newest event is noticed when the log is opened", "[store][audit]") {
  const support::TempFolder folder;
  make_log(folder / "log");
  SECTION("its content") {
    tamper(folder / "log", "events", event_key(11),
           rewritten(stored(folder / "log", "events", event_key(11)), "something that nobody said"));
  }
  SECTION("its being there") {
    tamper(folder / "log", "events", event_key(11), std::nullopt);
  }
  SECTION("the one before it") {
    tamper(folder / "log", "events", event_key(10), std::nullopt);
  }
  SECTION("an event after it") {
    tamper(folder / "log", "events", event_key(12), stored(folder / "log", "events", event_key(11)));
  }
  SECTION("the head") {
    auto head = stored(folder / "log", "heads", store::keys::of_stream(stream).view());
    head[10] ^= '\x01';
    tamper(folder / "log", "heads", store::keys::of_stream(stream).view(), head);
  }
  const auto refused = RocksEventLog::open(options_for(folder / "log"));
  REQUIRE(!refused);
  REQUIRE(refused.error().code == store::ErrorCode::corrupt);
  auto options = options_for(folder / "log");
  options.accept_loss = true;  // is no way around a broken chain
  REQUIRE(!RocksEventLog::open(options));
}

TEST_CASE("events that went missing or moved are found at the first position that is wrong",
          "[store][audit]") {
  const support::TempFolder folder;
  make_log(folder / "log");
  SECTION("missing") {
    tamper(folder / "log", "events", event_key(6), std::nullopt);
  }
  SECTION("another in its place") {
    tamper(folder / "log", "events", event_key(6), stored(folder / "log", "events", event_key(7)));
  }
  REQUIRE(inspect(folder / "log").first_bad->position == 6);
}

TEST_CASE("a damaged blob is found, and so is a missing one", "[store][audit]") {
  const support::TempFolder folder;
  make_log(folder / "log");
  const auto blob = store::blob_id_of("a blob");
  const std::string key(store::keys::of_blob(blob).view());
  SECTION("flipped byte") {
    auto value = stored(folder / "log", "blobs", key);
    value.back() ^= '\x01';
    tamper(folder / "log", "blobs", key, value);
    REQUIRE(open(options_for(folder / "log"))->blob(blob).error().code == store::ErrorCode::corrupt);
  }
  SECTION("other bytes with a fitting checksum") {
    const std::string frame = store::compress("b blob", 1);
    const auto prefix = store::checksum_prefix(frame);
    tamper(folder / "log", "blobs", key, std::string(prefix.data(), prefix.size()) + frame);
    REQUIRE(open(options_for(folder / "log"))->blob(blob).error().code == store::ErrorCode::corrupt);
  }
  SECTION("missing") {
    tamper(folder / "log", "blobs", key, std::nullopt);
  }
  const auto report = inspect(folder / "log");
  REQUIRE(report.first_bad);
  REQUIRE(report.first_bad->stream == stream);
  REQUIRE(report.first_bad->why.find(schemas::to_text(blob)) != std::string::npos);
}

TEST_CASE("a flipped byte in a table file is reported by the audit, not an end of it", "[store][audit]") {
  const support::TempFolder folder;
  std::filesystem::path table;
  {
    auto log = open(options_for(folder / "log"));
    for (std::uint64_t i = 1; i <= 2000; ++i) {
      std::vector<store::NewEvent> events{fact(i, 300)};
      events[0].body.append(std::to_string(i * 7919));  // keeps the table big in spite of compression
      const auto append = append_to(stream, i - 1, log->epoch(), std::move(events));
      REQUIRE(log->append(std::span(&append, 1)));
    }
  }
  open(options_for(folder / "log")).reset();  // recovery moves the events from the log into a table
  for (const auto& file : std::filesystem::directory_iterator(folder / "log")) {
    if (file.path().extension() != ".sst") continue;
    if (table.empty() || file.file_size() > std::filesystem::file_size(table)) table = file.path();
  }
  std::fstream bytes(table, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(table) / 2);
  bytes.seekg(middle);
  const int was = bytes.get();
  bytes.seekp(middle);
  bytes.put(static_cast<char>(was ^ 0x55));
  bytes.close();

  const auto report = inspect(folder / "log");
  REQUIRE(report.first_bad);
  REQUIRE(report.first_bad->stream == stream);
  REQUIRE(report.first_bad->position > 1);
  REQUIRE(report.first_bad->position < 2000);
}
