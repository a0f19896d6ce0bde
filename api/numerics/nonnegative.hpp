#pragma once

#include <string>

#include "api/numerics/matrix.hpp"

namespace nengine {

/// x >= 0 of least |A x - y|^2, by Lawson and Hanson's active sets (Solving Least
/// Squares Problems, 1974, chapter 23).
///
/// @param A      [m, n]
/// @param Y      right-hand sides, [m, d]; each is a problem of its own
/// @param owner  whose problem it is, for the message
/// @return       one x for each column of Y, [n, d]
/// @throws BuildError  if 3 n changes of the active set were not enough
Matrix solve_nonnegative(const Matrix& A, const Matrix& Y, const std::string& owner);

}  // namespace nengine
