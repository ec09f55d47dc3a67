// The index of calls beside a slow look at each.
#include "steps/traces/call_index.hpp"

#include <map>
#include <random>

using namespace steps::traces;

namespace {
// The filter, said again without an index.
bool matches_slowly(const CallSummary& call, const CallFilter& f) {
  const auto among = [](const std::string& value, const std::vector<std::string>& wanted) {
    return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
  };
  const bool model = among(call.model, f.models);
  const bool labels = std::ranges::all_of(
      f.labels, [&](const auto& label) { return std::ranges::count(call.labels, label) > 0; });
  const auto tokens = call.tokens_in.value_or(0) + call.tokens_out.value_or(0);
  return model && labels && among(call.provider, f.providers) && (!f.failed || *f.failed == call.failed) &&
         (!f.from || call.time >= *f.from) && (!f.before || call.time < *f.before) &&
         call.turns >= f.turns_min && (!f.tokens_from || tokens >= *f.tokens_from) &&
         (!f.has_tools || *f.has_tools == call.has_tools) &&
         (f.session.empty() || call.session == f.session || call.thread == f.session ||
          call.run == f.session) &&
         has_words_of(call, f);
}
}  // namespace

TEST_CASE("filters and facets agree with looking at each call", "[traces][collector]") {
  const unsigned erase_every = GENERATE(20U, 2U);  // the second until rows are cleaned away
  std::mt19937 random(11);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  const auto one_of = [&](std::initializer_list<const char*> texts) {
    return std::string(std::data(texts)[below(static_cast<unsigned>(texts.size()))]);
  };
  CallIndex index;
  std::map<std::uint64_t, CallSummary> calls;
  std::uint64_t sequence = 0;
  for (unsigned i = 0; i < (erase_every == 2 ? 6000 : 3000); ++i) {
    CallSummary call;
    call.number = one_of({"", "", "again"}).empty() || calls.empty() ? i + 1 : 1 + below(i);
    call.sequence = ++sequence;
    call.time = below(1000);
    call.model = one_of({"a", "b", "c", ""});
    call.model_asked = one_of({"a", "x"});
    call.provider = one_of({"p", "q"});
    call.failed = below(5) == 0;
    call.has_tools = below(2) == 0;
    call.turns = below(4);
    call.tokens_in = below(100);
    call.session = one_of({"", "s1", "s2"});
    call.run = one_of({"", "s1"});
    call.text = one_of({"open with e4", "castle early", "trade queens early", ""});
    call.system = one_of({"You are a coach.", "Be brief, coach.", ""});
    if (below(2) == 0) call.labels.push_back("l1");
    if (below(3) == 0) call.labels.push_back("l2");
    if (call.number != i + 1 && !calls.contains(call.number)) continue;
    index.put(call);
    calls[call.number] = call;
    if (below(erase_every) == 0) {
      const auto gone = calls.begin()->first;
      index.erase(gone);
      calls.erase(gone);
    }
  }
  REQUIRE(index.size() == calls.size());
  for (int turn = 0; turn < 200; ++turn) {
    CallFilter f;
    if (below(3) == 0) f.models = {one_of({"a", "b", "x", "nobody"})};
    if (below(3) == 0) f.providers = {one_of({"p", "q"})};
    if (below(4) == 0) f.labels = {"l1", one_of({"l1", "l2", "l9"})};
    if (below(4) == 0) f.failed = below(2) == 0;
    if (below(4) == 0) f.has_tools = below(2) == 0;
    if (below(4) == 0) f.from = below(1000);
    if (below(4) == 0) f.before = below(1000);
    if (below(4) == 0) f.turns_min = below(4);
    if (below(4) == 0) f.tokens_from = below(100);
    if (below(5) == 0) f.session = one_of({"s1", "s2", "s3"});
    if (below(4) == 0) f.words = one_of({"early", "castle early", "queens e4", "e4"});
    if (below(5) == 0) f.system_words = one_of({"coach", "brief", "a coach"});
    // Page by page, of any size; words are the caller's to look at.
    std::vector<std::uint64_t> found;
    std::optional<CallIndex::Place> after;
    const std::size_t limit = 1 + below(300);
    for (bool more = true; more;) {
      const auto page = index.newest(f, after, limit);
      for (const std::uint64_t number : page.numbers) {
        after = CallIndex::Place{calls.at(number).time, number};
        if (has_words_of(calls.at(number), f)) found.push_back(number);
      }
      more = page.numbers.size() == limit;
      if (!f.has_words()) CHECK(page.total == index.count(f));
    }
    CHECK(index.newest(f, std::nullopt, 0).numbers.empty());
    auto all = index.numbers(f);
    std::erase_if(all, [&](std::uint64_t number) { return !has_words_of(calls.at(number), f); });
    std::ranges::reverse(all);
    CHECK(all == found);
    std::vector<std::uint64_t> wanted;
    for (const auto& [number, call] : calls) {
      if (matches_slowly(call, f)) wanted.push_back(number);
    }
    const auto newest_first = [&](std::uint64_t a, std::uint64_t b) {
      return calls[a].time != calls[b].time ? calls[a].time > calls[b].time : a > b;
    };
    std::ranges::sort(wanted, newest_first);
    REQUIRE(found == wanted);
    if (f.has_words()) continue;
    const Facets facets = index.facets(f);
    CHECK(facets.total == wanted.size());
    CHECK(index.count(f) == wanted.size());
    CallFilter without = f;
    without.models.clear();
    for (const FacetCount& model : facets.models)
      CHECK(model.count == static_cast<std::uint64_t>(std::ranges::count_if(calls, [&](const auto& entry) {
              return entry.second.model == model.value && matches_slowly(entry.second, without);
            })));
    std::uint64_t in_buckets = 0;
    for (const auto& [time, count] : facets.times) in_buckets += count;
    CHECK(in_buckets == facets.total);
  }
}
