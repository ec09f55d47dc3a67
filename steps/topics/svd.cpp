#include "steps/topics/svd.hpp"

#include <algorithm>
#include <numeric>

#include "steps/topics/rng.hpp"

namespace steps::topics {
namespace {

// A * right.
Matrix multiply(const SparseRows& rows, const Matrix& right) {
  Matrix out(rows.rows(), right.cols);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    for (std::size_t at = rows.offsets[row]; at < rows.offsets[row + 1]; ++at) {
      add_scaled(out.row(row), rows.values[at], right.row(rows.columns[at]));
    }
  }
  return out;
}

// A^T * right.
Matrix multiply_transposed(const SparseRows& rows, const Matrix& right) {
  Matrix out(rows.cols, right.cols);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    for (std::size_t at = rows.offsets[row]; at < rows.offsets[row + 1]; ++at) {
      add_scaled(out.row(rows.columns[at]), rows.values[at], right.row(row));
    }
  }
  return out;
}

using Square = std::vector<double>;  // size x size, row-major

// M^T * M.
Square gram(const Matrix& matrix) {
  const std::size_t size = matrix.cols;
  Square out(size * size);
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    const float* values = matrix.values.data() + row * size;
    for (std::size_t i = 0; i < size; ++i) {
      const auto left = static_cast<double>(values[i]);
      if (left == 0) continue;
      double* target = out.data() + i * size;
      for (std::size_t j = i; j < size; ++j) target[j] += left * static_cast<double>(values[j]);
    }
  }
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < i; ++j) out[i * size + j] = out[j * size + i];
  }
  return out;
}

// One Cholesky QR step: columns become orthonormal; one that depends on those before it becomes zero.
void cholesky_orthonormalise(Matrix& matrix) {
  const std::size_t size = matrix.cols;
  Square upper = gram(matrix);
  std::vector<double> inverse(size);
  for (std::size_t i = 0; i < size; ++i) {
    const double before = upper[i * size + i];
    double pivot = before;
    for (std::size_t k = 0; k < i; ++k) pivot -= upper[k * size + i] * upper[k * size + i];
    const bool independent = pivot > 1e-9 * before && pivot > 1e-24;
    inverse[i] = independent ? 1.0 / std::sqrt(pivot) : 0.0;
    for (std::size_t j = i; j < size; ++j) {
      double sum = upper[i * size + j];
      for (std::size_t k = 0; k < i; ++k) sum -= upper[k * size + i] * upper[k * size + j];
      upper[i * size + j] = independent ? sum * inverse[i] : 0.0;
    }
  }
  std::vector<double> solved(size);
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    float* values = matrix.values.data() + row * size;
    std::copy_n(values, size, solved.begin());
    for (std::size_t i = 0; i < size; ++i) {
      solved[i] *= inverse[i];
      for (std::size_t j = i + 1; j < size; ++j) solved[j] -= solved[i] * upper[i * size + j];
      values[i] = static_cast<float>(solved[i]);
    }
  }
}

// Twice is enough (Yamamoto, Nakatsukasa, Yanagisawa, Fukaya 2015, CholeskyQR2).
void orthonormalise(Matrix& matrix) {
  cholesky_orthonormalise(matrix);
  cholesky_orthonormalise(matrix);
}

// Cyclic Jacobi: `symmetric` ends diagonal, the columns of `vectors` are its eigenvectors.
void jacobi(Square& symmetric, Square& vectors, std::size_t size) {
  vectors.assign(size * size, 0);
  for (std::size_t i = 0; i < size; ++i) vectors[i * size + i] = 1;
  const auto rotate = [size](Square& rows, std::size_t p, std::size_t q, double cosine, double sine) {
    for (std::size_t k = 0; k < size; ++k) {
      const double left = rows[p * size + k];
      const double right = rows[q * size + k];
      rows[p * size + k] = cosine * left - sine * right;
      rows[q * size + k] = sine * left + cosine * right;
    }
  };
  for (int sweep = 0; sweep < 30; ++sweep) {
    double off = 0;
    double all = 0;
    for (std::size_t i = 0; i < size; ++i) {
      all += symmetric[i * size + i] * symmetric[i * size + i];
      for (std::size_t j = i + 1; j < size; ++j) off += symmetric[i * size + j] * symmetric[i * size + j];
    }
    if (off <= 1e-18 * all) break;
    for (std::size_t p = 0; p < size; ++p) {
      for (std::size_t q = p + 1; q < size; ++q) {
        const double value = symmetric[p * size + q];
        if (value * value <= 1e-30 * all) continue;
        const double theta = (symmetric[q * size + q] - symmetric[p * size + p]) / (2 * value);
        const double tangent = (theta >= 0 ? 1.0 : -1.0) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const double cosine = 1 / std::sqrt(tangent * tangent + 1);
        const double sine = tangent * cosine;
        rotate(symmetric, p, q, cosine, sine);
        for (std::size_t k = 0; k < size; ++k) {  // the same rotation from the right
          const double left = symmetric[k * size + p];
          const double right = symmetric[k * size + q];
          symmetric[k * size + p] = cosine * left - sine * right;
          symmetric[k * size + q] = sine * left + cosine * right;
        }
        rotate(vectors, p, q, cosine, sine);  // kept transposed: row i is eigenvector i
      }
    }
  }
}

// V = B^T * U * S^-1 for the `dims` largest singular values of B (given as its transpose, features x width).
Matrix right_singular_vectors(const Matrix& transposed, std::size_t dims) {
  const std::size_t width = transposed.cols;
  Square squares = gram(transposed);
  Square vectors;
  jacobi(squares, vectors, width);
  std::vector<std::size_t> order(width);
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](std::size_t left, std::size_t right) {
    return std::pair(-squares[left * width + left], left) < std::pair(-squares[right * width + right], right);
  });
  const double largest = width == 0 ? 0 : squares[order[0] * width + order[0]];
  std::size_t rank = 0;
  while (rank < std::min(dims, width) && squares[order[rank] * width + order[rank]] > 1e-8 * largest) ++rank;

  Matrix basis(transposed.rows, rank);
  std::vector<double> mix(width * rank);  // width x rank
  for (std::size_t dim = 0; dim < rank; ++dim) {
    const double scale = 1 / std::sqrt(squares[order[dim] * width + order[dim]]);
    for (std::size_t k = 0; k < width; ++k) mix[k * rank + dim] = vectors[order[dim] * width + k] * scale;
  }
  std::vector<double> sums(rank);
  for (std::size_t row = 0; row < transposed.rows; ++row) {
    std::ranges::fill(sums, 0.0);
    const auto source = transposed.row(row);
    for (std::size_t k = 0; k < width; ++k) {
      const auto value = static_cast<double>(source[k]);
      if (value == 0) continue;
      for (std::size_t dim = 0; dim < rank; ++dim) sums[dim] += value * mix[k * rank + dim];
    }
    for (std::size_t dim = 0; dim < rank; ++dim) basis.row(row)[dim] = static_cast<float>(sums[dim]);
  }
  return basis;
}

}  // namespace

Svd Svd::fit(const SparseRows& rows, const SvdOptions& options) {
  const std::size_t width = std::min({options.dims + options.oversample, rows.rows(), rows.cols});
  Svd svd;
  if (width == 0) return svd;
  Rng rng(options.seed);
  Matrix random(rows.cols, width);
  for (float& value : random.values) value = static_cast<float>(rng.normal());
  Matrix range = multiply(rows, random);
  for (std::size_t iteration = 0; iteration < options.power_iterations; ++iteration) {
    orthonormalise(range);
    range = multiply(rows, multiply_transposed(rows, range));
  }
  orthonormalise(range);
  svd.basis_ = right_singular_vectors(multiply_transposed(rows, range), options.dims);
  return svd;
}

void Svd::project(std::span<const std::uint32_t> columns, std::span<const float> values,
                  std::span<float> out) const {
  std::ranges::fill(out, 0.0F);
  for (std::size_t at = 0; at < columns.size(); ++at) add_scaled(out, values[at], basis_.row(columns[at]));
  normalise(out);
}

Matrix Svd::project(const SparseRows& rows) const {
  Matrix out(rows.rows(), dims());
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const std::size_t first = rows.offsets[row];
    const std::size_t count = rows.offsets[row + 1] - first;
    project(std::span(rows.columns).subspan(first, count), std::span(rows.values).subspan(first, count),
            out.row(row));
  }
  return out;
}

}  // namespace steps::topics
