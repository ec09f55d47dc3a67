// The collector on a real store: what comes in is found, once, whatever happens in between.
#include "steps/traces/collector.hpp"

#include <random>
#include <set>

#include "steps/traces/call_keys.hpp"
#include "steps/traces/otlp_codec.hpp"
#include "steps/traces/select_calls.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/traces/recorded.hpp"

using namespace steps::traces;
using namespace tests::traces;

namespace {
constexpr std::int64_t second = 1'000'000;

struct Place {
  support::TempFolder folder;
  std::int64_t now = 1'800'000'000 * second;
  std::size_t waiting_max = 100'000;
  std::size_t waiting_bytes = std::size_t{128} << 20U;
  std::unique_ptr<Collector> collector;

  explicit Place(std::uint64_t bytes_max = 0) { open(bytes_max); }
  // With room for so much of what waits.
  Place(std::size_t traces, std::size_t bytes) : waiting_max(traces), waiting_bytes(bytes) { open(); }
  void open(std::uint64_t bytes_max = 0) {
    collector.reset();
    CollectorOptions options;
    options.store.folder = folder.path().string();
    options.store.sync = false;
    options.bytes_max = bytes_max;
    options.waiting_max = waiting_max;
    options.waiting_bytes = waiting_bytes;
    options.quiet = std::chrono::milliseconds(50);
    options.now = [this] { return now; };
    auto opened = Collector::open(std::move(options));
    REQUIRE(opened);
    collector = std::move(*opened);
  }
  void take(std::vector<Span> spans, std::vector<LogRecord> records = {}) {
    REQUIRE(collector->take({std::move(spans), std::move(records), {}}));
    collector->settle();
  }
  std::vector<std::uint64_t> all(CallFilter filter = {}) {
    auto found = collector->numbers(filter);
    REQUIRE(found);
    return *found;
  }
};

// A span of the GenAI conventions.
Span chat_span(unsigned id, const std::string& text, const std::string& answer = "yes",
               std::string model = "m") {
  Span span;
  char hex[33];
  std::snprintf(hex, sizeof hex, "%032x", id + 1);
  span.trace_id = hex;
  span.span_id = span.trace_id.substr(16);
  span.name = "chat " + model;
  span.start_ns = 1'700'000'000'000'000'000 + std::uint64_t{id} * 1'000'000'000;
  span.end_ns = span.start_ns + 500'000'000;
  const auto message = [](const std::string& role, const std::string& said) {
    return R"([{"role":")" + role + R"(","parts":[{"type":"text","content":")" + said + R"("}]}])";
  };
  span.attributes = {{"gen_ai.operation.name", {true, "chat"}},
                     {"gen_ai.provider.name", {true, "openai"}},
                     {"gen_ai.request.model", {true, std::move(model)}},
                     {"gen_ai.input.messages", {true, message("user", text)}}};
  if (!answer.empty())
    span.attributes.push_back({"gen_ai.output.messages", {true, message("assistant", answer)}});
  span.origin = std::make_shared<Origin>();
  return span;
}
}  // namespace

TEST_CASE("spans and log records come back from their bytes as they were", "[traces][collector]") {
  for (const char* file :
       {"otel.traces.json", "openinference.traces.pb", "traceloop.traces.pb", "vercel.traces.json"}) {
    for (const Span& span : recorded_spans(file)) {
      const auto again = decode_span(encode(span));
      REQUIRE(again);
      CHECK(again->attributes == span.attributes);
      CHECK(again->events == span.events);
      CHECK(*again->origin == *span.origin);
      CHECK(encode(*again) == encode(span));
    }
  }
  for (const LogRecord& record : recorded_logs()) {
    const auto again = decode_log_record(encode(record));
    REQUIRE(again);
    CHECK(encode(*again) == encode(record));
    CHECK(again->body == record.body);
  }
}

TEST_CASE("bytes cut short or changed are no span, and no crash", "[traces][collector]") {
  const std::string bytes = encode(recorded_spans("otel.traces.json").front());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(decode_span(std::string_view(bytes).substr(0, size)));
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    std::string changed = bytes;
    changed[random() % changed.size()] = static_cast<char>(random());
    (void)decode_span(changed);
  }
}

TEST_CASE("recorded bodies give each call once, however often and in whatever order they come",
          "[traces][collector]") {
  Place place;
  std::vector<Span> spans = recorded_spans("otel.traces.json");
  const auto calls = assemble(spans, recorded_logs()).calls.size();
  REQUIRE(calls > 5);
  place.take(spans);
  place.take({}, recorded_logs());
  REQUIRE(place.all().size() == calls);
  const auto sequence = place.collector->counts().sequence;
  place.take(spans, recorded_logs());
  place.open();
  place.collector->settle();
  CHECK(place.all().size() == calls);
  CHECK(place.collector->counts().sequence == sequence);
  Place other;
  std::mt19937 random(7);
  std::ranges::shuffle(spans, random);
  for (const Span& span : spans) REQUIRE(other.collector->take({{span}, {}, {}}));
  REQUIRE(other.collector->take({{}, recorded_logs(), {}}));
  other.collector->settle();
  CHECK(other.all().size() == calls);
}

TEST_CASE("what was taken and not yet looked at is looked at after a restart", "[traces][collector]") {
  Place place;
  REQUIRE(place.collector->take({{chat_span(1, "hello")}, {}, {}}));
  place.open();
  place.collector->settle();
  CHECK(place.all().size() == 1);
  CHECK(place.collector->counts().traces_waiting == 0);
}

TEST_CASE("however little room there is for what waits, the same calls are found", "[traces][collector]") {
  const auto found = [](Place& place) {
    std::mt19937 random(11);
    for (unsigned round = 0; round < 20; ++round) {
      std::vector<Span> spans;
      for (unsigned i = 0; i < 10; ++i)
        spans.push_back(chat_span(random() % 120, "hello " + std::to_string(i)));
      // The same trace again, with a span of its own.
      spans.push_back(spans.front());
      spans.back().span_id = "00000000000000" + std::to_string(10 + round);
      REQUIRE(place.collector->take({std::move(spans), {}, {}}));
    }
    place.collector->settle();
    CHECK(place.collector->counts().traces_waiting == 0);
    std::multiset<std::tuple<std::string, std::vector<std::string>, std::string>> calls;
    for (const std::uint64_t number : place.all()) {
      const auto call = place.collector->find(number);
      REQUIRE(call);
      REQUIRE(*call);
      calls.emplace((*call)->summary.trace, (*call)->summary.span_ids, (*call)->summary.text);
    }
    return calls;
  };
  Place roomy;
  const auto expected = found(roomy);
  CHECK(expected.size() > 80);
  Place few_traces(std::size_t{7}, std::size_t{1} << 20U);
  CHECK(found(few_traces) == expected);
  Place few_bytes(std::size_t{1000}, std::size_t{3000});
  CHECK(found(few_bytes) == expected);
  few_bytes.open();
  CHECK(few_bytes.all().size() == expected.size());
}

TEST_CASE("what is removed while it waits does not come back", "[traces][collector]") {
  Place place;
  for (unsigned round = 0; round < 50; ++round) {
    place.take({chat_span(round, "hello")});
    const auto calls = place.all();
    REQUIRE(calls.size() == 1);
    Span late = chat_span(round, "late");
    late.span_id = "00000000000000ff";
    REQUIRE(place.collector->take({{late}, {}, {}}));
    REQUIRE(place.collector->remove(calls));
    place.collector->settle();
    for (const std::uint64_t number : place.all()) {
      const auto call = place.collector->find(number);
      REQUIRE(call);
      CHECK(*call);  // what is listed can be read
    }
    if (!place.all().empty()) REQUIRE(place.collector->remove(place.all()));
  }
}

TEST_CASE("a late span gives its call a new sequence number and no second call", "[traces][collector]") {
  Place place;
  Span outer = chat_span(1, "hello", "");
  Span inner = chat_span(1, "hello", "there");
  inner.span_id = "00000000000000ff";
  inner.parent_span_id = outer.span_id;
  place.take({outer});
  const auto before = place.all();
  REQUIRE(before.size() == 1);
  const auto sequence = place.collector->counts().sequence;
  place.take({inner});
  CHECK(place.all() == before);
  CHECK(place.all({.after_sequence = sequence}) == before);
  const auto found = place.collector->find(before.front());
  REQUIRE(found);
  REQUIRE(*found);
  CHECK((*found)->call.output);
  CHECK((*found)->summary.answer == "there");
}

TEST_CASE("pages are newest first, without a gap", "[traces][collector]") {
  Place place;
  std::vector<Span> spans;
  for (unsigned i = 0; i < 57; ++i) spans.push_back(chat_span((i * 31) % 57, "turn " + std::to_string(i)));
  place.take(spans);
  std::vector<std::int64_t> times;
  std::optional<CallIndex::Place> after;
  do {
    const auto page = place.collector->list({}, after, 10);
    REQUIRE(page);
    CHECK(page->total == 57);
    for (const CallSummary& call : page->calls) times.push_back(call.time);
    after = page->next;
  } while (after);
  CHECK(times.size() == 57);
  CHECK(std::ranges::is_sorted(times, std::greater<>{}));
}

TEST_CASE("words are found in the last user message, in any case, as whole words", "[traces][collector]") {
  Place place;
  place.take({chat_span(1, "Castle EARLY and often"), chat_span(2, "when to trade queens"),
              chat_span(3, "\xe6\xa3\x8b\xe7\x9b\x98")});
  const auto hits = [&](const std::string& words) {
    return place.collector->list({.words = words}, {}, 10)->calls.size();
  };
  CHECK(hits("early castle") == 1);
  CHECK(hits("queens") == 1);
  CHECK(hits("queen") == 0);
  CHECK(hits("\xe6\xa3\x8b") == 1);
  CHECK(hits("castle queens") == 0);
}

TEST_CASE("a call that begins long after it came is kept at the time it came", "[traces][collector]") {
  Place place;
  Span span = chat_span(1, "hello");
  span.start_ns = static_cast<std::uint64_t>(place.now + 3600 * second) * 1000;
  place.take({span});
  const auto page = place.collector->list({}, {}, 10);
  REQUIRE(page->calls.size() == 1);
  CHECK(page->calls[0].time == place.now);
  CHECK(page->calls[0].problems.back().problem == Problem::clock_ahead);
}

TEST_CASE("old traces and the oldest of too many go", "[traces][collector]") {
  Place place;
  place.take({chat_span(1, "old")});
  place.now += std::int64_t{31} * 24 * 3600 * second;
  place.open();
  place.take({chat_span(2, "new")});
  for (int i = 0; i < 100 && place.all().size() > 1; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  REQUIRE(place.all().size() == 1);
  CHECK((*place.collector->find(place.all()[0]))->summary.text == "new");
  for (unsigned i = 10; i < 30; ++i) {
    place.now += second;
    place.take({chat_span(i, std::string(1000, 'x'))});
  }
  place.open(10'000);
  for (int i = 0; i < 100 && place.collector->counts().bytes > 10'000; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(place.collector->counts().bytes <= 10'000);
  const auto page = place.collector->list({}, {}, 100);
  CHECK(page->calls.size() > 3);
  CHECK(page->calls.size() < 12);
  CHECK(page->calls.front().text == std::string(1000, 'x'));
}

TEST_CASE("removed calls are gone, also after a restart", "[traces][collector]") {
  Place place;
  place.take({chat_span(1, "a"), chat_span(2, "b"), chat_span(3, "c", "yes", "other")});
  REQUIRE(place.collector->remove(place.all({.models = {"m"}})) == 2U);
  CHECK(place.all().size() == 1);
  place.open();
  CHECK(place.all().size() == 1);
  place.take({chat_span(1, "a")});
  CHECK(place.all().size() == 2);
}

TEST_CASE("of recorded conversations the last call is selected, and says what the others were",
          "[traces][collector]") {
  Place place;
  place.take(recorded_spans("vercel.traces.json"));
  const std::size_t said = 12;
  const auto selected = select_calls(*place.collector, {.filter = CallFilter{}});
  REQUIRE(selected);
  std::uint64_t skipped = 0;
  for (const auto& [reason, count] : selected->skipped) skipped += count;
  CHECK(selected->matching == selected->numbers.size() + skipped);
  CHECK(selected->matching == place.all().size());
  CHECK(selected->numbers.size() + selected->skipped.at("failed") <= said);
  CHECK(selected->watermark == place.collector->counts().sequence);
  // A second look finds nothing that is not there already.
  std::set<steps::text::Hash128> taken;
  REQUIRE(place.collector->each(selected->numbers, [&](const FoundCall& found) {
    for (const auto& key : span_keys(found.call)) taken.insert(key);
    return schemas::Result<void>{};
  }));
  const auto again =
      select_calls(*place.collector, {.filter = CallFilter{}, .folding = Folding::every_call},
                   {.span = [&](const auto& key) { return taken.contains(key); }, .content = {}});
  CHECK(again->skipped.at("already_here") == selected->numbers.size());
  const auto since =
      select_calls(*place.collector, {.filter = CallFilter{.after_sequence = selected->watermark}});
  CHECK(since->matching == 0);
}

TEST_CASE("a failed call folds no other away", "[traces][collector]") {
  Place place;
  Span good = chat_span(1, "hello", "there");
  Span bad = chat_span(2, "hello", "");
  bad.attributes[3].value.text =
      R"([{"role":"user","parts":[{"type":"text","content":"hello"}]},{"role":"assistant","parts":[{"type":"text","content":"there"}]},{"role":"user","parts":[{"type":"text","content":"more"}]}])";
  bad.status = SpanStatus::error;
  place.take({good, bad});
  const auto selected = select_calls(*place.collector, {.filter = CallFilter{}});
  REQUIRE(selected);
  CHECK(selected->numbers.size() == 1);
  CHECK(selected->skipped == std::map<std::string, std::uint64_t>{{"failed", 1}});
  Span longer = chat_span(3, "", "at last");
  longer.attributes[3] = bad.attributes[3];
  place.take({longer});
  const auto folded = select_calls(*place.collector, {.filter = CallFilter{}});
  CHECK(folded->skipped == std::map<std::string, std::uint64_t>{{"failed", 1}, {"folded", 1}});
  CHECK(folded->numbers == std::vector<std::uint64_t>{3});
}
