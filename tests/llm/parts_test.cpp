// The parts that are pure: URLs, limits, waits.
#include <catch2/catch.hpp>

#include "steps/llm/pace.hpp"
#include "steps/llm/provider.hpp"
#include "steps/llm/retry.hpp"

using namespace steps::llm;
using namespace std::chrono_literals;

TEST_CASE("base URLs are taken apart", "[llm][provider]") {
  const auto url = parse_url("https://api.openai.com/v1/");
  REQUIRE(url);
  REQUIRE(url->tls);
  REQUIRE(url->host == "api.openai.com");
  REQUIRE(url->port == "443");
  REQUIRE(url->path == "/v1");
  REQUIRE(parse_url("http://[::1]:11434")->host == "::1");
  REQUIRE(parse_url("http://[::1]:11434")->port == "11434");
  REQUIRE(parse_url("http://host")->path.empty());
  for (const char* bad : {"", "api.openai.com", "ftp://x", "http://", "http://x:0", "http://x:99999",
                          "http://x:a", "http://u@x", "http://x?y", "http://x#y", "http://x y", "http://[::1",
                          "http://x\r\ny", "https:///v1"}) {
    INFO(bad);
    REQUIRE_FALSE(parse_url(bad));
  }
}

TEST_CASE("providers that cannot work are refused", "[llm][provider]") {
  Provider good;
  good.name = "local";
  good.base_url = "http://127.0.0.1:1/v1";
  REQUIRE(check_providers({good}));
  REQUIRE_FALSE(check_providers({good, good}));
  const auto with = [&](auto change) {
    Provider bad = good;
    change(bad);
    return check_providers({bad});
  };
  REQUIRE_FALSE(with([](Provider& p) { p.name = "A b"; }));
  REQUIRE_FALSE(with([](Provider& p) { p.base_url = "x"; }));
  REQUIRE_FALSE(with([](Provider& p) { p.requests_in_flight_max = 0; }));
  REQUIRE_FALSE(with([](Provider& p) { p.attempts_max = 21; }));
  REQUIRE_FALSE(with([](Provider& p) { p.attempt_timeout = 0ms; }));
  const auto plain = with([](Provider& p) {
    p.base_url = "http://models.example/v1";
    p.credential = "KEY";
  });
  REQUIRE(plain.error().hint.find("must not travel unencrypted") != std::string::npos);
  REQUIRE(with([](Provider& p) { p.credential = "KEY"; }));
}

TEST_CASE("waits are what the server wishes, else they double and differ", "[llm][retry]") {
  const auto now = std::chrono::system_clock::from_time_t(784'111'770);  // Sun, 06 Nov 1994 08:49:30 GMT
  const auto wish = [&](const std::string& after, const std::string& after_ms = "") {
    Failure failure;
    failure.retry_after = after;
    failure.retry_after_ms = after_ms;
    return wished_wait(failure, now);
  };
  REQUIRE(wish("2") == 2000ms);
  REQUIRE(wish("0.5") == 500ms);
  REQUIRE(wish("2", "70") == 70ms);
  REQUIRE(wish("Sun, 06 Nov 1994 08:49:37 GMT") == 7000ms);
  REQUIRE(wish("Sun, 06 Nov 1994 08:49:00 GMT") == 0ms);
  REQUIRE_FALSE(wish(""));
  REQUIRE_FALSE(wish("soon"));
  REQUIRE_FALSE(wish("-3"));
  REQUIRE(back_off(1, 0) == 500ms);
  REQUIRE(back_off(3, 0) == 2000ms);
  REQUIRE(back_off(3, 1) == 1000ms);
  REQUIRE(back_off(20, 0) == 30'000ms);
}

TEST_CASE("requests keep the pace of the provider", "[llm][pace]") {
  Pace pace(60, 0, 2);
  const Pace::Time start{};
  REQUIRE(pace.wait(start, 1) == 0s);
  pace.start(start, 1);
  REQUIRE(pace.wait(start, 1) == 0s);
  pace.start(start, 1);
  REQUIRE(pace.wait(start, 1) == 1s);
  REQUIRE(pace.wait(start + 1s, 1) == 0s);
  // Never more than 60 and the burst in any minute.
  Pace steady(60, 0, 1);
  Pace::Time now{};
  for (int i = 0; i < 61; ++i) {
    now += steady.wait(now, 1);
    steady.start(now, 1);
  }
  REQUIRE(now - Pace::Time{} == 60s);
}

TEST_CASE("tokens come from a bucket that fills again, and are settled afterwards", "[llm][pace]") {
  Pace pace(0, 600, 1);
  const Pace::Time start{};
  REQUIRE(pace.wait(start, 500) == 0s);
  pace.start(start, 500);
  REQUIRE(pace.wait(start, 150) > 4900ms);
  REQUIRE(pace.wait(start, 150) < 5100ms);
  pace.settle(500, 100);
  REQUIRE(pace.wait(start, 150) == 0s);
  REQUIRE(pace.wait(start, 10'000) > 0s);
  REQUIRE(pace.wait(start + 60s, 10'000) == 0s);
  Pace none(0, 0, 1);
  none.start(start, 1'000'000);
  REQUIRE(none.wait(start, 1'000'000) == 0s);
}
