#include "engine/projections/records.hpp"

#include <algorithm>
#include <array>
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

class Matcher {
 public:
  Matcher(const DatasetState& state, const RecordFilter& filter) : state_(state), filter_(filter) {
    if (filter.topic && *filter.topic != 0) topics_ = with_descendants(*state.topics, *filter.topic);
  }

  [[nodiscard]] bool operator()(const RecordRow& row) const {
    if (!row.visible() || row.is(erased)) return false;  // what is erased is not shown in the past either
    if (filter_.valid && row.valid() != *filter_.valid) return false;
    if (filter_.code && (row.is(unvalidated) || row.code != *filter_.code)) return false;
    if (filter_.duplicate && (row.duplicate_of != 0) != *filter_.duplicate) return false;
    if (filter_.line && row.line != *filter_.line) return false;
    if (filter_.source && state_.blocks[row.block].source != *filter_.source) return false;
    return matches_score(row) && matches_topic(row);
  }

 private:
  // A record that no dry run has scored has no score to compare.
  [[nodiscard]] bool matches_score(const RecordRow& row) const {
    if (!filter_.score_lt && !filter_.score_gte) return true;
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
  const RecordFilter& filter_;
  std::set<std::uint32_t> topics_;
};

double key_of(const RecordRow& row, RecordSort sort) {
  switch (sort) {
    case RecordSort::id:
      return 0;
    case RecordSort::line:
      return row.line;
    case RecordSort::topic:
      return row.topic;
    case RecordSort::confidence:
      return row.confidence;
    case RecordSort::tokens:
      return row.tokens;
    case RecordSort::length:
      return row.length;
    case RecordSort::code:
      return row.code;
    case RecordSort::score:
      return static_cast<double>(row.score);
  }
  return 0;
}

struct Candidate {
  double key;
  std::uint64_t number;
};
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
  const Matcher matches(state, filter);
  const auto before = [&](const Candidate& a, const Candidate& b) {
    if (a.key != b.key) return descending ? a.key > b.key : a.key < b.key;
    return descending && sort == RecordSort::id ? a.number > b.number : a.number < b.number;
  };
  const RecordRow* last = state.record(RecordId(after));
  const Candidate cursor{last == nullptr ? 0 : key_of(*last, sort), after};
  RecordPage page;
  std::vector<Candidate> heap;  // the best limit + 1 so far, the worst on top
  for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
    const RecordRow& row = state.records[number - 1];
    if (!matches(row)) continue;
    ++page.total;
    const Candidate candidate{key_of(row, sort), number};
    if (last != nullptr && !before(cursor, candidate)) continue;
    if (heap.size() == limit + 1 && !before(candidate, heap.front())) continue;
    if (heap.size() == limit + 1) {
      std::ranges::pop_heap(heap, before);
      heap.pop_back();
    }
    heap.push_back(candidate);
    std::ranges::push_heap(heap, before);
  }
  std::ranges::sort_heap(heap, before);
  page.more = heap.size() > limit;
  if (page.more) heap.pop_back();
  for (const Candidate& candidate : heap) page.records.push_back(candidate.number);
  return page;
}

std::vector<std::uint64_t> matching(const DatasetState& state, const RecordFilter& filter) {
  const Matcher matches(state, filter);
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
    if (matches(state.records[number - 1])) numbers.push_back(number);
  }
  return numbers;
}

}  // namespace engine
