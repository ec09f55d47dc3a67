#include "steps/topics/tree_partition.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace steps::topics {
namespace {

constexpr double impossible = -std::numeric_limits<double>::infinity();

}  // namespace

TreePartitions::TreePartitions(std::span<const Merge> merges, std::size_t leaves, const GroupScore& score,
                               std::size_t groups_max, std::size_t rows_min)
    : merges_(merges.begin(), merges.end()),
      leaves_(leaves),
      rows_min_(rows_min),
      choices_(leaves + merges.size()) {
  lay_out();
  for (std::size_t node = 0; node < choices_.size(); ++node) decide(node, score, groups_max);
}

void TreePartitions::lay_out() {
  const std::size_t nodes = leaves_ + merges_.size();
  order_.resize(leaves_);
  first_.resize(nodes);
  size_.assign(nodes, 1);
  for (std::size_t merge = 0; merge < merges_.size(); ++merge) {
    size_[leaves_ + merge] = size_[merges_[merge].left] + size_[merges_[merge].right];
  }
  for (std::size_t merge = merges_.size(); merge-- > 0;) {
    first_[merges_[merge].left] = first_[leaves_ + merge];
    first_[merges_[merge].right] = first_[leaves_ + merge] + size_[merges_[merge].left];
  }
  for (std::uint32_t leaf = 0; leaf < leaves_; ++leaf) order_[first_[leaf]] = leaf;
}

void TreePartitions::decide(std::size_t node, const GroupScore& score, std::size_t groups_max) {
  std::vector<Choice>& choices = choices_[node];
  const std::size_t most = std::min<std::size_t>(size_[node] / rows_min_, groups_max);
  choices.assign(most + 1, {impossible, 0});
  if (node >= leaves_) {
    const std::vector<Choice>& left = choices_[merges_[node - leaves_].left];
    const std::vector<Choice>& right = choices_[merges_[node - leaves_].right];
    for (std::size_t a = 0; a < left.size(); ++a) {
      for (std::size_t b = 0; b < right.size() && a + b <= most; ++b) {
        const double together = left[a].score + right[b].score;
        if (together > choices[a + b].score) choices[a + b] = {together, static_cast<std::int32_t>(a)};
      }
    }
  }
  const std::size_t counts_as = size_[node] >= rows_min_ ? 1 : 0;
  const double whole = score(std::span(order_).subspan(first_[node], size_[node]));
  if (whole >= choices[counts_as].score) choices[counts_as] = {whole, -1};
}

bool TreePartitions::possible(std::size_t groups) const {
  return groups < choices_.back().size() && choices_.back()[groups].score != impossible;
}

Partition TreePartitions::best(std::size_t groups) const {
  assert(possible(groups));
  Partition partition;
  partition.group_of.resize(leaves_);
  std::vector<std::pair<std::size_t, std::size_t>> open{{choices_.size() - 1, groups}};
  while (!open.empty()) {
    const auto [node, count] = open.back();
    open.pop_back();
    const Choice& choice = choices_[node][count];
    if (choice.left_groups >= 0) {
      const Merge& merge = merges_[node - leaves_];
      const auto left = static_cast<std::size_t>(choice.left_groups);
      open.emplace_back(merge.left, left);
      open.emplace_back(merge.right, count - left);
      continue;
    }
    for (std::uint32_t at = 0; at < size_[node]; ++at) {
      partition.group_of[order_[first_[node] + at]] = static_cast<std::uint32_t>(partition.groups);
    }
    ++partition.groups;
  }
  return partition;
}

}  // namespace steps::topics
