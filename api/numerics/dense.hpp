#pragma once

#include <string>

#include "api/numerics/matrix.hpp"

namespace nengine {

// Dense products and factorisations in double precision for the builder, where one
// large system can take all of its time: packed and blocked, with AVX-512 where the
// processor has it, on all cores unless the caller runs in parallel already. Results do
// not depend on the number of threads.

/// A'A for A [m, n]: symmetric, [n, n]; half of the work of a product.
Matrix gram_of(const Matrix& A);

/// A'B for A [m, n], B [m, d]: [n, d].
Matrix transposed_product(const Matrix& A, const Matrix& B);

/// AB for A [m, n], B [n, d]: [m, d].
Matrix product(const Matrix& A, const Matrix& B);

/// AB' for A [m, n], B [d, n]: [m, d].
Matrix product_with_transposed(const Matrix& A, const Matrix& B);

/// X of G X = B, by Cholesky's factorisation.
/// @param G      symmetric and positive definite, [n, n]; its lower half is read
/// @param B      right-hand sides, [n, d]
/// @param owner  whose equations they are, for the message
/// @throws BuildError  if G is not positive definite
Matrix solve_positive_definite(Matrix G, Matrix B, const std::string& owner);

}  // namespace nengine
