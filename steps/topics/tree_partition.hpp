// The best way to cut a tree of merges into groups when every group has a score of its own: each branch is
// cut as deep as it pays, unlike a cut at one height. Dynamic programming over the tree (as Heller and
// Ghahramani 2005 read a Bayesian hierarchical clustering). Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "steps/topics/linkage.hpp"

namespace steps::topics {

// What the given leaves are worth as one group; scores of disjoint groups add up.
using GroupScore = std::function<double(std::span<const std::uint32_t> leaves)>;

struct Partition {
  std::vector<std::uint32_t> group_of;  // by leaf, numbered without gaps
  std::size_t groups = 0;               // those of fewer than rows_min leaves included
};

class TreePartitions {
 public:
  // A group with fewer than `rows_min` leaves counts for no group; the caller gives it to others.
  // Cost: the score of every node, O(n * depth of the tree) leaves in all, and O(n * groups_max^2).
  TreePartitions(std::span<const Merge> merges, std::size_t leaves, const GroupScore& score,
                 std::size_t groups_max, std::size_t rows_min);

  // Whether some partition has just so many groups of `rows_min` leaves and more.
  [[nodiscard]] bool possible(std::size_t groups) const;

  // The partition of `groups` such groups with the highest score; possible(groups) must hold.
  [[nodiscard]] Partition best(std::size_t groups) const;

 private:
  struct Choice {
    double score = 0;
    std::int32_t left_groups = 0;  // -1: the node is one group
  };
  // Leaves in the order in which the tree draws them, so that the leaves of every node lie side by side.
  void lay_out();
  void decide(std::size_t node, const GroupScore& score, std::size_t groups_max);

  std::vector<Merge> merges_;
  std::size_t leaves_;
  std::size_t rows_min_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> first_;  // by node: where its leaves begin in order_
  std::vector<std::uint32_t> size_;
  std::vector<std::vector<Choice>> choices_;  // by node, then by number of large groups
};

}  // namespace steps::topics
