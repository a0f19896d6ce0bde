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

/// What is a loss by itself, and 1.
template <class Real>
struct PlainValue {
    NENGINE_HD static Real value(Real prediction, Real) { return prediction; }
    NENGINE_HD static Real derivative(Real, Real) { return Real(1); }
};

}  // namespace nengine::kernels
