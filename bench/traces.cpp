// What an OTLP span costs without HTTP around it: decoding, keeping (durable), finding the calls; then all of
// it at once for a while, with the memory at each quarter. Spans as a library that follows the general
// conventions sends them, four to a trace.
#include <fmt/core.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "bench/measure.hpp"
#include "steps/traces/assemble.hpp"
#include "steps/traces/collector.hpp"
#include "steps/traces/otlp_codec.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

namespace traces = steps::traces;

constexpr std::size_t spans_a_trace = 4;
constexpr std::string_view trace_mark = "TTTTTTTTTTTTTTTT";
constexpr std::string_view span_mark = "SSSSSSSS";

std::string varint(std::uint64_t number) {
  std::string out;
  for (; number > 127; number >>= 7U) out += static_cast<char>((number & 127U) | 128U);
  return out + static_cast<char>(number);
}

// A field of protobuf's wire format that has a length.
std::string field(unsigned number, const std::string& data) {
  return varint(number << 3U | 2U) + varint(data.size()) + data;
}

std::string attribute(std::string_view key, const std::string& text) {
  return field(9, field(1, std::string(key)) + field(2, field(1, text)));
}

std::string attribute(std::string_view key, std::uint64_t number) {
  return field(9, field(1, std::string(key)) + field(2, varint(3U << 3U) + varint(number)));
}

// Of about `bytes`, with marks where the ids go.
std::string span_template(std::size_t bytes) {
  std::string span = field(1, std::string(trace_mark)) + field(2, std::string(span_mark)) +
                     field(5, "chat gpt-4o-mini") + "\x30\x03";
  const auto now = static_cast<std::uint64_t>(
      std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count());
  for (const auto [tag, time] :
       {std::pair('\x39', now - 2'000'000'000), std::pair('\x41', now - 1'000'000'000)}) {
    span += tag;
    for (unsigned shift = 0; shift < 64; shift += 8) span += static_cast<char>(time >> shift);
  }
  span +=
      attribute("gen_ai.operation.name", std::string("chat")) +
      attribute("gen_ai.provider.name", std::string("openai")) +
      attribute("gen_ai.request.model", std::string("gpt-4o-mini")) +
      attribute("gen_ai.response.model", std::string("gpt-4o-mini-2024-07-18")) +
      attribute("gen_ai.conversation.id", std::string("session-17")) +
      attribute("gen_ai.usage.input_tokens", 45) + attribute("gen_ai.usage.output_tokens", 310) +
      attribute(
          "gen_ai.input.messages",
          std::string(
              R"([{"role":"system","parts":[{"type":"text","content":"You answer questions of customers in one line."}]},)"
              R"({"role":"user","parts":[{"type":"text","content":"Where is my \"order\"?"}]}])")) +
      attribute("gen_ai.tool.definitions",
                std::string(R"([{"type":"function","name":"look_up","parameters":{}}])"));
  const std::string before =
      R"([{"role":"assistant","finish_reason":"stop","parts":[{"type":"text","content":")";
  const std::string after = R"("}]}])";
  std::string text;
  while (span.size() + text.size() + before.size() + after.size() + 40 < bytes) text += "It is on its way. ";
  return span + attribute("gen_ai.output.messages", before + text + after);
}

// An export of `spans` spans whose ids are new with each call of body().
class Exports {
 public:
  Exports(std::size_t spans, std::size_t bytes, std::uint64_t seed) : random_(seed) {
    const std::string span = field(2, span_template(bytes));
    std::string all;
    for (std::size_t i = 0; i < spans; ++i) all += span;
    body_ =
        field(1, field(1, field(1, field(1, "service.name") + field(2, field(1, "bench")))) + field(2, all));
    for (std::size_t at = 0; (at = body_.find(trace_mark, at)) != std::string::npos; ++at)
      traces_.push_back(at);
    for (std::size_t at = 0; (at = body_.find(span_mark, at)) != std::string::npos; ++at)
      spans_.push_back(at);
    if (traces_.size() != spans || spans_.size() != spans) bench::give_up("a mark stands in the texts");
  }

  const std::string& body() {
    std::string trace(16, ' ');
    for (std::size_t i = 0; i < spans_.size(); ++i) {
      if (i % spans_a_trace == 0) fill(trace.data(), 16);
      body_.replace(traces_[i], 16, trace);
      fill(&body_[spans_[i]], 8);
    }
    return body_;
  }

 private:
  void fill(char* at, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; i += 8) {
      const std::uint64_t word = random_() | 1U;
      std::memcpy(at + i, &word, 8);
    }
  }

  std::mt19937_64 random_;
  std::string body_;
  std::vector<std::size_t> traces_;
  std::vector<std::size_t> spans_;
};

traces::CollectorOptions options_of(const std::string& folder) {
  traces::CollectorOptions options;
  options.store.folder = folder;
  return options;
}

void take(traces::Collector& collector, std::string_view body) {
  traces::Arrivals arrivals;
  arrivals.spans = std::move(bench::must(traces::decode_traces_proto(body)).items);
  bench::must(collector.take(std::move(arrivals)));
}

void tell(std::string_view what, double cpu, double wall, std::size_t spans) {
  fmt::print("{:<44} {:8.1f} µs CPU a span {:10.0f} spans/s\n", what, 1e6 * cpu / static_cast<double>(spans),
             static_cast<double>(spans) / wall);
}

// One thing after the other, so that each has its own figure.
void one_by_one(std::size_t spans, std::size_t a_request, std::size_t bytes) {
  Exports exports(a_request, bytes, 1);
  const std::size_t requests = spans / a_request;
  spans = requests * a_request;
  std::vector<traces::Span> decoded;
  double cpu = 0;
  bench::Stopwatch decoding;
  for (std::size_t i = 0; i < requests; ++i) {
    const std::string& body = exports.body();
    const double before = bench::thread_cpu_seconds();
    auto some = bench::must(traces::decode_traces_proto(body));
    cpu += bench::thread_cpu_seconds() - before;
    decoded = std::move(some.items);
  }
  tell("decode", cpu, decoding.seconds(), spans);

  std::vector<std::string> encoded(decoded.size());
  double before = bench::thread_cpu_seconds();
  bench::Stopwatch encoding;
  for (std::size_t i = 0; i < decoded.size(); ++i) encoded[i] = traces::encode(decoded[i]);
  tell("encode as kept", bench::thread_cpu_seconds() - before, encoding.seconds(), decoded.size());
  before = bench::thread_cpu_seconds();
  bench::Stopwatch reading;
  for (const std::string& one : encoded) bench::must(traces::decode_span(one));
  tell("decode as kept", bench::thread_cpu_seconds() - before, reading.seconds(), decoded.size());
  before = bench::thread_cpu_seconds();
  bench::Stopwatch assembling;
  std::size_t calls = 0;
  for (std::size_t i = 0; i + spans_a_trace <= decoded.size(); i += spans_a_trace)
    calls += traces::assemble(std::span(decoded).subspan(i, spans_a_trace), {}).calls.size();
  tell("assemble", bench::thread_cpu_seconds() - before, assembling.seconds(), decoded.size());
  if (calls != decoded.size())
    bench::give_up(fmt::format("expected {} calls, found {}", decoded.size(), calls));

  const support::TempFolder folder;
  const auto collector = bench::must(traces::Collector::open(options_of(folder.path().string())));
  before = bench::process_cpu_seconds();
  bench::Stopwatch taking;
  for (std::size_t i = 0; i < requests; ++i) take(*collector, exports.body());
  tell("decode and keep, durable", bench::process_cpu_seconds() - before, taking.seconds(), spans);
  before = bench::process_cpu_seconds();
  bench::Stopwatch settling;
  collector->settle();
  tell("find the calls, in what is left of them", bench::process_cpu_seconds() - before, settling.seconds(),
       spans);
}

std::uint64_t resident() {
  std::ifstream status("/proc/self/statm");
  std::uint64_t pages = 0;
  status >> pages >> pages;
  return pages * 4096;
}

void at_once(double seconds, unsigned senders, std::size_t a_request, std::size_t bytes) {
  const support::TempFolder folder;
  const auto collector = bench::must(traces::Collector::open(options_of(folder.path().string())));
  std::atomic<std::size_t> sent{0};
  std::vector<std::uint64_t> memory{resident()};
  bench::Stopwatch watch;
  const double before = bench::process_cpu_seconds();
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < senders; ++i) {
      threads.emplace_back([&, i] {
        Exports exports(a_request, bytes, 100 + i);
        while (watch.seconds() < seconds) {
          // As the receiver does.
          while (collector->is_behind()) std::this_thread::sleep_for(std::chrono::milliseconds(25));
          take(*collector, exports.body());
          sent += a_request;
        }
      });
    }
    for (int quarter = 1; quarter <= 4; ++quarter) {
      std::this_thread::sleep_for(
          std::chrono::duration<double>(std::max(0.0, seconds * quarter / 4 - watch.seconds())));
      memory.push_back(resident());
    }
  }
  const double sending = watch.seconds();
  const auto waiting = collector->counts().traces_waiting;
  collector->settle();
  const double all = watch.seconds();
  tell(fmt::format("all at once, {} senders", senders), bench::process_cpu_seconds() - before, all, sent);
  fmt::print(
      "  acknowledged {:.0f} spans/s (target 20,000); at the end {} traces waited, {:.1f} s more for them; "
      "MiB at each quarter:",
      static_cast<double>(sent) / sending, waiting, all - sending);
  for (const std::uint64_t one : memory) fmt::print(" {:.0f}", static_cast<double>(one) / (1U << 20U));
  fmt::print("\n");
  const auto kept = collector->count({});
  if (kept != sent) bench::give_up(fmt::format("expected {} calls, found {}", sent.load(), kept));
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const auto a_request = bench::number_option(argc, argv, "--spans-a-request", 512);
  const auto bytes = bench::number_option(argc, argv, "--span-bytes", 2048);
  one_by_one(bench::number_option(argc, argv, "--spans", 100'000), a_request, bytes);
  at_once(static_cast<double>(bench::number_option(argc, argv, "--seconds", 20)),
          static_cast<unsigned>(bench::number_option(argc, argv, "--senders", 2)), a_request, bytes);
  return 0;
}
