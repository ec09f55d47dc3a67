// Pulling from peers that page and tell late: nothing is missed and nothing taken twice.
#include "tests/traces/pulled.hpp"

using namespace tests::traces;
using namespace steps::traces;
using namespace std::chrono_literals;

TEST_CASE("all pages of all windows are pulled, each call once", "[traces][pull]") {
  with_each_kind([](PullPeer& peer, const char* kind) {
    add_some(peer, 0, 300, start - 290 * minute, minute);
    Pulled here(kind, peer.base_url());
    const SourceStatus first = here.pull();
    CHECK(first.last_error.empty());
    CHECK(first.state == PullState::off);
    CHECK(first.last_taken == 300);
    CHECK(first.watermark.value() == start);  // what is from the future does not carry it beyond now
    auto texts = here.asked_texts();
    CHECK(texts == texts_up_to(300));
    const SourceStatus second_pull = here.pull();
    CHECK(second_pull.last_taken == 0);
    CHECK(second_pull.taken_total == 300);
    CHECK(here.asked_texts().size() == 300);
  });
}

TEST_CASE("what is told late, but within the overlap, is taken once", "[traces][pull]") {
  with_each_kind([](PullPeer& peer, const char* kind) {
    peer.add(told(0, start - 10 * minute));
    peer.add(told(1, start - 1 * minute));
    Pulled here(kind, peer.base_url());
    CHECK(here.pull().last_taken == 2);
    here.now += minute;
    peer.add(told(2, start - 5 * minute));
    const auto sequence = here.collector->counts().sequence;
    CHECK(here.pull().last_taken == 1);
    CHECK(here.pull().last_taken == 0);
    here.collector->settle();
    CHECK(here.asked_texts().size() == 3);
    CHECK(here.status().watermark == start - minute);
    CHECK(sequence <= here.collector->counts().sequence);
  });
}

TEST_CASE("an observation that has got its answer since takes the place of the one without",
          "[traces][pull]") {
  LangfusePeer peer;
  peer.add({"trace", id_of(0), start - minute, "so far"});
  Pulled here("langfuse", peer.base_url());
  here.pull();
  peer.add({"trace", id_of(0), start - minute, "the whole answer"});
  CHECK(here.pull().last_taken == 1);
  here.collector->settle();
  const auto numbers = here.collector->numbers({});
  REQUIRE(numbers);
  REQUIRE(numbers->size() == 1);
  const auto call = here.collector->find(numbers->front());
  CHECK((*call)->call.output->content == "\"the whole answer\"");
  CHECK((*call)->call.session == "s");
  CHECK((*call)->call.labels == std::vector<std::string>{"billing"});
  CHECK((*call)->call.model() == "m");
  CHECK((*call)->call.tools.contains("search"));
}

TEST_CASE("what a person removed does not come back with the overlap, nor after a restart",
          "[traces][pull]") {
  with_each_kind([](PullPeer& peer, const char* kind) {
    add_some(peer, 0, 6, start - minute, second);
    Pulled here(kind, peer.base_url());
    here.pull();
    here.collector->settle();
    REQUIRE(here.collector->remove(*here.collector->numbers({})).value() == 6);
    CHECK(here.pull().last_taken == 0);
    here.open();
    CHECK(here.pull().last_taken == 0);
    CHECK(here.asked_texts().empty());
    CHECK(here.status().taken_total == 6);
  });
}

TEST_CASE("a restart goes on from the watermark, and another server under the name begins anew",
          "[traces][pull]") {
  LangfusePeer peer;
  add_some(peer, 0, 10, start - 600 * minute, minute);
  Pulled here("langfuse", peer.base_url());
  here.pull();
  const auto asked = peer.asked().size();
  here.open();
  CHECK(here.status().taken_total == 10);
  CHECK(here.status().watermark == start - 591 * minute);
  here.pull();
  CHECK(peer.asked().at(asked).query.at("fromStartTime") == "2027-01-14T22:04:00.000Z");
  LangfusePeer other;
  add_some(other, 20, 3, start - 900 * minute, minute);
  here.source.base_url = other.base_url();
  here.open();
  CHECK_FALSE(here.status().watermark);
  CHECK(here.pull().taken_total == 3);
}

TEST_CASE("`from` says where the first pull begins", "[traces][pull]") {
  VlloraPeer peer;
  peer.add(told(0, start - 60 * 24 * 60 * minute));
  peer.add(told(2, start - 40 * 24 * 60 * minute));
  peer.add(told(4, start - minute));
  Pulled here("vllora", peer.base_url());
  CHECK(here.pull().last_taken == 1);  // 30 days, when it is not told
  Pulled there("vllora", peer.base_url());
  there.source.from = "2026-12-01T00:00:00Z";
  there.open();
  CHECK(there.pull().last_taken == 2);
  CHECK(peer.asked().size() < 30);
}

TEST_CASE("the project is named to vLLora, the key only where there is one", "[traces][pull]") {
  VlloraPeer peer;
  Pulled here("vllora", peer.base_url());
  here.source.project = "6a0bca2e-5d0f-4a8c-9c0e-2f1df3f7e1aa";
  here.open();
  here.pull();
  CHECK(peer.asked().back().head.contains("X-Project-Id: 6a0bca2e-5d0f-4a8c-9c0e-2f1df3f7e1aa\r\n"));
  CHECK_FALSE(peer.asked().back().head.contains("Authorization"));
  setenv("PULL_TEST_KEYS", "pk:sk", 1);
  here.source.credential = "PULL_TEST_KEYS";
  here.open();
  here.pull();
  CHECK(peer.asked().back().head.contains("Authorization: Bearer pk:sk\r\n"));
}
