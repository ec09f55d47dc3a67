#include "store/codec.hpp"
#include "tests/store/store_support.hpp"

using namespace store_test;

namespace {
std::vector<store::BlobId> held_by(const store::EventLog& log, store::StreamId stream) {
  std::vector<store::BlobId> blobs;
  REQUIRE(log.scan_blobs(stream, [&](const store::BlobId& blob, std::uint64_t bytes) {
    REQUIRE(bytes > 0);
    blobs.push_back(blob);
  }));
  return blobs;
}
}  // namespace

TEST_CASE("a blob comes back as it was, under the first half of its SHA-256", "[store][blob]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  const std::string bytes(300'000, 'b');
  auto append = append_to(1, 0, log->epoch(), {fact(1)});
  append.blobs = {store::make_blob(bytes), store::make_blob("abc")};
  REQUIRE(log->append(std::span(&append, 1)));
  REQUIRE(schemas::to_text(append.blobs[1].id) == "ba7816bf8f01cfea414140de5dae2223");
  REQUIRE(log->blob(append.blobs[0].id).value() == bytes);
  REQUIRE(log->blob(append.blobs[1].id).value() == "abc");
  REQUIRE(log->blob(store::BlobId(1, 2)).error().code == store::ErrorCode::not_found);
  REQUIRE(held_by(*log, 1).size() == 2);
  REQUIRE(audited(*log).blobs == 2);
}

TEST_CASE("a blob that two streams hold lives until the last one releases it", "[store][blob]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  const auto blob = store::make_blob("shared");
  auto made = append_to(1, 0, log->epoch(), {fact(1)});
  made.blobs = {blob};
  auto forked = append_to(2, 0, log->epoch(), {fact(2)});
  forked.blob_references = {blob.id};
  REQUIRE(log->append(std::span(&made, 1)));
  REQUIRE(log->append(std::span(&forked, 1)));

  auto released = append_to(1, 1, log->epoch(), {fact(3)});
  released.blobs_released = {blob.id};
  REQUIRE(log->append(std::span(&released, 1)));
  REQUIRE(held_by(*log, 1).empty());
  REQUIRE(held_by(*log, 2) == std::vector{blob.id});
  REQUIRE(log->blob(blob.id).value() == "shared");

  released.stream = 2;
  REQUIRE(log->append(std::span(&released, 1)));
  REQUIRE(held_by(*log, 2).empty());
  REQUIRE(log->blob(blob.id).error().code == store::ErrorCode::not_found);
  REQUIRE(log->reclaim());
  require_good(*log);
}

TEST_CASE("within one call, the last word on a blob counts", "[store][blob]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  const auto blob = store::make_blob("passed on");
  std::vector<Append> appends{append_to(1, 0, log->epoch(), {fact(1)}),
                              append_to(2, 0, log->epoch(), {fact(2)}),
                              append_to(1, 1, log->epoch(), {fact(3)})};
  appends[0].blobs = {blob};
  appends[1].blob_references = {blob.id};
  appends[2].blobs_released = {blob.id};
  REQUIRE(log->append(appends));
  REQUIRE(log->blob(blob.id).value() == "passed on");
  appends = {append_to(2, 1, log->epoch(), {fact(4)}), append_to(3, 0, log->epoch(), {fact(5)})};
  appends[0].blobs_released = {blob.id};
  appends[1].blobs = {blob};
  REQUIRE(log->append(appends));
  REQUIRE(log->blob(blob.id).value() == "passed on");
  REQUIRE(held_by(*log, 3).size() == 1);
}

TEST_CASE("a blob that is not there cannot be referred to", "[store][blob]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  auto append = append_to(1, 0, log->epoch(), {fact(1)});
  append.blob_references = {store::BlobId(3, 4)};
  REQUIRE(log->append(std::span(&append, 1)).error().code == store::ErrorCode::not_found);
  REQUIRE(log->heads().empty());
}

TEST_CASE("payloads come out of compression whole, and damage to them is told", "[store][codec]") {
  const std::string bytes = "some text, some text, some text";
  std::string frame = store::compress(bytes, 3);
  REQUIRE(store::decompress(frame, "a test").value() == bytes);
  frame.resize(frame.size() - 1);
  REQUIRE(store::decompress(frame, "a test").error().code == store::ErrorCode::corrupt);
  REQUIRE(store::decompress("", "a test").error().code == store::ErrorCode::corrupt);
  REQUIRE(store::decompress("garbage garbage", "a test").error().code == store::ErrorCode::corrupt);
  REQUIRE(store::decompress(store::compress("", 1), "a test").value().empty());
}
