#include "steps/topics/cluster.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "steps/topics/linkage.hpp"
#include "steps/topics/rng.hpp"
#include "tests/topics/corpus.hpp"

using namespace steps::topics;
using schemas::ErrorCode;

namespace {

// `count` rows around each of `groups` random directions of 16 dimensions; row i belongs to group i % groups.
Matrix blobs(std::size_t groups, std::size_t count, double spread, std::uint64_t seed) {
  Rng rng(seed);
  Matrix centres(groups, 16);
  for (float& value : centres.values) value = static_cast<float>(rng.normal());
  Matrix rows(groups * count, 16);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    normalise(centres.row(row % groups));
    for (std::size_t at = 0; at < 16; ++at) {
      rows.row(row)[at] = centres.row(row % groups)[at] + static_cast<float>(spread * rng.normal());
    }
    normalise(rows.row(row));
  }
  return rows;
}

std::vector<std::uint32_t> truth(std::size_t groups, std::size_t rows) {
  std::vector<std::uint32_t> labels(rows);
  for (std::size_t row = 0; row < rows; ++row) labels[row] = static_cast<std::uint32_t>(row % groups);
  return labels;
}

Matrix equal_rows(std::size_t count) {
  Matrix rows(count, 3);
  for (std::size_t row = 0; row < count; ++row) rows.row(row)[1] = 1;
  return rows;
}

}  // namespace

TEST_CASE("the tree of three points merges the two nearest first", "[steps][topics]") {
  Matrix rows(3, 2);
  rows.values = {1, 0, 0, 1, 0.6F, 0.8F};
  for (const Linkage linkage : {Linkage::average, Linkage::ward}) {
    const std::vector<Merge> merges = link(rows, linkage);
    REQUIRE(merges.size() == 2);
    CHECK(std::set{merges[0].left, merges[0].right} == std::set<std::uint32_t>{1, 2});
    CHECK(std::set{merges[1].left, merges[1].right} == std::set<std::uint32_t>{0, 3});
    CHECK(merges[0].height <= merges[1].height);
    CHECK(cut(merges, 3, 2) == std::vector<std::uint32_t>{0, 1, 1});
  }
  CHECK(link(rows, Linkage::average)[1].height == Approx(0.7));  // the mean of 1 - 0.6 and 1 - 0
}

TEST_CASE("heights ascend and every cut has as many groups as asked for", "[steps][topics]") {
  const Matrix rows = blobs(5, 30, 0.3, 3);
  for (const Linkage linkage : {Linkage::average, Linkage::ward}) {
    const std::vector<Merge> merges = link(rows, linkage);
    for (std::size_t at = 1; at < merges.size(); ++at) CHECK(merges[at - 1].height <= merges[at].height);
    for (const std::size_t groups : {1UL, 2UL, 7UL, 150UL}) {
      const std::vector<std::uint32_t> group_of = cut(merges, rows.rows, groups);
      CHECK(std::set(group_of.begin(), group_of.end()).size() == groups);
    }
  }
}

TEST_CASE("the partition of a tree is the best one that an exhaustive search finds", "[steps][topics]") {
  const Matrix rows = blobs(3, 4, 0.6, 8);
  const std::vector<Merge> merges = link(rows, Linkage::average);
  // A score without structure: the best cut is then nothing but the best sum over the tree.
  const GroupScore score = [](std::span<const std::uint32_t> leaves) {
    std::uint64_t state = 17;
    std::set<std::uint32_t> sorted(leaves.begin(), leaves.end());
    for (const std::uint32_t leaf : sorted) state = state * 31 + leaf;
    return static_cast<double>(splitmix64(state) % 1000) - 500 * static_cast<double>(leaves.size() == 1);
  };
  std::vector<std::vector<std::uint32_t>> leaves_of(rows.rows + merges.size());
  std::vector<std::vector<double>> best(leaves_of.size(), std::vector<double>(rows.rows + 1, -1e18));
  for (std::uint32_t node = 0; node < leaves_of.size(); ++node) {
    if (node < rows.rows) {
      leaves_of[node] = {node};
    } else {
      const Merge& merge = merges[node - rows.rows];
      leaves_of[node] = leaves_of[merge.left];
      leaves_of[node].insert(leaves_of[node].end(), leaves_of[merge.right].begin(),
                             leaves_of[merge.right].end());
      for (std::size_t a = 1; a < rows.rows; ++a) {
        for (std::size_t b = 1; a + b <= rows.rows; ++b) {
          best[node][a + b] = std::max(best[node][a + b], best[merge.left][a] + best[merge.right][b]);
        }
      }
    }
    best[node][1] = score(leaves_of[node]);
  }
  const TreePartitions partitions(merges, rows.rows, score, rows.rows, 1);
  for (std::size_t groups = 1; groups <= rows.rows; ++groups) {
    REQUIRE(partitions.possible(groups));
    const Partition found = partitions.best(groups);
    REQUIRE(found.groups == groups);
    double total = 0;
    for (std::uint32_t group = 0; group < groups; ++group) {
      std::vector<std::uint32_t> members;
      for (std::uint32_t leaf = 0; leaf < rows.rows; ++leaf) {
        if (found.group_of[leaf] == group) members.push_back(leaf);
      }
      total += score(members);
    }
    CHECK(total == Approx(best.back()[groups]));
  }
  CHECK_FALSE(partitions.possible(rows.rows + 1));
}

TEST_CASE("the number of well separated groups is found", "[steps][topics]") {
  for (const std::size_t groups : {2UL, 3UL, 7UL, 12UL}) {
    const Matrix rows = blobs(groups, 40, 0.08, groups);
    const auto found = cluster(rows);
    REQUIRE(found);
    CHECK(found->groups == groups);
    CHECK(corpus::ari(found->group_of_row, truth(groups, rows.rows)) > 0.99);
    CHECK_FALSE(found->tried.empty());
  }
}

TEST_CASE("above the sample's size the other rows go to the nearest centre", "[steps][topics]") {
  const Matrix rows = blobs(5, 200, 0.1, 4);
  ClusterOptions options;
  options.sample_max = 100;
  const auto found = cluster(rows, options);
  REQUIRE(found);
  CHECK(found->groups == 5);
  CHECK(found->group_of_row.size() == rows.rows);
  CHECK(corpus::ari(found->group_of_row, truth(5, rows.rows)) > 0.98);
  options.seed = 2;
  CHECK(corpus::ari(cluster(rows, options)->group_of_row, truth(5, rows.rows)) > 0.98);
}

TEST_CASE("groups are numbered from the largest and the centres belong to them", "[steps][topics]") {
  Matrix rows = blobs(3, 30, 0.05, 6);
  for (std::size_t row = 0; row < 45; ++row) std::ranges::copy(rows.row(2), rows.row(row).begin());
  const auto found = cluster(rows);
  REQUIRE(found);
  std::vector<std::size_t> sizes(found->groups);
  for (const std::uint32_t group : found->group_of_row) ++sizes.at(group);
  for (std::size_t group = 1; group < sizes.size(); ++group) CHECK(sizes[group - 1] >= sizes[group]);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    const float own = dot(rows.row(row), found->centroids.row(found->group_of_row[row]));
    for (std::size_t group = 0; group < found->groups; ++group) {
      CHECK(dot(rows.row(row), found->centroids.row(group)) <= own + 1e-6F);
    }
  }
}

TEST_CASE("no rows and crossed bounds are refused with what was wanted", "[steps][topics]") {
  const auto none = cluster(Matrix{});
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::invalid_argument);
  CHECK(none.error().wanted == "at least one text to find topics in");
  ClusterOptions options;
  options.topics_min = 9;
  options.topics_max = 3;
  CHECK(cluster(equal_rows(4), options).error().code == ErrorCode::invalid_argument);
  options = {};
  options.depth = 6;
  CHECK(cluster(equal_rows(4), options).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("one row, equal rows, zero rows and fewer rows than topics make what groups they can",
          "[steps][topics]") {
  for (const std::size_t count : {1UL, 2UL, 50UL}) {
    const auto equal = cluster(equal_rows(count));
    REQUIRE(equal);
    CHECK(equal->groups == 1);
    CHECK(equal->group_of_row == std::vector<std::uint32_t>(count, 0));
  }
  const auto zero = cluster(Matrix(5, 3));
  REQUIRE(zero);
  CHECK(zero->groups == 1);
  CHECK(zero->group_of_row.size() == 5);
  ClusterOptions options;
  options.topics_min = 10;
  const auto few = cluster(blobs(3, 1, 0.1, 2), options);
  REQUIRE(few);
  CHECK(few->groups >= 1);
  CHECK(few->groups <= 3);
}

TEST_CASE("a row without features joins the largest group", "[steps][topics]") {
  Matrix rows = blobs(2, 30, 0.05, 5);
  std::ranges::fill(rows.row(7), 0.0F);
  const auto found = cluster(rows);
  REQUIRE(found);
  CHECK(found->groups == 2);
  CHECK(found->group_of_row[7] == 0);
}

TEST_CASE("bounds on the number of groups are kept", "[steps][topics]") {
  const Matrix rows = blobs(10, 30, 0.05, 12);
  ClusterOptions options;
  options.topics_max = 4;
  CHECK(cluster(rows, options)->groups <= 4);
  options.topics_min = 15;
  options.topics_max = 20;
  const auto many = cluster(rows, options);
  CHECK(many->groups >= 15);
  CHECK(many->groups <= 20);
}

TEST_CASE("a request to stop ends clustering", "[steps][topics]") {
  ClusterOptions options;
  options.keep_going = [](double) { return false; };
  CHECK(cluster(blobs(3, 20, 0.1, 1), options).error().code == ErrorCode::cancelled);
}

TEST_CASE("levels above the groups hold each of them exactly once", "[steps][topics]") {
  ClusterOptions options;
  options.depth = 3;
  const auto found = cluster(blobs(12, 30, 0.05, 21), options);
  REQUIRE(found);
  REQUIRE(found->parents.size() == 2);
  CHECK(found->parents[0].size() == found->groups);
  const std::set<std::uint32_t> middle(found->parents[0].begin(), found->parents[0].end());
  CHECK(found->parents[1].size() == middle.size());
  CHECK(middle.size() < found->groups);
  const std::set<std::uint32_t> top(found->parents[1].begin(), found->parents[1].end());
  CHECK(top.size() >= 2);
  CHECK(top.size() < middle.size());
}
