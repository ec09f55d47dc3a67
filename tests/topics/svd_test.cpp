#include "steps/topics/svd.hpp"

#include <catch2/catch.hpp>

#include "steps/topics/rng.hpp"

using namespace steps::topics;

namespace {

// rows = sum over `rank` of random outer products: exactly of that rank.
SparseRows of_rank(std::size_t rows, std::size_t cols, std::size_t rank) {
  Rng rng(11);
  std::vector<float> left(rows * rank);
  std::vector<float> right(cols * rank);
  for (float& value : left) value = static_cast<float>(rng.normal());
  for (float& value : right) value = static_cast<float>(rng.normal());
  SparseRows out;
  out.cols = cols;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t col = 0; col < cols; ++col) {
      float sum = 0;
      for (std::size_t k = 0; k < rank; ++k) sum += left[row * rank + k] * right[col * rank + k];
      out.columns.push_back(static_cast<std::uint32_t>(col));
      out.values.push_back(sum);
    }
    out.offsets.push_back(out.columns.size());
  }
  return out;
}

float cosine(const SparseRows& rows, std::size_t left, std::size_t right) {
  const std::span values(rows.values);
  const auto a = values.subspan(rows.offsets[left], rows.cols);
  const auto b = values.subspan(rows.offsets[right], rows.cols);
  return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
}

}  // namespace

TEST_CASE("the decomposition finds the rank and keeps all angles of a matrix of low rank",
          "[steps][topics]") {
  const SparseRows rows = of_rank(60, 40, 5);
  const Svd svd = Svd::fit(rows, {20, 8, 3, 1});
  REQUIRE(svd.dims() == 5);
  const Matrix projected = svd.project(rows);
  for (std::size_t row = 1; row < 60; ++row) {
    CHECK(dot(projected.row(row), projected.row(row)) == Approx(1).margin(1e-4));
    CHECK(dot(projected.row(0), projected.row(row)) == Approx(cosine(rows, 0, row)).margin(1e-3));
  }
}

TEST_CASE("the same seed gives the same bytes", "[steps][topics]") {
  const SparseRows rows = of_rank(50, 30, 20);
  const Matrix first = Svd::fit(rows, {10, 4, 2, 9}).project(rows);
  CHECK(first.values == Svd::fit(rows, {10, 4, 2, 9}).project(rows).values);
  CHECK(first.values != Svd::fit(rows, {10, 4, 2, 10}).project(rows).values);
}

TEST_CASE("empty and zero input have no dimensions", "[steps][topics]") {
  SparseRows rows;
  CHECK(Svd::fit(rows).dims() == 0);
  rows.cols = 4;
  rows.offsets = {0, 0, 0};
  const Svd svd = Svd::fit(rows);
  CHECK(svd.dims() == 0);
  CHECK(svd.project(rows).rows == 2);
}
