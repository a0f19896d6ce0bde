#pragma once

#include <cstdint>

#include "api/numerics/matrix.hpp"

namespace nengine {

/// How strongly decoders are held down, and when to stop.
struct ElasticNet {
    double l1 = 0.0;  ///< weight of sum|x|
    double l2 = 0.0;  ///< weight of |x|^2 / 2
    double tolerance = 1e-4;
    std::int64_t max_iter = 1000;
};

/// x of least 1/2 |y - A x|^2 + l1 sum|x| + l2 / 2 |x|^2 for each column y of Y, by
/// coordinate descent in cycles (Friedman, Hastie and Tibshirani, 2010). Stops after
/// the cycle in which no element changes by more than `tolerance` times the largest
/// one, if then the duality gap is below `tolerance |y|^2`, or after `max_iter` cycles.
///
/// @param A  [m, n]
/// @param Y  [m, d]
/// @return   [n, d]
Matrix solve_elastic_net(const Matrix& A, const Matrix& Y, const ElasticNet& net);

}  // namespace nengine
