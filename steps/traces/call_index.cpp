#include "steps/traces/call_index.hpp"

#include <xxhash.h>

#include <algorithm>
#include <ranges>
#include <utility>

namespace steps::traces {
namespace {

enum Flag : std::uint8_t { failed = 1, has_tools = 2, has_output = 4, erased = 8 };
constexpr std::size_t unused_min = 65'536;  // of signatures, before they are worth a cleaning
std::uint64_t hash_of(std::string_view text) {
  return text.empty() ? 0 : XXH3_64bits(text.data(), text.size()) | 1U;
}

// Widths that people read: from a minute on.
std::int64_t bucket_for(std::int64_t span) {
  constexpr std::int64_t minute = 60'000'000;
  for (const std::int64_t minutes : {1, 5, 15, 60, 180, 360, 720, 1440, 10'080, 43'200, 525'600}) {
    if (span / (minutes * minute) < static_cast<std::int64_t>(facet_buckets_max)) return minutes * minute;
  }
  return span / static_cast<std::int64_t>(facet_buckets_max - 1) + 1;
}

void count_times(const std::vector<std::int64_t>& times, Facets& facets) {
  const auto [first, last] = std::ranges::minmax(times);
  facets.bucket = bucket_for(last - first);
  const std::int64_t begin = first - ((first % facets.bucket) + facets.bucket) % facets.bucket;
  std::vector<std::uint64_t> counts(static_cast<std::size_t>((last - begin) / facets.bucket) + 1);
  for (const std::int64_t time : times) ++counts[static_cast<std::size_t>((time - begin) / facets.bucket)];
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] != 0) facets.times[begin + static_cast<std::int64_t>(i) * facets.bucket] = counts[i];
  }
}

std::vector<FacetCount> most(const std::vector<std::uint64_t>& counts,
                             const std::vector<std::string>& texts) {
  std::vector<FacetCount> values;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] != 0) values.push_back({texts[i], counts[i]});
  }
  std::ranges::sort(values, more_first);
  if (values.size() > facet_values_max) values.resize(facet_values_max);
  return values;
}

}  // namespace

bool more_first(const FacetCount& a, const FacetCount& b) {
  return a.count != b.count ? a.count > b.count : a.value < b.value;
}

bool has_words_of(const CallSummary& summary, const CallFilter& filter) {
  return has_all_words(summary.text, filter.words) && has_all_words(summary.system, filter.system_words);
}

// A filter in the numbers of an index.
class CallIndex::Test {
 public:
  enum Kind : unsigned { none = 0, model = 1, provider = 2, dialect = 4, label = 8, status = 16, other = 32 };

  Test(const CallIndex& index, const CallFilter& filter) : index_(index), filter_(filter) {
    models_ = ids(filter.models);
    providers_ = ids(filter.providers);
    dialects_ = ids(filter.dialects);
    labels_ = ids(filter.labels);
    session_ = hash_of(filter.session);
    words_ = word_hashes(filter.words);
    if (filter.system_words.empty()) return;
    const auto wanted = word_hashes(filter.system_words);
    for (const System& system : index.systems_)
      systems_.push_back(index.signatures_.may_have(system.words, wanted));
  }

  // Which kinds of conditions a row fails.
  [[nodiscard]] unsigned failing(const Row& row) const {
    unsigned kinds = fails_other(row) ? other : none;
    if (!filter_.models.empty() && !among(row.model, models_)) kinds |= model;
    if (!filter_.providers.empty() && !among(row.provider, providers_)) kinds |= provider;
    if (!filter_.dialects.empty() && !among(row.dialect, dialects_)) kinds |= dialect;
    if (filter_.failed && *filter_.failed != ((row.flags & failed) != 0)) kinds |= status;
    if (!filter_.labels.empty() && !has_labels(row)) kinds |= label;
    return kinds;
  }

 private:
  static constexpr std::uint32_t unknown = UINT32_MAX;

  std::vector<std::uint32_t> ids(const std::vector<std::string>& texts) const {
    std::vector<std::uint32_t> found;
    for (const std::string& text : texts) {
      const auto id = index_.names_.find(text);
      found.push_back(id == index_.names_.end() ? unknown : id->second);
    }
    return found;
  }
  static bool among(std::uint32_t id, const std::vector<std::uint32_t>& wanted) {
    return std::ranges::find(wanted, id) != wanted.end();
  }
  [[nodiscard]] bool has_labels(const Row& row) const {
    const auto& has = index_.labels_[row.labels];
    return std::ranges::all_of(labels_, [&](std::uint32_t wanted) { return among(wanted, has); });
  }
  [[nodiscard]] bool fails_other(const Row& row) const {
    if ((row.flags & erased) != 0 || row.sequence <= filter_.after_sequence) return true;
    if (filter_.from && row.time < *filter_.from) return true;
    if (filter_.before && row.time >= *filter_.before) return true;
    if (row.turns < filter_.turns_min) return true;
    if (filter_.tokens_from && row.tokens < *filter_.tokens_from) return true;
    if (filter_.tokens_before && row.tokens >= *filter_.tokens_before) return true;
    if (filter_.has_tools && *filter_.has_tools != ((row.flags & has_tools) != 0)) return true;
    if (filter_.has_output && *filter_.has_output != ((row.flags & has_output) != 0)) return true;
    if (session_ != 0 && row.session != session_ && row.thread != session_ && row.run != session_)
      return true;
    if (!systems_.empty() && !systems_[row.system]) return true;
    return !words_.empty() && !index_.signatures_.may_have(row.words, words_);
  }

  const CallIndex& index_;
  const CallFilter& filter_;
  std::vector<std::uint32_t> models_, providers_, dialects_, labels_;
  std::uint64_t session_ = 0;
  std::vector<std::uint64_t> words_;
  std::vector<bool> systems_;  // which may have the words; empty: all will do
};

std::uint32_t CallIndex::name(std::string_view text) {
  const auto [found, added] =
      names_.try_emplace(std::string(text), static_cast<std::uint32_t>(texts_.size()));
  if (added) texts_.emplace_back(text);
  return found->second;
}

std::uint32_t CallIndex::label_set(const std::vector<std::string>& labels) {
  std::vector<std::uint32_t> ids;
  ids.reserve(labels.size());
  for (const std::string& label : labels) ids.push_back(name(label));
  std::ranges::sort(ids);
  const auto [found, added] = label_sets_.try_emplace(ids, static_cast<std::uint32_t>(labels_.size()));
  if (added) labels_.push_back(ids);
  return found->second;
}

std::uint32_t CallIndex::system(std::string_view text) {
  const std::uint64_t hash = hash_of(text);
  const auto [found, added] = system_of_.try_emplace(hash, static_cast<std::uint32_t>(systems_.size()));
  if (added) systems_.push_back({hash, signatures_.add(text)});
  return found->second;
}

std::size_t CallIndex::slot(std::uint64_t number) const {
  const auto found = std::ranges::lower_bound(rows_, number, {}, &Row::number);
  return found != rows_.end() && found->number == number ? static_cast<std::size_t>(found - rows_.begin())
                                                         : rows_.size();
}

void CallIndex::put(const CallSummary& summary) {
  Row row;
  row.number = summary.number;
  row.sequence = summary.sequence;
  row.time = summary.time;
  row.session = hash_of(summary.session);
  row.thread = hash_of(summary.thread);
  row.run = hash_of(summary.run);
  row.tokens = summary.tokens_in.value_or(0) + summary.tokens_out.value_or(0);
  row.model = name(summary.model);
  row.provider = name(summary.provider);
  row.dialect = name(summary.dialect);
  row.labels = label_set(summary.labels);
  row.turns = summary.turns;
  row.flags = static_cast<std::uint8_t>((summary.failed ? failed : 0) | (summary.has_tools ? has_tools : 0) |
                                        (summary.has_output ? has_output : 0));
  row.system = system(summary.system);
  row.words = signatures_.add(summary.text);
  if (rows_.empty() || rows_.back().number < row.number) {
    rows_.push_back(row);
    return;
  }
  const std::size_t at = slot(row.number);
  // Numbers only grow: a row between others has been erased.
  const bool is_kept = at < rows_.size() && (rows_[at].flags & erased) == 0;
  unused_ += is_kept ? rows_[at].words.size : row.words.size;
  if (is_kept) rows_[at] = row;
  if (unused_ > unused_min && unused_ * 2 > signatures_.size()) compact();
}

void CallIndex::erase(std::uint64_t number) {
  const std::size_t at = slot(number);
  if (at == rows_.size() || (rows_[at].flags & erased) != 0) return;
  rows_[at].flags |= erased;
  unused_ += rows_[at].words.size;
  ++erased_;
  if (erased_ > 1024 && erased_ * 2 > rows_.size()) compact();
}

void CallIndex::compact() {
  std::erase_if(rows_, [](const Row& row) { return (row.flags & erased) != 0; });
  const WordSignatures old = std::exchange(signatures_, {});
  const std::vector<System> old_systems = std::exchange(systems_, {{}});
  system_of_ = {{0, 0}};
  for (Row& row : rows_) {
    row.words = signatures_.add(old, row.words);
    const System& system = old_systems[row.system];
    const auto [found, added] =
        system_of_.try_emplace(system.hash, static_cast<std::uint32_t>(systems_.size()));
    if (added) systems_.push_back({system.hash, signatures_.add(old, system.words)});
    row.system = found->second;
  }
  erased_ = 0;
  unused_ = 0;
}

CallIndex::Newest CallIndex::newest(const CallFilter& filter, std::optional<Place> after,
                                    std::size_t limit) const {
  const Test test(*this, filter);
  const auto is_newer = [](const Place& a, const Place& b) {
    return a.time != b.time ? a.time > b.time : a.number > b.number;
  };
  Newest found;
  std::vector<Place> places;  // a heap with the oldest in front
  // From the end, where the newest are about: most of the others are then older than all that are held.
  for (const Row& row : std::views::reverse(rows_)) {
    if (test.failing(row) != Test::none) continue;
    ++found.total;
    const Place place{row.time, row.number};
    if (limit == 0 || (after && !is_newer(*after, place))) continue;
    if (places.size() == limit) {
      if (!is_newer(place, places.front())) continue;
      std::ranges::pop_heap(places, is_newer);
      places.pop_back();
    }
    places.push_back(place);
    std::ranges::push_heap(places, is_newer);
  }
  std::ranges::sort_heap(places, is_newer);
  for (const Place& place : places) found.numbers.push_back(place.number);
  return found;
}

std::uint64_t CallIndex::count(const CallFilter& filter) const {
  const Test test(*this, filter);
  return static_cast<std::uint64_t>(
      std::ranges::count_if(rows_, [&](const Row& row) { return test.failing(row) == Test::none; }));
}

std::vector<std::uint64_t> CallIndex::numbers(const CallFilter& filter) const {
  auto found = newest(filter, std::nullopt, rows_.size()).numbers;
  std::ranges::reverse(found);
  return found;
}

Facets CallIndex::facets(const CallFilter& filter) const {
  const Test test(*this, filter);
  Facets facets;
  std::vector<std::uint64_t> models(texts_.size()), providers(texts_.size()), dialects(texts_.size()),
      labels(texts_.size());
  std::vector<std::int64_t> times;
  for (const Row& row : rows_) {
    if ((row.flags & erased) != 0) continue;
    facets.oldest = std::min(facets.oldest.value_or(row.time), row.time);
    facets.newest = std::max(facets.newest.value_or(row.time), row.time);
    const unsigned failing = test.failing(row);
    // Counted where it fails nothing, or nothing but the facet's own condition.
    if ((failing & ~Test::model) == 0) ++models[row.model];
    if ((failing & ~Test::provider) == 0) ++providers[row.provider];
    if ((failing & ~Test::dialect) == 0) ++dialects[row.dialect];
    if ((failing & ~Test::status) == 0) ++((row.flags & failed) != 0 ? facets.failed : facets.succeeded);
    // Labels are conditions that all must hold: under them the others are counted.
    if (failing != Test::none) continue;
    for (const std::uint32_t label : labels_[row.labels]) ++labels[label];
    ++facets.total;
    times.push_back(row.time);
  }
  facets.models = most(models, texts_);
  facets.providers = most(providers, texts_);
  facets.dialects = most(dialects, texts_);
  facets.labels = most(labels, texts_);
  if (times.empty()) return facets;
  count_times(times, facets);
  return facets;
}

}  // namespace steps::traces
