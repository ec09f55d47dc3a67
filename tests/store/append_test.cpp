#include "tests/store/store_support.hpp"

using namespace store_test;

TEST_CASE("positions are given without gaps, in a stream and in the store", "[store][append]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  const std::vector<Append> appends{append_to(1, 0, log->epoch(), {fact(1), fact(2)}),
                                    append_to(2, 0, log->epoch(), {fact(3)}),
                                    append_to(1, 2, log->epoch(), {fact(4)})};
  const auto committed = log->append(appends);
  REQUIRE(committed);
  REQUIRE(committed->size() == 3);
  REQUIRE(committed->at(0).view(1).position() == 2);
  REQUIRE(committed->at(1).view(0).global_position() == 3);
  REQUIRE(committed->at(2).view(0).position() == 3);
  REQUIRE(committed->at(2).view(0).global_position() == 4);
  REQUIRE(log->head(1)->position == 3);
  REQUIRE(store::same_hash(log->head(1)->hash, hash_of(committed->at(2).view(0))));
  REQUIRE(!log->head(3));
  REQUIRE(log->statistics().global_position == 4);
  REQUIRE(log->statistics().streams == 2);
  require_good(*log);
}

TEST_CASE("of two appends that were decided on the same state one is refused", "[store][append]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  const std::vector first{append_to(1, 0, log->epoch(), {fact(1)})};
  const std::vector second{append_to(1, 0, log->epoch(), {fact(2)})};
  REQUIRE(log->append(first));
  const auto refused = log->append(second);
  REQUIRE(!refused);
  REQUIRE(refused.error().code == store::ErrorCode::conflict);
  REQUIRE(log->head(1)->position == 1);
}

TEST_CASE("when one append of a call is refused, none of them happens", "[store][append]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  const std::vector<Append> appends{append_to(1, 0, log->epoch(), {fact(1)}),
                                    append_to(2, 5, log->epoch(), {fact(2)})};
  REQUIRE(log->append(appends).error().code == store::ErrorCode::conflict);
  REQUIRE(log->heads().empty());
  REQUIRE(append_one(*log, 1, 3)->at(0).view(0).global_position() == 1);
}

TEST_CASE("time never runs back within a stream", "[store][append]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  std::vector<Append> appends{append_to(1, 0, log->epoch(), {fact(1)}),
                              append_to(1, 1, log->epoch(), {fact(2)})};
  appends[0].time = 2000;
  appends[1].time = 1000;
  const auto committed = log->append(appends);
  REQUIRE(committed->at(0).view(0).time() == 2000);
  REQUIRE(committed->at(1).view(0).time() == 2000);
  REQUIRE(log->head(1)->time == 2000);
}

TEST_CASE("copied events keep their own time, actor and cause", "[store][append]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  auto append = append_to(1, 0, log->epoch(), {fact(1), fact(2)});
  append.origins = {{.time = 10, .actor = "ann", .command = "c1", .cause = 0, .run = 3},
                    {.time = 20, .actor = "bob", .command = "c2", .cause = 1, .run = 4}};
  const auto committed = log->append(std::span(&append, 1));
  const auto event = committed->at(0).view(1);
  REQUIRE(event.time() == 20);
  REQUIRE(event.envelope().actor()->str() == "bob");
  REQUIRE(event.envelope().command()->str() == "c2");
  REQUIRE(event.envelope().cause() == 1);
  REQUIRE(event.envelope().run() == 4);
  append.expected = 2;
  append.origins.pop_back();
  REQUIRE(log->append(std::span(&append, 1)).error().code == store::ErrorCode::internal);
}

TEST_CASE("a writer of an older epoch is refused once a newer one has written", "[store][epoch]") {
  const support::TempFolder folder;
  std::uint64_t old_epoch = 0;
  {
    auto log = open(options_for(folder / "log"));
    old_epoch = log->epoch();
    REQUIRE(append_one(*log, 1, 1));
  }
  auto log = open(options_for(folder / "log"));
  REQUIRE(log->epoch() > old_epoch);
  const auto before = append_to(1, 1, old_epoch, {fact(2)});
  REQUIRE(log->append(std::span(&before, 1)));
  REQUIRE(append_one(*log, 1, 3));
  const auto after = append_to(1, 3, old_epoch, {fact(4)});
  REQUIRE(log->append(std::span(&after, 1)).error().code == store::ErrorCode::conflict);
}

TEST_CASE("events come back byte for byte, in the version in which they were written", "[store][scan]") {
  const support::TempFolder folder;
  auto old = fact(7);
  old.version = 3;  // what readers make of it is the upcasters' business
  auto append = append_to(9, 0, 1, {fact(6), old, fact(8)});
  append.idempotency_key = "key";
  std::vector<std::string> written;
  {
    auto log = open(options_for(folder / "log"));
    const auto committed = log->append(std::span(&append, 1));
    for (std::size_t i = 0; i < 3; ++i) written.emplace_back(committed->at(0).view(i).bytes());
  }
  auto log = open(options_for(folder / "log"));
  REQUIRE(envelopes(*log, 9) == written);
  std::vector<store::Position> seen;
  REQUIRE(log->scan(9, 2, 2, [&](const store::EventView& event) {
    seen.push_back(event.position());
    REQUIRE(event.version() == 3);
    REQUIRE(event.body() == old.body);
    REQUIRE(event.envelope().idempotency_key()->str() == "key");
    return true;
  }));
  REQUIRE(log->scan(9, 1, 99, [&](const store::EventView& event) {
    seen.push_back(event.position());
    return event.position() < 2;
  }));
  REQUIRE(log->scan(8, 1, 99, [](const store::EventView&) { return false; }));
  REQUIRE(seen == std::vector<store::Position>{2, 1, 2});
}

TEST_CASE("a remembered answer points to where its request ended, and is forgotten by age",
          "[store][answers]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  auto append = append_to(1, 0, log->epoch(), {fact(1), fact(2)});
  const store::Receipt receipt{.stream = 1, .position = 0, .subject = 5, .request = {}, .time = 100};
  append.answer = store::RememberedAnswer{"post /datasets abc", receipt};
  REQUIRE(log->append(std::span(&append, 1)));
  log.reset();
  log = open(options_for(folder / "log"));

  store::Receipt expected = receipt;
  expected.position = 2;
  REQUIRE(log->remembered("post /datasets abc").value() == expected);
  REQUIRE(!log->remembered("post /datasets ab").value());
  REQUIRE(log->forget_answers(100));
  REQUIRE(log->remembered("post /datasets abc").value());
  REQUIRE(log->forget_answers(101));
  REQUIRE(!log->remembered("post /datasets abc").value());
  append.expected = 2;
  append.answer->key = std::string(513, 'k');
  REQUIRE(log->append(std::span(&append, 1)).error().code == store::ErrorCode::invalid_argument);
}

TEST_CASE("a folder belongs to one process at a time", "[store][open]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  const auto second = RocksEventLog::open(options_for(folder / "log"));
  REQUIRE(second.error().code == store::ErrorCode::conflict);
  auto inspection = options_for(folder / "log");
  inspection.read_only = true;
  REQUIRE(RocksEventLog::open(inspection).error().code == store::ErrorCode::conflict);
  log.reset();
  REQUIRE(RocksEventLog::open(options_for(folder / "log")));
}

TEST_CASE("a log opened for inspection reads everything and writes nothing", "[store][open]") {
  const support::TempFolder folder;
  auto options = options_for(folder / "log");
  std::uint64_t epoch = 0;
  {
    auto log = open(options);
    epoch = log->epoch();
    REQUIRE(append_one(*log, 1, 1));
  }
  options.read_only = true;
  {
    auto log = open(options);
    REQUIRE(!log->finding());
    REQUIRE(envelopes(*log, 1).size() == 1);
    REQUIRE(append_one(*log, 1, 2).error().code == store::ErrorCode::unavailable);
    REQUIRE(log->put_snapshot(1, 1, "s", 2).error().code == store::ErrorCode::unavailable);
    require_good(*log);
  }
  options.read_only = false;
  REQUIRE(open(options)->epoch() == epoch + 1);
  options.read_only = true;
  options.folder = folder / "nothing";
  REQUIRE(RocksEventLog::open(options).error().code == store::ErrorCode::not_found);
}
