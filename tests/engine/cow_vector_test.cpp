#include "engine/cow_vector.hpp"

#include <catch2/catch.hpp>
#include <random>

using engine::CowVector;

namespace {
template <class Vector>
std::vector<int> contents(const Vector& vector) {
  return {vector.begin(), vector.end()};
}
}  // namespace

TEST_CASE("a copy stays as it was while the original is written to", "[engine][cow]") {
  CowVector<int, 4> original;
  for (int i = 0; i < 10; ++i) original.push_back(i);
  const auto copy = original;
  original.write(5) = 55;
  original.push_back(10);
  CHECK(contents(copy) == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(contents(original) == std::vector<int>{0, 1, 2, 3, 4, 55, 6, 7, 8, 9, 10});
}

TEST_CASE("a write clones the chunk it touches and shares the others", "[engine][cow]") {
  CowVector<int, 4> original;
  for (int i = 0; i < 12; ++i) original.push_back(i);
  const auto copy = original;
  original.write(5) = 55;
  CHECK(&original[0] == &copy[0]);
  CHECK(&original[4] != &copy[4]);
  CHECK(&original[8] == &copy[8]);
}

TEST_CASE("a write to a chunk that nobody else reads copies nothing", "[engine][cow]") {
  CowVector<int, 4> vector;
  vector.push_back(1);
  const int* before = &vector[0];
  vector.write(0) = 2;
  CHECK(&vector[0] == before);
}

TEST_CASE("random writes to many copies behave like plain vectors", "[engine][cow]") {
  std::mt19937 random(1);
  std::vector<std::pair<CowVector<int, 3>, std::vector<int>>> pairs(1);
  for (int i = 0; i < 5000; ++i) {
    auto& [cow, plain] = pairs[random() % pairs.size()];
    const auto kind = random() % 10;
    if (kind == 0 && pairs.size() < 8) {
      const auto copy = pairs[random() % pairs.size()];
      pairs.push_back(copy);
    } else if (kind < 6 || plain.empty()) {
      cow.push_back(i);
      plain.push_back(i);
    } else {
      const std::size_t at = random() % plain.size();
      cow.write(at) = plain[at] = i;
    }
  }
  for (const auto& [cow, plain] : pairs) REQUIRE(contents(cow) == plain);
}
