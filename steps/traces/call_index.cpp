#include "steps/traces/call_index.hpp"

#include <xxhash.h>

#include <algorithm>
#include <set>

namespace steps::traces {
namespace {

enum Flag : std::uint8_t { failed = 1, has_tools = 2, has_output = 4, erased = 8 };
constexpr std::uint64_t text_seed = 1;
constexpr std::uint64_t system_seed = 2;
constexpr unsigned bits_a_word = 3;

std::uint64_t hash_of(std::string_view text) {
  return text.empty() ? 0 : XXH3_64bits(text.data(), text.size()) | 1U;
}

bool is_letter(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

// Calls on_word(word) for each.
template <class OnWord>
void each_word(std::string_view text, OnWord on_word) {
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) on_word(std::string_view(word));
    word.clear();
  };
  for (std::size_t i = 0; i < text.size();) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c >= 'A' && c <= 'Z') c = static_cast<unsigned char>(c - 'A' + 'a');
    if (c < 0x80) {
      if (is_letter(c)) word += static_cast<char>(c);
      if (!is_letter(c)) end_word();
      ++i;
      continue;
    }
    end_word();
    std::size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    on_word(text.substr(i, end - i));
    i = end;
  }
  end_word();
}

bool holds(std::string_view text, std::string_view words) {
  if (words.empty()) return true;
  std::set<std::string, std::less<>> wanted;
  each_word(words, [&](std::string_view word) { wanted.emplace(word); });
  each_word(text, [&](std::string_view word) {
    if (const auto found = wanted.find(word); found != wanted.end()) wanted.erase(found);
  });
  return wanted.empty();
}

// Widths that people read: from a minute on.
std::int64_t bucket_for(std::int64_t span) {
  constexpr std::int64_t minute = 60'000'000;
  for (const std::int64_t minutes : {1, 5, 15, 60, 180, 360, 720, 1440, 10'080, 43'200, 525'600}) {
    if (span / (minutes * minute) < static_cast<std::int64_t>(facet_buckets_max)) return minutes * minute;
  }
  return span / static_cast<std::int64_t>(facet_buckets_max - 1) + 1;
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
  return holds(summary.text, filter.words) && holds(summary.system, filter.system_words);
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
    sign(signature_, filter.words, text_seed);
    sign(signature_, filter.system_words, system_seed);
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
    for (std::size_t i = 0; i < signature_words; ++i) {
      if ((row.signature[i] & signature_[i]) != signature_[i]) return true;
    }
    return false;
  }

  const CallIndex& index_;
  const CallFilter& filter_;
  std::vector<std::uint32_t> models_, providers_, dialects_, labels_;
  std::uint64_t session_ = 0;
  Signature signature_{};
};

void CallIndex::sign(Signature& signature, std::string_view text, std::uint64_t seed) {
  each_word(text, [&](std::string_view word) {
    std::uint64_t bits = XXH3_64bits_withSeed(word.data(), word.size(), seed);
    for (unsigned i = 0; i < bits_a_word; ++i, bits >>= 9U) {
      const auto bit = static_cast<unsigned>(bits & 511U);
      signature[bit / 64] |= std::uint64_t{1} << (bit % 64);
    }
  });
}

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
  sign(row.signature, summary.text, text_seed);
  sign(row.signature, summary.system, system_seed);
  if (rows_.empty() || rows_.back().number < row.number) {
    order_.push_back(static_cast<std::uint32_t>(rows_.size()));
    rows_.push_back(row);
    return;
  }
  const std::size_t at = slot(row.number);
  if (at == rows_.size()) return;  // numbers only grow: a row between others has been erased
  if ((rows_[at].flags & erased) != 0) return;
  if (rows_[at].time != row.time) sorted_ = 0;
  rows_[at] = row;
}

void CallIndex::erase(std::uint64_t number) {
  const std::size_t at = slot(number);
  if (at == rows_.size() || (rows_[at].flags & erased) != 0) return;
  rows_[at].flags |= erased;
  ++erased_;
  if (erased_ > 1024 && erased_ * 2 > rows_.size()) compact();
}

void CallIndex::compact() {
  std::erase_if(rows_, [](const Row& row) { return (row.flags & erased) != 0; });
  erased_ = 0;
  sorted_ = 0;
  order_.resize(rows_.size());
  for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = static_cast<std::uint32_t>(i);
}

void CallIndex::sort() {
  const auto earlier = [this](std::uint32_t a, std::uint32_t b) {
    return rows_[a].time != rows_[b].time ? rows_[a].time < rows_[b].time : rows_[a].number < rows_[b].number;
  };
  const auto middle = order_.begin() + static_cast<std::ptrdiff_t>(sorted_);
  std::sort(middle, order_.end(), earlier);
  if (sorted_ > 0 && sorted_ < order_.size() && earlier(*middle, *(middle - 1))) {
    std::vector<std::uint32_t> merged;
    merged.reserve(order_.size());
    std::merge(order_.begin(), middle, middle, order_.end(), std::back_inserter(merged), earlier);
    order_ = std::move(merged);
  }
  sorted_ = order_.size();
}

void CallIndex::find(const CallFilter& filter, std::optional<Place> after,
                     const std::function<bool(std::uint64_t)>& on_call) const {
  const Test test(*this, filter);
  std::size_t end = order_.size();
  if (after) {
    const auto before_it = [&](std::uint32_t slot, const Place& place) {
      const Row& row = rows_[slot];
      return row.time != place.time ? row.time < place.time : row.number < place.number;
    };
    end = static_cast<std::size_t>(std::lower_bound(order_.begin(), order_.end(), *after, before_it) -
                                   order_.begin());
  }
  while (end-- > 0) {
    const Row& row = rows_[order_[end]];
    if (test.failing(row) == Test::none && !on_call(row.number)) return;
  }
}

std::uint64_t CallIndex::count(const CallFilter& filter) const {
  const Test test(*this, filter);
  return static_cast<std::uint64_t>(
      std::ranges::count_if(rows_, [&](const Row& row) { return test.failing(row) == Test::none; }));
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
  const auto [first, last] = std::ranges::minmax(times);
  facets.bucket = bucket_for(last - first);
  for (const std::int64_t time : times)
    ++facets.times[time - ((time % facets.bucket) + facets.bucket) % facets.bucket];
  return facets;
}

}  // namespace steps::traces
