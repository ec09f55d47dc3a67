// Pulling from peers that fail, limit and lie, and from sources that cannot be right.
#include "tests/traces/pulled.hpp"

using namespace tests::traces;
using namespace steps::traces;
using namespace std::chrono_literals;

TEST_CASE("a server that asks to wait is asked again when it said", "[traces][pull]") {
  LangfusePeer peer;
  add_some(peer, 0, 100, start - 30 * minute, second);
  std::atomic<int> limited = 0;
  std::chrono::steady_clock::time_point since;
  std::chrono::milliseconds waited{0};
  peer.before = [&](const Asked& asked, unsigned) -> std::string {
    if (!asked.query.contains("cursor")) return {};
    if (limited++ == 0) {
      since = std::chrono::steady_clock::now();
      return tests::response(429, R"({"message":"slow down"})", "Retry-After: 1\r\n");
    }
    if (limited == 2)
      waited =
          std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - since);
    return {};
  };
  Pulled here("langfuse", peer.base_url());
  here.source.every = 3600s;
  here.open();
  const auto failing = here.wait_for([](const SourceStatus& s) { return s.state == PullState::failing; });
  CHECK(failing.last_error.contains("429"));
  CHECK(failing.last_error.contains("slow down"));
  CHECK(failing.next_pull_at == start + second);
  const auto good = here.wait_for([](const SourceStatus& s) { return s.state == PullState::idle; });
  CHECK(waited >= 990ms);
  CHECK(good.last_error.empty());
  CHECK(good.taken_total == 100);
  CHECK(good.failures == 1);
  CHECK(good.next_pull_at == start + 3600 * second);
  CHECK(here.asked_texts() == texts_up_to(100));
}

TEST_CASE("a pull that failed in the middle goes on where it was", "[traces][pull]") {
  with_each_kind([](PullPeer& peer, const char* kind) {
    add_some(peer, 0, 300, start - 30 * minute, second);
    std::atomic<int> failures = 0;
    peer.before = [&](const Asked&, unsigned number) -> std::string {
      if (number == 2 || number == 3 || number == 5) {
        ++failures;
        if (number == 2) return tests::response(500, R"({"message":"down for a moment"})");
        if (number == 3) return tests::response(200, "{\"data\":[{\"id\":\"half of it");
        return "!";
      }
      return {};
    };
    Pulled here(kind, peer.base_url());
    here.source.every = 3600s;
    here.source.from = an_hour_ago;
    here.open();
    here.wait_for([](const SourceStatus& s) { return s.state == PullState::idle && s.taken_total == 300; });
    CHECK(failures == 3);
    CHECK(here.asked_texts() == texts_up_to(300));
    CHECK(here.status().last_taken == 300);
  });
}

TEST_CASE("an answer that is no JSON is told, and asked for again", "[traces][pull]") {
  with_each_kind([](PullPeer& peer, const char* kind) {
    peer.add(told(0, start - minute));
    peer.before = [](const Asked&, unsigned number) -> std::string {
      return number < 2 ? tests::response(200, "<html>Sign in</html>") : "";
    };
    Pulled here(kind, peer.base_url());
    const auto failing = here.pull();
    CHECK(failing.state == PullState::failing);
    CHECK(failing.last_error.contains("<html>Sign in"));
    CHECK(failing.last_error.contains("base_url"));
    here.pull();
    CHECK(here.pull().last_taken == 1);
  });
}

TEST_CASE("wrong keys are told of, without the keys", "[traces][pull]") {
  LangfusePeer peer;
  peer.before = [](const Asked&, unsigned) {
    return tests::response(
        401,
        R"({"message":"no such key pk-very-secret:sk-very-secret or cGstdmVyeS1zZWNyZXQ6c2stdmVyeS1zZWNyZXQ="})");
  };
  Pulled here("langfuse", peer.base_url());
  setenv("PULL_TEST_KEYS", "pk-very-secret:sk-very-secret", 1);
  const auto failing = here.pull();
  CHECK(failing.state == PullState::failing);
  CHECK(failing.last_error.contains("401"));
  CHECK(failing.last_error.contains("check the credential"));
  CHECK_FALSE(failing.last_error.contains("very-secret"));
  CHECK_FALSE(failing.last_error.contains("cGst"));
  setenv("PULL_TEST_KEYS", "only-one-part", 1);
  CHECK(here.pull().last_error.contains("PUBLIC_KEY:SECRET_KEY"));
  unsetenv("PULL_TEST_KEYS");
  CHECK(here.pull().last_error.contains("'PULL_TEST_KEYS'"));
  // They are read anew each time.
  setenv("PULL_TEST_KEYS", "pk:sk", 1);
  peer.before = {};
  CHECK(here.pull().last_error.empty());
}

TEST_CASE("a Langfuse without v2 is asked in the older way", "[traces][pull]") {
  LangfusePeer peer;
  peer.has_v2 = false;
  add_some(peer, 0, 200, start - 50 * minute, second);
  Pulled here("langfuse", peer.base_url());
  CHECK(here.pull().last_taken == 200);
  CHECK(here.asked_texts() == texts_up_to(200));
  CHECK(peer.asked().back().path == "/api/public/observations");
  peer.before = [](const Asked&, unsigned) { return tests::response(404, "<html>404</html>"); };
  CHECK(here.pull().last_error.contains("it has neither /api/public/v2/observations nor"));
}

TEST_CASE("a page that is too large is asked for in halves", "[traces][pull]") {
  with_each_kind([](PullPeer& peer, const char* kind) {
    for (std::size_t i = 0; i < 40; ++i) {
      Told one = told(i, start - 30 * minute + second * static_cast<std::int64_t>(i));
      one.answer = std::string(1000, 'x');
      peer.add(one);
    }
    Pulled here(kind, peer.base_url());
    here.source.answer_bytes_max = 10'000;
    here.open();
    CHECK(here.pull().last_taken == 40);
    CHECK(here.asked_texts() == texts_up_to(40));
    here.source.answer_bytes_max = 1024;
    here.open();
    const auto failing = here.pull();
    CHECK(failing.last_error.contains("raise answer_bytes"));
  });
}

TEST_CASE("a server that cannot give a page is asked for a smaller one", "[traces][pull]") {
  with_each_kind([](PullPeer& peer, const char* kind) {
    add_some(peer, 0, 50, start - 30 * minute, second);
    peer.before = [](const Asked& asked, unsigned) -> std::string {
      if (std::stoi(asked.query.at("limit")) <= 16) return {};
      return tests::response(504, "");
    };
    Pulled here(kind, peer.base_url());
    here.source.every = 3600s;
    here.open();
    here.wait_for([](const SourceStatus& s) { return s.state == PullState::idle && s.taken_total == 50; });
    CHECK(here.status().failures == 2);
    CHECK(here.asked_texts() == texts_up_to(50));
  });
}

TEST_CASE("stopping ends a request under way, and what was taken before stays", "[traces][pull]") {
  with_each_kind([](PullPeer& peer, const char* kind) {
    add_some(peer, 0, 200, start - 50 * minute, 10 * second);
    std::atomic<bool> hangs = false;
    std::atomic<bool> let_go = false;
    peer.before = [&](const Asked&, unsigned number) -> std::string {
      if (number < 3) return {};
      hangs = true;
      while (!let_go) std::this_thread::sleep_for(1ms);
      return "!";
    };
    Pulled here(kind, peer.base_url());
    here.source.from = an_hour_ago;
    here.open();
    REQUIRE(here.puller->pull("peer"));
    CHECK(here.puller->pull("peer")->state == PullState::pulling);
    while (!hangs) std::this_thread::sleep_for(1ms);
    const auto before = std::chrono::steady_clock::now();
    here.puller->stop();
    CHECK(std::chrono::steady_clock::now() - before < 1s);
    let_go = true;
    peer.before = {};
    const auto kept = here.status().taken_total;
    CHECK(kept > 0);
    CHECK(kept < 200);
    here.open();
    CHECK(here.status().taken_total == kept);
    CHECK(here.pull().taken_total == 200);
    CHECK(here.asked_texts() == texts_up_to(200));
  });
}

TEST_CASE("a source that is down fails nothing else and comes back by itself", "[traces][pull]") {
  auto gone = std::make_unique<VlloraPeer>();
  const std::string url = gone->base_url();
  gone.reset();
  Pulled here("vllora", url);
  here.source.every = 3600s;
  here.open();
  const auto failing = here.wait_for([](const SourceStatus& s) { return s.failures >= 3; });
  CHECK(failing.last_error.contains("no connection"));
  CHECK(failing.last_error.contains(url));
  CHECK(failing.next_pull_at.value_or(start) >= start);
  CHECK_FALSE(failing.watermark);
  const auto unknown = here.puller->pull("nobody");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == schemas::ErrorCode::not_found);
  CHECK(unknown.error().hint == "there are: peer");
}

TEST_CASE("what cannot be read is left out and the rest is taken", "[traces][pull]") {
  VlloraPeer peer;
  peer.before = [](const Asked& asked, unsigned) -> std::string {
    if (asked.query.contains("endTime")) return {};
    return tests::response(
        200,
        R"({"data":[17,{"what":"ever"},{"operation_name":"openai","trace_id":"t","span_id":")" +
            std::string(2000, 's') +
            R"("},{"operation_name":"openai","trace_id":"t","span_id":"s","start_time_us":1799999999000000,"finish_time_us":1,"attribute":{"request":"{\"messages\":[{\"role\":\"user\",\"content\":\"ask\"}]}"}}]})");
  };
  Pulled here("vllora", peer.base_url());
  CHECK(here.pull().last_taken == 1);
}

TEST_CASE("sources that cannot be right are refused", "[traces][pull]") {
  TraceSource good;
  good.name = "prod";
  good.kind = "langfuse";
  good.base_url = "https://cloud.langfuse.com";
  good.credential = "LANGFUSE_KEYS";
  CHECK(check_trace_sources({good}));
  const auto refused = [&](const std::function<void(TraceSource&)>& change) {
    TraceSource bad = good;
    change(bad);
    const auto checked = check_trace_sources({bad});
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == schemas::ErrorCode::invalid_argument);
    return checked.error().message();
  };
  CHECK(refused([](auto& s) { s.name = "Prod!"; }).contains("'Prod!'"));
  CHECK(refused([](auto& s) { s.kind = "langsmith"; }).contains("\"langfuse\" or \"vllora\""));
  CHECK(refused([](auto& s) { s.credential.clear(); }).contains("trace_sources: prod"));
  CHECK(refused([](auto& s) { s.base_url = "cloud.langfuse.com"; }).contains("base_url"));
  CHECK(refused([](auto& s) { s.base_url = "http://langfuse.example"; }).contains("https"));
  CHECK(refused([](auto& s) { s.from = "yesterday"; }).contains("'yesterday'"));
  CHECK(refused([](auto& s) { s.project = "p"; }).contains("keys"));
  CHECK(refused([](auto& s) { s.answer_bytes_max = 3; }).contains("answer_bytes"));
  CHECK(refused([](auto& s) {
          s.kind = "vllora";
          s.project = "default";
        }).contains("UUID"));
  const auto twice = check_trace_sources({good, good});
  REQUIRE_FALSE(twice);
  CHECK(twice.error().message().contains("'prod' twice"));
  CHECK_FALSE(check_trace_sources(std::vector(trace_sources_max + 1, good)));
}
