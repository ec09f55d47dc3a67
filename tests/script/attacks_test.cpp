// What a hostile script can try: each costs one record an error, and its neighbours and the daemon nothing.
#include <chrono>
#include <thread>

#include "tests/script/script_support.hpp"

using namespace tests;
using namespace steps::script;

namespace {

// Grades three records of which the middle one runs `attack`; gives the middle one's outcome.
Outcome attack(ScriptPool& pool, const std::string& attack, Limits limits = {}) {
  const std::string source =
      "function grade(sample, item) { if (sample.bad) { " + attack + " } return 0.5; }";
  const std::vector<Call> calls{{R"({})", "{}", 1}, {R"({"bad":true})", "{}", 2}, {R"({})", "{}", 3}};
  limits.time = std::chrono::milliseconds(150);
  const auto outcomes = pool.run({source, limits}, calls, {});
  INFO(attack);
  REQUIRE(outcomes[0].score == 0.5);
  REQUIRE(outcomes[2].score == 0.5);
  INFO(outcomes[1].error.message);
  REQUIRE_FALSE(outcomes[1].score);
  REQUIRE_FALSE(outcomes[1].error.message.empty());
  return outcomes[1];
}

}  // namespace

TEST_CASE("an endless loop ends at the limit", "[script][attack]") {
  const auto pool = script_pool();
  const auto began = std::chrono::steady_clock::now();
  REQUIRE(attack(*pool, "for (;;) {}").fault == Fault::time);
  REQUIRE(std::chrono::steady_clock::now() - began < std::chrono::seconds(10));
  REQUIRE(pool->status().restarts == 1);
}

TEST_CASE("a catastrophic regular expression ends at the limit", "[script][attack]") {
  const auto pool = script_pool();
  REQUIRE(attack(*pool, "return /^(a+)+$/.test('a'.repeat(40) + 'b') ? 1 : 0").fault == Fault::time);
}

TEST_CASE("an endless loop at the top level fails all records once", "[script][attack]") {
  const auto pool = script_pool();
  Script endless = script("for (;;) {}");
  endless.limits.time = std::chrono::milliseconds(100);
  const std::vector<Call> calls(600, Call{"{}", "{}", 1});
  for (const auto& outcome : pool->run(endless, calls, {})) REQUIRE_FALSE(outcome.score);
  REQUIRE(pool->status().restarts == 1);
}

TEST_CASE("a heap bomb uses up its memory and nothing else", "[script][attack]") {
  const auto pool = script_pool();
  Limits roomy;
  const std::string bomb = "const all = []; for (;;) all.push({a: [1, 2, 3], b: 'x' + all.length});";
  const Outcome outcome = attack(*pool, bomb, roomy);
  REQUIRE((outcome.fault == Fault::memory || outcome.fault == Fault::time));
  REQUIRE(attack(*pool, "let s = 'x'; for (;;) s += s;").fault == Fault::exception);
}

TEST_CASE("one huge allocation costs its record and a child", "[script][attack]") {
  const auto pool = script_pool();
  const Outcome array = attack(*pool, "return new Array(2e8).fill(1.5).length ? 1 : 0");
  REQUIRE((array.fault == Fault::crashed || array.fault == Fault::memory || array.fault == Fault::time));
  const Outcome split = attack(*pool, "return 'x'.repeat(5e8).split('').length ? 1 : 0");
  REQUIRE_FALSE(split.fault == Fault::none);
}

TEST_CASE("array buffers have a budget", "[script][attack]") {
  const auto pool = script_pool();
  REQUIRE(attack(*pool, "return new ArrayBuffer(2 ** 30).byteLength ? 1 : 0").fault == Fault::exception);
  const Outcome many = attack(*pool, "const all = []; for (;;) all.push(new Uint8Array(1 << 20));");
  REQUIRE(many.fault == Fault::exception);
  REQUIRE(many.error.message.find("RangeError") != std::string::npos);
  REQUIRE(pool->status().restarts == 0);
}

TEST_CASE("deep recursion is an ordinary error", "[script][attack]") {
  const auto pool = script_pool();
  const Outcome outcome = attack(*pool, "const f = () => f() + 1; return f();");
  REQUIRE(outcome.fault == Fault::exception);
  REQUIRE(outcome.error.message.find("RangeError") != std::string::npos);
}

TEST_CASE("there are no files, sockets, processes, timers or code from strings", "[script][attack]") {
  const auto pool = script_pool();
  for (const char* attempt :
       {"require('fs').readFileSync('/etc/passwd')", "process.exit(1)", "process.binding('spawn_sync')",
        "new WebSocket('ws://localhost')", "fetch('http://localhost')", "new XMLHttpRequest()",
        "Deno.run({})", "eval('1')", "new Function('return 1')()", "(() => {}).constructor('return 1')()",
        "setTimeout(() => {}, 1)", "new WebAssembly.Memory({initial: 1})", "new SharedArrayBuffer(8)",
        "Atomics.wait()", "load('x')", "new Worker('x')", "performance.now()", "gc()"}) {
    const Outcome outcome = attack(*pool, std::string("return ") + attempt);
    INFO(attempt << ": " << outcome.error.message);
    REQUIRE(outcome.fault == Fault::exception);
  }
  REQUIRE(attack(*pool, "return import('fs')").fault == Fault::bad_result);
  REQUIRE(pool->status().restarts == 0);
}

TEST_CASE("promises that never end hold nothing up", "[script][attack]") {
  const auto pool = script_pool();
  REQUIRE(attack(*pool, "const again = () => Promise.resolve().then(again); return again();").fault ==
          Fault::bad_result);
}

TEST_CASE("getters and toString of a result are the script's own fault", "[script][attack]") {
  const auto pool = script_pool();
  REQUIRE(attack(*pool, "return {get score() { for (;;) {} }}").fault == Fault::time);
  REQUIRE(attack(*pool, "return {get score() { throw new Error('no') }}").fault == Fault::exception);
  REQUIRE(attack(*pool, "throw {toString() { for (;;) {} }}").fault == Fault::time);
  REQUIRE(attack(*pool, "throw undefined").fault == Fault::exception);
}

TEST_CASE("after a kill the next record is graded within a moment", "[script][attack]") {
  const auto pool = script_pool();
  Script endless = script("const grade = (s) => { if (s.bad) for (;;) {} return 1 }");
  endless.limits.time = std::chrono::milliseconds(50);
  const std::vector<Call> bad{{R"({"bad":1})", "{}", 1}};
  REQUIRE(pool->run(endless, bad, {}).front().fault == Fault::time);
  REQUIRE(grade_one(*pool, endless).score == 1.0);
  REQUIRE(pool->status().restarts == 1);
}

TEST_CASE("asking to stop ends what is under way as cancelled", "[script]") {
  const auto pool = script_pool();
  Script slow = script("function grade() { for (;;) {} }");
  slow.limits.time = std::chrono::seconds(30);
  std::stop_source stop;
  const std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop.request_stop();
  });
  const std::vector<Call> calls(3, Call{"{}", "{}", 1});
  for (const auto& outcome : pool->run(slow, calls, stop.get_token()))
    REQUIRE(outcome.fault == Fault::cancelled);
}

TEST_CASE("a script runs behind seccomp without privileges", "[script][attack]") {
  const auto pool = script_pool();
  REQUIRE(grade_one(*pool, script("const grade = () => 1")).score == 1.0);
  const auto layers = pool->status().sandbox;
  INFO(layers);
  REQUIRE(layers.find("seccomp") != std::string::npos);
  REQUIRE(layers.find("no_new_privs") != std::string::npos);
  REQUIRE(layers.find("rlimits") != std::string::npos);
}
