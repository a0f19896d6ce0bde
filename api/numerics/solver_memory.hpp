#pragma once

#include <string>

#include "api/numerics/matrix.hpp"
#include "api/numerics/text.hpp"
#include "kernels/base/host_memory.hpp"

namespace nengine {

/// Refuses a Gram matrix [n, n] that would not fit, before it is made.
/// @throws MemoryError  naming the owner of the equations
inline void need_gram(Eigen::Index n, const std::string& owner) {
    kernels::need_host_memory(kernels::array_bytes({n, n}, sizeof(double)), [&] {
        return kernels::MemoryUse{owner, "a Gram matrix of shape " + shape_text({n, n}),
                                  "n_neurons or n_eval_points of its ensemble"};
    });
}

/// Refuses as many matrices of the size of the activities.
inline void need_copies(const Matrix& A, int copies, const std::string& owner) {
    const auto each = sizeof(double) * static_cast<std::size_t>(copies);
    kernels::need_host_memory(kernels::array_bytes({A.rows(), A.cols()}, each), [&] {
        return kernels::MemoryUse{
            owner,
            std::to_string(copies) + " more matrices of shape " +
                shape_text({A.rows(), A.cols()}) + " for its solver",
            "n_neurons or n_eval_points of its ensemble, or choose "
            "Cholesky"};
    });
}

}  // namespace nengine
