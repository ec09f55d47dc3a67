// What a script can do and how its mistakes are told.
#include <array>
#include <set>
#include <thread>

#include "tests/script/script_support.hpp"

using namespace tests;
using namespace steps::script;

TEST_CASE("a script grades by the sample and the item", "[script]") {
  const auto pool = script_pool();
  const Outcome outcome =
      grade_one(*pool, script("function grade(sample, item) {\n"
                              "  return sample.output_text === item.reference_answer ? 1 : 0;\n}"));
  REQUIRE(outcome.fault == Fault::none);
  REQUIRE(outcome.score == 1.0);
}

TEST_CASE("a script gives a reason beside the score", "[script]") {
  const auto pool = script_pool();
  const Outcome outcome = grade_one(*pool, script("const grade = () => ({score: 0.25, reason: 'too long'})"));
  REQUIRE(outcome.score == 0.25);
  REQUIRE(outcome.reason == "too long");
}

TEST_CASE("evaluate takes one object", "[script]") {
  const auto pool = script_pool();
  const Outcome outcome =
      grade_one(*pool, script("function evaluate({sample, item}) { return sample.output_text.length / 8 }"));
  REQUIRE(outcome.score == 0.5);
}

TEST_CASE("what is no score from 0 to 1 is no score", "[script]") {
  const auto pool = script_pool();
  const std::array<std::array<const char*, 2>, 14> cases{{
      {"NaN", "found NaN"},
      {"'0.5'", "found string \"0.5\""},
      {"7", "found 7"},
      {"-0.1", "found -0.1"},
      {"undefined", "found undefined"},
      {"null", "found null"},
      {"true", "found boolean true"},
      {"1n", "found bigint 1"},
      {"Promise.resolve(1)", "found a promise"},
      {"[1]", "found an array"},
      {"() => 1", "found function"},
      {"({score: '1'})", "found score string \"1\""},
      {"({reason: 'good'})", "found score undefined"},
      {"Infinity", "found Infinity"},
  }};
  for (const auto& [given, told] : cases) {
    const Outcome outcome = grade_one(*pool, script(std::string("const grade = () => ") + given));
    INFO(given << ": " << outcome.error.message);
    REQUIRE(outcome.fault == Fault::bad_result);
    REQUIRE_FALSE(outcome.score);
    REQUIRE(outcome.error.message.find(told) != std::string::npos);
  }
  REQUIRE(grade_one(*pool, script("async function grade() { return 1 }")).fault == Fault::bad_result);
  REQUIRE(pool->status().restarts == 0);
}

TEST_CASE("a syntax error is told with line and column", "[script]") {
  const auto pool = script_pool();
  const auto told = pool->check(script("function grade(sample, item) {\n  return sample.;\n}"));
  REQUIRE(told);
  REQUIRE(told->message.find("SyntaxError") != std::string::npos);
  REQUIRE(told->line == 2);
  REQUIRE(told->column == 17);
  const auto unclosed = pool->check(script("function grade(sample, item) {\n  return 1;\n"));
  REQUIRE(unclosed->message.find("Unexpected end of input") != std::string::npos);
}

TEST_CASE("columns of the first line are the author's", "[script]") {
  const auto pool = script_pool();
  const auto told = pool->check(script("const grade = () => {{;"));
  INFO(told->message);
  REQUIRE(told->line == 1);
  REQUIRE(told->column == 24);
  const Outcome outcome = grade_one(*pool, script("const grade = () => missing"));
  REQUIRE(outcome.error.line == 1);
  REQUIRE(outcome.error.column == 21);
}

TEST_CASE("a runtime error is told with line and column", "[script]") {
  const auto pool = script_pool();
  const Outcome outcome =
      grade_one(*pool, script("function grade(sample, item) {\n  return item.answer.length;\n}"));
  REQUIRE(outcome.fault == Fault::exception);
  REQUIRE(outcome.error.message.find("TypeError") != std::string::npos);
  REQUIRE(outcome.error.line == 2);
  REQUIRE(outcome.error.column == 22);
}

TEST_CASE("a script that defines nothing to call is refused before it grades", "[script]") {
  const auto pool = script_pool();
  REQUIRE(pool->check(script("const score = 1"))->message.find("define grade(sample, item)") !=
          std::string::npos);
  REQUIRE_FALSE(*pool->check(script("const grade = () => 1")));
  REQUIRE(pool->check(script("throw new Error('at once')"))->message == "Error: at once");
}

TEST_CASE("a source of a megabyte runs and a longer one is refused", "[script]") {
  const auto pool = script_pool();
  std::string source = "function grade() { return 1 } //";
  source.resize(Script::source_bytes_max, 'x');
  REQUIRE(grade_one(*pool, script(source)).score == 1.0);
  REQUIRE(pool->check(script(source + "x"))->message.find("at most 1 MB") != std::string::npos);
}

TEST_CASE("records keep nothing from one to the next", "[script]") {
  const auto pool = script_pool();
  const std::vector<Call> calls(5, Call{no_sample, no_item, 1});
  for (const auto& outcome : pool->run(script("let n = 0; const grade = () => n++ / 10"), calls, {}))
    REQUIRE(outcome.score == 0.0);
  for (const char* leak :
       {"globalThis.n = 1", "Array.prototype.n = 1", "Object.prototype.n = 1", "Math.n = 1", "n = 1",
        "(function* () {})().__proto__.__proto__.n = 1", "delete Array.prototype.map",
        "Object.prototype.toString = () => 1", "RegExp.prototype.exec = () => null"}) {
    const Outcome outcome =
        grade_one(*pool, script("function grade() { " + std::string(leak) + "; return 1 }"));
    INFO(leak << ": " << outcome.error.message);
    REQUIRE(outcome.fault == Fault::exception);
  }
  const std::vector<Call> three{{R"({"bad":1})", "{}", 1}, {"{}", "{}", 2}, {"{}", "{}", 3}};
  const auto after = pool->run(script("const grade = (s) => { if (s.bad) RegExp.prototype.mine = 1; return "
                                      "RegExp.prototype.mine ? 0 : 1 }"),
                               three, {});
  REQUIRE(after[0].fault == Fault::exception);
  REQUIRE(after[1].score == 1.0);
  REQUIRE(after[2].score == 1.0);
  const auto last_match = pool->run(
      script("const grade = (s, i) => { const had = RegExp.$1; /(f)/.test('f'); return had ? 1 : 0 }"), calls,
      {});
  REQUIRE(last_match.back().score == 0.0);
}

TEST_CASE("plain objects may have fields named like built-in ones", "[script]") {
  const auto pool = script_pool();
  const Outcome outcome = grade_one(*pool, script(R"(function grade() {
    const counts = {};
    for (const word of 'the constructor has a toString the end'.split(' ')) counts[word] = (Object.hasOwn(counts, word) ? counts[word] : 0) + 1;
    const error = new Error('x'); error.name = 'Mine'; error.message = 'y';
    return counts.constructor === 1 && counts.toString === 1 && counts.the === 2 && String(error) === 'Mine: y' ? 1 : 0;
  })"));
  INFO(outcome.error.message);
  REQUIRE(outcome.score == 1.0);
}

TEST_CASE("chance is a function of the seed and the record", "[script]") {
  const auto pool = script_pool(2);
  Script random = script("const grade = () => Math.random()");
  std::vector<Call> calls;
  for (std::uint64_t number = 1; number <= 600; ++number) calls.push_back({no_sample, no_item, number});
  const auto first = pool->run(random, calls, {});
  const auto again = pool->run(random, calls, {});
  std::set<double> distinct;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    REQUIRE(first[i].score == again[i].score);
    distinct.insert(*first[i].score);
  }
  REQUIRE(distinct.size() == calls.size());
  const std::vector<Call> alone{calls[300]};
  REQUIRE(pool->run(random, alone, {}).front().score == first[300].score);
  random.limits.seed = 1;
  REQUIRE(pool->run(random, alone, {}).front().score != first[300].score);
}

TEST_CASE("there is no clock unless it is asked for", "[script]") {
  const auto pool = script_pool();
  Script clock = script("const grade = () => Date.now() > 0 ? 1 : 0");
  const Outcome without = grade_one(*pool, clock);
  REQUIRE(without.fault == Fault::exception);
  REQUIRE(without.error.message.find("has_clock") != std::string::npos);
  REQUIRE(grade_one(*pool, script("const grade = () => Intl.DateTimeFormat ? 1 : 0")).score == 0.0);
  clock.limits.has_clock = true;
  REQUIRE(grade_one(*pool, clock).score == 1.0);
}

TEST_CASE("what a script prints is kept, up to a limit", "[script]") {
  const auto pool = script_pool();
  Script printing = script("function grade() { console.log('a', 1, {b: 2}); console.error('c'); return 1 }");
  REQUIRE(grade_one(*pool, printing).console == "a 1 {\"b\":2}\nc\n");
  printing.source =
      "function grade() { for (let i = 0; i < 1e5; i++) console.log('x'.repeat(100)); return 1 }";
  const Outcome outcome = grade_one(*pool, printing);
  REQUIRE(outcome.score == 1.0);
  REQUIRE(outcome.console.size() < 4200);
  REQUIRE(outcome.console.find("more was printed") != std::string::npos);
}

TEST_CASE("a fresh context for every record grades the same", "[script]") {
  const auto pool = script_pool();
  Script fresh = script("const grade = (sample) => sample.output_text.length / 10");
  fresh.limits.fresh_context = true;
  const std::vector<Call> calls(20, Call{no_sample, no_item, 1});
  for (const auto& outcome : pool->run(fresh, calls, {})) REQUIRE(outcome.score == 0.4);
}

TEST_CASE("text of every script survives", "[script]") {
  const auto pool = script_pool();
  const std::vector<Call> calls{{R"({"output_text":"größer 漢字 🎯 \u0000"})", no_item, 1}};
  const auto outcome = pool->run(
      script("const grade = (s) => ({score: s.output_text.length / 100, reason: s.output_text})"), calls, {});
  REQUIRE(outcome.front().score == 0.14);
  REQUIRE(outcome.front().reason == std::string("größer 漢字 🎯 \0", 22));
}

TEST_CASE("many records in many batches come back in order", "[script]") {
  const auto pool = script_pool(2);
  std::vector<std::string> samples;
  std::vector<Call> calls;
  for (int i = 0; i < 3000; ++i) samples.push_back("{\"n\":" + std::to_string(i) + "}");
  for (std::size_t i = 0; i < samples.size(); ++i) calls.push_back({samples[i], "{}", i});
  const auto outcomes = pool->run(script("const grade = (sample) => sample.n / 3000"), calls, {});
  for (std::size_t i = 0; i < calls.size(); ++i) REQUIRE(outcomes[i].score == static_cast<double>(i) / 3000);
  REQUIRE(pool->status().records == 3000);
}

TEST_CASE("a missing program is named", "[script]") {
  const auto pool = ScriptPool::make({.program = "/nowhere/rftd-script", .workers = 1});
  REQUIRE_FALSE(pool);
  REQUIRE(pool.error().code == schemas::ErrorCode::not_found);
  REQUIRE(pool.error().message().find("/nowhere/rftd-script") != std::string::npos);
}
