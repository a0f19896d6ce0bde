#pragma once

#include "kernels/base/macros.hpp"

namespace nengine::kernels {

/// (p - t)^2, and 2 (p - t), its derivative by p
template <class Real>
struct SquaredError {
    NENGINE_HD static Real value(Real prediction, Real target) {
        const Real error = prediction - target;
        return error * error;
    }
    NENGINE_HD static Real derivative(Real prediction, Real target) {
        return Real(2) * (prediction - target);
    }
};

}  // namespace nengine::kernels
