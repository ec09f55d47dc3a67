// Products of dense matrices on OpenBLAS, one thread each: the same inputs give the same bytes.
#pragma once

#include "steps/topics/matrix.hpp"

namespace steps::topics {

// left * right^T: the dot product of every row with every row.
[[nodiscard]] Matrix dots(const Matrix& left, const Matrix& right);

// left^T * right.
[[nodiscard]] Matrix transposed_product(const Matrix& left, const Matrix& right);

}  // namespace steps::topics
