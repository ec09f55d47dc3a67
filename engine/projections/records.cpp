#include "engine/projections/records.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <set>

namespace engine {

namespace {
struct SortName {
  std::string_view name;
  RecordSort sort;
};
constexpr std::array sort_names{SortName{"id", RecordSort::id},
                                SortName{"position", RecordSort::id},
                                SortName{"line", RecordSort::line},
                                SortName{"topic", RecordSort::topic},
                                SortName{"confidence", RecordSort::confidence},
                                SortName{"tokens", RecordSort::tokens},
                                SortName{"length", RecordSort::length},
                                SortName{"code", RecordSort::code},
                                SortName{"score", RecordSort::score}};

// A topic and all below it.
std::set<std::uint32_t> with_descendants(const TopicTree& tree, std::uint32_t id) {
  std::set<std::uint32_t> ids{id};
  for (const Topic& topic : tree.topics) {  // parents come before children
    if (ids.contains(topic.parent) && topic.parent != 0) ids.insert(topic.id);
  }
  return ids;
}

// What a filter does not ask costs nothing: of a million rows, each is looked at.
class Matcher {
 public:
  Matcher(const DatasetState& state, const RecordFilter& filter)
      : state_(state),
        filter_(filter),
        by_verdict_(filter.valid || filter.code || filter.duplicate),
        by_origin_(filter.line || filter.source),
        by_score_(filter.score_lt || filter.score_gte),
        by_topic_(filter.topic || filter.confidence_lt || filter.confidence_gte) {
    if (filter.topic && *filter.topic != 0) topics_ = with_descendants(*state.topics, *filter.topic);
  }

  [[nodiscard]] bool operator()(const RecordRow& row) const {
    if ((row.flags & hidden) != 0) return false;
    if (by_verdict_ && !matches_verdict(row)) return false;
    if (by_topic_ && !matches_topic(row)) return false;
    if (by_origin_ && !matches_origin(row)) return false;
    return !by_score_ || matches_score(row);
  }

 private:
  static constexpr unsigned hidden = staged | deleted | erased;  // what is erased: in the past too

  [[nodiscard]] bool matches_verdict(const RecordRow& row) const {
    if (filter_.valid && row.valid() != *filter_.valid) return false;
    if (filter_.code && (row.is(unvalidated) || row.code != *filter_.code)) return false;
    return !filter_.duplicate || (row.duplicate_of != 0) == *filter_.duplicate;
  }
  [[nodiscard]] bool matches_origin(const RecordRow& row) const {
    if (filter_.line && row.line != *filter_.line) return false;
    return !filter_.source || state_.blocks[row.block].source == *filter_.source;
  }
  // A record that no dry run has scored has no score to compare.
  [[nodiscard]] bool matches_score(const RecordRow& row) const {
    if (row.score < 0) return false;
    if (filter_.score_lt && !(static_cast<double>(row.score) < *filter_.score_lt)) return false;
    return !filter_.score_gte || static_cast<double>(row.score) >= *filter_.score_gte;
  }
  [[nodiscard]] bool matches_topic(const RecordRow& row) const {
    if (filter_.topic && *filter_.topic == 0 && (row.topic != 0 || !row.valid())) return false;
    if (filter_.topic && *filter_.topic != 0 && !topics_.contains(row.topic)) return false;
    if ((filter_.confidence_lt || filter_.confidence_gte) && row.topic == 0) return false;
    if (filter_.confidence_lt && !(row.confidence < *filter_.confidence_lt)) return false;
    return !filter_.confidence_gte || row.confidence >= *filter_.confidence_gte;
  }

  const DatasetState& state_;
  const RecordFilter filter_;
  const bool by_verdict_;
  const bool by_origin_;
  const bool by_score_;
  const bool by_topic_;
  std::set<std::uint32_t> topics_;
};

// As an unsigned number of the same order.
std::uint32_t ordered(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return (bits & 0x8000'0000U) != 0 ? ~bits : bits | 0x8000'0000U;
}

template <RecordSort sort>
std::uint32_t key_of(const RecordRow& row, std::uint64_t number) {
  if constexpr (sort == RecordSort::line) return row.line;
  if constexpr (sort == RecordSort::topic) return row.topic;
  if constexpr (sort == RecordSort::confidence) return ordered(row.confidence);
  if constexpr (sort == RecordSort::tokens) return row.tokens;
  if constexpr (sort == RecordSort::length) return row.length;
  if constexpr (sort == RecordSort::code) return row.code;
  if constexpr (sort == RecordSort::score) return ordered(row.score);
  return static_cast<std::uint32_t>(number);
}

// Where a record stands in an order, as one number: the key above, the record's number (32 bits, as
// everywhere in the rows) below, so that ties go by number. Never 0.
template <RecordSort sort>
std::uint64_t rank_of(const RecordRow& row, std::uint64_t number, std::uint32_t flip) {
  return (static_cast<std::uint64_t>(key_of<sort>(row, number) ^ flip) << 32U) | number;
}

// The `size` lowest of the ranks it is shown, in a time that grows with those alone: twice as many are kept,
// and then the upper half is dropped.
class Lowest {
 public:
  // `bound`: a rank that is not among them.
  explicit Lowest(std::size_t size, std::uint64_t bound = UINT64_MAX) : size_(size), bound_(bound) {}

  void add(std::uint64_t rank) {
    if (rank < bound_) keep(rank);
  }
  std::vector<std::uint64_t> sorted() {
    cut();
    std::ranges::sort(ranks_);
    return std::move(ranks_);
  }

 private:
  static constexpr std::size_t room = 1024;

  [[gnu::noinline]] void keep(std::uint64_t rank) {
    ranks_.push_back(rank);
    if (ranks_.size() >= 2 * size_ + room) cut();
  }
  void cut() {
    if (ranks_.size() <= size_) return;
    const auto middle = ranks_.begin() + static_cast<std::ptrdiff_t>(size_);
    std::ranges::nth_element(ranks_, middle);
    bound_ = *middle;
    ranks_.resize(size_);
  }

  std::size_t size_;
  std::vector<std::uint64_t> ranks_;
  std::uint64_t bound_;  // what is not lower is not wanted
};

// A rank above the `size` lowest that `rank` gives, found by a look at some of the rows: where each row is
// better than all before it, nearly all would have to be kept for a while. A rank of 0 is none.
template <class Rank>
std::uint64_t bound_of(std::size_t rows, std::size_t size, const Rank& rank) {
  constexpr std::size_t looks = 4096;
  if (rows < 4 * looks) return UINT64_MAX;
  Lowest sample(size);
  for (std::size_t i = 0; i < looks; ++i) {
    if (const std::uint64_t found = rank(i * rows / looks); found != 0) sample.add(found);
  }
  const auto ranks = sample.sorted();
  return ranks.size() < size ? UINT64_MAX : ranks.back() + 1;
}

template <RecordSort sort>
RecordPage page_by(const DatasetState& state, const RecordFilter& filter, bool descending,
                   std::uint64_t after, std::size_t limit) {
  const Matcher matches(state, filter);
  const std::uint32_t flip = descending ? UINT32_MAX : 0;
  const RecordRow* last = state.record(RecordId(after));
  const std::uint64_t cursor = last == nullptr ? 0 : rank_of<sort>(*last, after, flip);
  Lowest lowest(limit + 1, bound_of(state.records.size(), limit + 1, [&](std::size_t i) {
                  const RecordRow& row = state.records[i];
                  const std::uint64_t rank = matches(row) ? rank_of<sort>(row, i + 1, flip) : 0;
                  return rank > cursor ? rank : 0;
                }));
  RecordPage page;
  std::uint64_t number = 0;
  state.records.for_each([&](const RecordRow& row) {
    ++number;
    if (!matches(row)) return;
    ++page.total;
    const std::uint64_t rank = rank_of<sort>(row, number, flip);
    if (rank > cursor) lowest.add(rank);
  });
  page.records = lowest.sorted();
  page.more = page.records.size() > limit;
  if (page.more) page.records.pop_back();
  for (std::uint64_t& record : page.records) record &= UINT32_MAX;
  return page;
}
}  // namespace

schemas::Result<RecordSort> record_sort_from(std::string_view name) {
  for (const SortName& known : sort_names) {
    if (known.name == name) return known.sort;
  }
  return schemas::fail(schemas::ErrorCode::invalid_argument,
                       "sort by id, line, topic, confidence, tokens, length, code or score",
                       "'" + std::string(name) + "'", "put a - before it for descending order", "sort");
}

RecordPage page_of(const DatasetState& state, const RecordFilter& filter, RecordSort sort, bool descending,
                   std::uint64_t after, std::size_t limit) {
  switch (sort) {
    case RecordSort::id:
      return page_by<RecordSort::id>(state, filter, descending, after, limit);
    case RecordSort::line:
      return page_by<RecordSort::line>(state, filter, descending, after, limit);
    case RecordSort::topic:
      return page_by<RecordSort::topic>(state, filter, descending, after, limit);
    case RecordSort::confidence:
      return page_by<RecordSort::confidence>(state, filter, descending, after, limit);
    case RecordSort::tokens:
      return page_by<RecordSort::tokens>(state, filter, descending, after, limit);
    case RecordSort::length:
      return page_by<RecordSort::length>(state, filter, descending, after, limit);
    case RecordSort::code:
      return page_by<RecordSort::code>(state, filter, descending, after, limit);
    case RecordSort::score:
      return page_by<RecordSort::score>(state, filter, descending, after, limit);
  }
  return {};
}

std::vector<std::uint64_t> matching(const DatasetState& state, const RecordFilter& filter) {
  const Matcher matches(state, filter);
  std::vector<std::uint64_t> numbers;
  std::uint64_t number = 0;
  state.records.for_each([&](const RecordRow& row) {
    ++number;
    if (matches(row)) numbers.push_back(number);
  });
  return numbers;
}

}  // namespace engine
