#include "steps/grade/draw_sample.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace steps::grade {

namespace {

// The finalizer of splitmix64 over both: every bit of either moves every bit of the result.
std::uint64_t mix(std::uint64_t seed, std::uint64_t record) {
  std::uint64_t word = seed * 0x9e3779b97f4a7c15U + record;
  for (int round = 0; round < 2; ++round) {
    word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9U;
    word = (word ^ (word >> 27U)) * 0x94d049bb133111ebU;
    word ^= word >> 31U;
  }
  return word;
}

struct Stratum {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> records;  // hash, record
  std::size_t take = 0;
  std::size_t remainder = 0;
  std::uint32_t topic = 0;
};

// Whole parts first, at least one each where there is room for all; then one each by largest remainder.
void share_out(std::map<std::uint32_t, Stratum>& strata, std::size_t size, std::size_t total) {
  const bool one_each = size >= strata.size();
  std::size_t given = 0;
  std::vector<Stratum*> order;
  for (auto& [topic, stratum] : strata) {
    const std::size_t exact = stratum.records.size() * size;
    stratum.topic = topic;
    stratum.take = std::max<std::size_t>(exact / total, one_each ? 1 : 0);
    stratum.remainder = exact / total == 0 && one_each ? 0 : exact % total;
    given += stratum.take;
    order.push_back(&stratum);
  }
  std::ranges::sort(order, {}, [](const Stratum* s) { return std::pair(~s->remainder, s->topic); });
  for (std::size_t i = 0; given < size; i = (i + 1) % order.size()) {
    if (order[i]->take < order[i]->records.size()) {
      ++order[i]->take;
      ++given;
    }
  }
  // One each for many small strata may be too many: the largest give way.
  std::ranges::sort(order, {}, [](const Stratum* s) { return std::pair(~s->take, s->topic); });
  for (std::size_t i = 0; given > size; i = (i + 1) % order.size()) {
    if (order[i]->take > 1) {
      --order[i]->take;
      --given;
    }
  }
}

}  // namespace

std::vector<std::uint64_t> draw_sample(std::span<const Candidate> candidates, std::size_t size,
                                       std::uint64_t seed) {
  std::vector<std::uint64_t> drawn;
  if (size >= candidates.size()) {
    for (const Candidate& candidate : candidates) drawn.push_back(candidate.record);
    std::sort(drawn.begin(), drawn.end());
    return drawn;
  }
  std::map<std::uint32_t, Stratum> strata;
  for (const Candidate& candidate : candidates)
    strata[candidate.topic].records.emplace_back(mix(seed, candidate.record), candidate.record);
  share_out(strata, size, candidates.size());
  for (auto& [topic, stratum] : strata) {
    const auto end = stratum.records.begin() + static_cast<std::ptrdiff_t>(stratum.take);
    std::nth_element(stratum.records.begin(), end, stratum.records.end());
    for (auto record = stratum.records.begin(); record != end; ++record) drawn.push_back(record->second);
  }
  std::sort(drawn.begin(), drawn.end());
  return drawn;
}

}  // namespace steps::grade
