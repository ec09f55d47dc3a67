#include "steps/topics/gemm.hpp"

#include <cblas.h>

#include <cassert>

namespace steps::topics {
namespace {

// Callers bring the threads; OpenBLAS's own would fight with them and change the order of sums.
const bool single_threaded = [] {
  openblas_set_num_threads(1);
  return true;
}();

int as_int(std::size_t size) {
  return static_cast<int>(size);
}

}  // namespace

Matrix dots(const Matrix& left, const Matrix& right) {
  assert(left.cols == right.cols && single_threaded);
  Matrix out(left.rows, right.rows);
  if (out.values.empty() || left.cols == 0) return out;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, as_int(left.rows), as_int(right.rows),
              as_int(left.cols), 1, left.values.data(), as_int(left.cols), right.values.data(),
              as_int(right.cols), 0, out.values.data(), as_int(right.rows));
  return out;
}

Matrix transposed_product(const Matrix& left, const Matrix& right) {
  assert(left.rows == right.rows);
  Matrix out(left.cols, right.cols);
  if (out.values.empty() || left.rows == 0) return out;
  cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, as_int(left.cols), as_int(right.cols),
              as_int(left.rows), 1, left.values.data(), as_int(left.cols), right.values.data(),
              as_int(right.cols), 0, out.values.data(), as_int(right.cols));
  return out;
}

}  // namespace steps::topics
