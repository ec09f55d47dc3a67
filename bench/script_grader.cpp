// Records graded a second by a plain script, JSON in and JSON out, on one warm worker; and how soon after a
// child was killed the next record is graded. Processor time is that of both sides, the daemon's and the
// child's.
#include <fmt/core.h>
#include <sys/resource.h>

#include "bench/measure.hpp"
#include "steps/script/script_pool.hpp"

namespace {

using namespace steps::script;

double children_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

constexpr const char* plain_script = R"js(
function words(text) { return new Set(text.toLowerCase().split(/\W+/)); }
function grade(sample, item) {
  const wanted = words(item.reference_answer);
  const said = words(sample.output_text);
  let shared = 0;
  for (const word of wanted) if (said.has(word)) shared++;
  return { score: shared / wanted.size, reason: `${shared} of ${wanted.size} words` };
})js";

constexpr const char* trivial_script =
    "const grade = (sample, item) => sample.output_text === item.reference_answer ? 1 : 0;";

std::unique_ptr<ScriptPool> one_worker(const std::string& program) {
  return bench::must(ScriptPool::make({.program = program, .workers = 1}));
}

void grade_many(const std::string& name, const std::string& program, const std::string& source,
                const std::vector<Call>& calls, std::uint64_t rounds) {
  std::vector<double> walls;
  const double before = bench::process_cpu_seconds() + children_cpu_seconds();
  double graded = 0;
  bool jit = true;
  {
    const auto pool = one_worker(program);
    const Script script{source, {}};
    static_cast<void>(pool->run(script, calls, {}));
    for (std::uint64_t round = 0; round < rounds; ++round) {
      const bench::Stopwatch watch;
      for (const auto& outcome : pool->run(script, calls, {})) graded += outcome.score ? 1 : 0;
      walls.push_back(static_cast<double>(calls.size()) / watch.seconds());
    }
    jit = pool->status().jit;
  }
  // The warm-up is in the processor time too, as one round of many.
  const double cpu = bench::process_cpu_seconds() + children_cpu_seconds() - before;
  const double records = static_cast<double>(calls.size()) * static_cast<double>(rounds + 1);
  if (graded != static_cast<double>(calls.size() * rounds)) bench::give_up("records without a score");
  fmt::print("| {:<28} | {:>9.0f} | {:>13.0f} | {:>3} |\n", name, bench::median(walls), records / cpu,
             jit ? "yes" : "no");
}

// With a pause before each kill the child that waits behind has had time to start; without, it is waited for.
void recover(const std::string& program, std::uint64_t rounds, std::chrono::milliseconds pause) {
  const auto pool = one_worker(program);
  Script script{"const grade = (sample) => { if (sample.bad) for (;;) {} return 1; };", {}};
  script.limits.time = std::chrono::milliseconds(20);
  const std::vector<Call> bad{{R"({"bad":true})", "{}", 1}};
  const std::vector<Call> good{{"{}", "{}", 1}};
  std::vector<double> times;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    std::this_thread::sleep_for(pause);
    static_cast<void>(pool->run(script, bad, {}));
    const bench::Stopwatch watch;
    if (!pool->run(script, good, {}).front().score) bench::give_up("no score after a kill");
    times.push_back(watch.seconds() * 1000);
  }
  fmt::print(
      "\nfrom a killed child to the next score: median {:.1f} ms of {} kills, {} ms apart (target 50 ms)\n",
      bench::median(times), rounds, pause.count());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string program = bench::option(argc, argv, "program", RFTD_SCRIPT);
  const std::uint64_t rounds = bench::number_option(argc, argv, "rounds", 10);
  const std::uint64_t records = bench::number_option(argc, argv, "records", 20'000);
  // About 1.1 KB of JSON a record, as chat records have it.
  std::vector<std::string> samples;
  std::vector<std::string> items;
  for (std::uint64_t i = 0; i < records; ++i) {
    std::string text;
    for (int word = 0; word < 40; ++word)
      text += fmt::format("word{} ", (i * 7 + static_cast<std::uint64_t>(word) * 13) % 500);
    samples.push_back(fmt::format(R"({{"output_text":"{}","output_tools":[]}})", text));
    items.push_back(fmt::format(
        R"({{"messages":[{{"role":"user","content":"question {} {}"}}],"reference_answer":"{}"}})", i, text,
        text.substr(0, 200)));
  }
  std::vector<Call> calls;
  for (std::uint64_t i = 0; i < records; ++i) calls.push_back({samples[i], items[i], i});
  fmt::print("{} records of {} bytes of JSON\n\n", records, samples[0].size() + items[0].size());
  fmt::print("| script                       | records/s | per cpu-second | jit |\n|---|---|---|---|\n");
  grade_many("equal texts", program, trivial_script, calls, rounds);
  grade_many("word overlap with a reason", program, plain_script, calls, rounds);
  fmt::print("\ntarget: 50,000 a second and core on a plain script\n");
  recover(program, 20, std::chrono::milliseconds(500));
  recover(program, 20, std::chrono::milliseconds(0));
}
