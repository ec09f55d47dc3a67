// Which group a text's words belong to, and the groups that several searches agree on.
#include "steps/topics/evidence.hpp"

#include <catch2/catch.hpp>

#include "steps/topics/consensus.hpp"
#include "steps/topics/rng.hpp"
#include "steps/topics/svd.hpp"
#include "tests/topics/corpus.hpp"

using namespace steps::topics;

namespace {

struct Made {
  std::vector<std::string> texts;
  std::vector<std::uint32_t> truth;
};

// Texts of eight words, five of them from the ten of their group and three from ten that all groups share.
Made of_groups(std::size_t groups, std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  Made made;
  const auto word = [&](std::size_t group) {
    return "w" + std::string(1, static_cast<char>('a' + group)) + "x" +
           std::string(1, static_cast<char>('a' + rng.below(10)));
  };
  for (std::size_t row = 0; row < groups * count; ++row) {
    const std::size_t group = row % groups;
    std::string text;
    for (int at = 0; at < 8; ++at) text += word(at < 5 ? group : groups) + " ";
    made.texts.push_back(text);
    made.truth.push_back(static_cast<std::uint32_t>(group));
  }
  return made;
}

}  // namespace

TEST_CASE("rows move to the group whose words they have, and stay where nothing is clearly better",
          "[steps][topics]") {
  const Made made = of_groups(4, 50, 3);
  const Vocabulary vocabulary = Vocabulary::fit(made.texts);
  const WordEvidence evidence(vocabulary, vocabulary.transform(made.texts));
  std::vector<std::uint32_t> group_of = made.truth;
  for (std::size_t row = 0; row < group_of.size(); row += 5) group_of[row] = (group_of[row] + 1) % 4;
  CHECK(corpus::ari(group_of, made.truth) < 0.7);
  evidence.settle(group_of, 4);
  CHECK(corpus::ari(group_of, made.truth) > 0.98);
  std::vector<std::uint32_t> again = group_of;
  evidence.settle(again, 4);
  CHECK(again == group_of);
  std::vector<std::uint32_t> moved_once = made.truth;
  moved_once[0] = 1;
  evidence.settle(moved_once, 4, 1e9);
  CHECK(moved_once[0] == 1);
}

TEST_CASE("what settles is worth more than what it began with", "[steps][topics]") {
  const Made made = of_groups(3, 40, 5);
  const Vocabulary vocabulary = Vocabulary::fit(made.texts);
  WordEvidence evidence(vocabulary, vocabulary.transform(made.texts));
  const auto score_of = [&](const std::vector<std::uint32_t>& group_of) {
    double score = 0;
    for (std::uint32_t group = 0; group < 3; ++group) {
      std::vector<std::uint32_t> rows;
      for (std::uint32_t row = 0; row < group_of.size(); ++row) {
        if (group_of[row] == group) rows.push_back(row);
      }
      if (!rows.empty()) score += evidence.group_score(rows);
    }
    return score;
  };
  for (const std::uint64_t seed : {1UL, 2UL, 3UL}) {
    Rng rng(seed);
    std::vector<std::uint32_t> group_of = made.truth;
    for (std::uint32_t& group : group_of) {
      if (rng.below(3) == 0) group = static_cast<std::uint32_t>(rng.below(3));
    }
    const double before = score_of(group_of);
    evidence.settle(group_of, 3);
    CHECK(score_of(group_of) > before);
  }
}

TEST_CASE("texts without words, one group and one row a group are left alone", "[steps][topics]") {
  const std::vector<std::string> texts{"", "???", "one two", "one two", "three four", "three four"};
  const Vocabulary vocabulary = Vocabulary::fit(texts);
  const WordEvidence evidence(vocabulary, vocabulary.transform(texts));
  for (const std::vector<std::uint32_t>& given :
       {std::vector<std::uint32_t>{0, 0, 0, 0, 0, 0}, std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5}}) {
    std::vector<std::uint32_t> group_of = given;
    evidence.settle(group_of, 6);
    CHECK(group_of == given);
  }
}

TEST_CASE("searches from other seeds agree on the groups that are there", "[steps][topics]") {
  const Made made = of_groups(6, 40, 9);
  const Vocabulary vocabulary = Vocabulary::fit(made.texts);
  const SparseRows words = vocabulary.transform(made.texts);
  WordEvidence evidence(vocabulary, words);
  ClusterOptions options;
  options.score = [&](std::span<const std::uint32_t> rows) { return evidence.group_score(rows); };
  std::vector<std::uint64_t> seeds;
  const RowsOfSeed rows_of = [&](std::uint64_t seed) {
    seeds.push_back(seed);
    SvdOptions space;
    space.dims = 20;
    space.seed = seed;
    return Svd::fit(words, space).project(words);
  };
  const auto found = cluster_by_consensus(rows_of, options);
  REQUIRE(found);
  CHECK(found->groups == 6);
  CHECK(found->centroids.rows == 6);
  CHECK(corpus::ari(found->group_of_row, made.truth) > 0.95);
  CHECK(seeds == std::vector<std::uint64_t>{1, 2, 3, 4, 5});
  options.topics_min = options.topics_max = 3;
  CHECK(cluster_by_consensus(rows_of, options)->groups == 3);
  options.topics_max = 2;
  CHECK(cluster_by_consensus(rows_of, options).error().code == schemas::ErrorCode::invalid_argument);
  options.topics_min = 2;
  int asked = 0;
  options.keep_going = [&](double progress) {
    CHECK(progress >= 0);
    CHECK(progress <= 1);
    return ++asked < 6;
  };
  CHECK(cluster_by_consensus(rows_of, options).error().code == schemas::ErrorCode::cancelled);
}
