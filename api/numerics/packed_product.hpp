#pragma once

#include <Eigen/Core>

namespace nengine {

/// A matrix as it lies: element (p, i) at data[p * row + i * col].
struct Strided {
    const double* data;
    Eigen::Index row, col;
};

/// C += alpha A'B, the sums over the first axis of both.
struct PackedProduct {
    Eigen::Index m, n, k;
    Strided a;  ///< [k, m]
    Strided b;  ///< [k, n]
    double* c;  ///< [m, n], rows are contiguous and `c_row` apart
    Eigen::Index c_row;
    double alpha = 1.0;
    /// B is A: only the lower half of C is computed and written.
    bool symmetric = false;
};

/// On all cores if the product is worth it and the caller is not one of many threads.
/// An element's terms are summed in one order, whatever the number of threads.
void multiply(const PackedProduct& product);

}  // namespace nengine
