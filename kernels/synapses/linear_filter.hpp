#pragma once

#include "kernels/base/macros.hpp"

namespace nengine::kernels {

/// The matrices of a discrete linear filter of fixed order, stored one after the other:
/// A row by row, then B, C and, for filters that pass their input through, D.
template <int order>
struct FilterLayout {
    static constexpr int a = 0, b = order * order, c = b + order, d = c + order;

    /// A's element in row i, column j
    NENGINE_HD static constexpr int at(int i, int j) { return a + i * order + j; }
};

/// x = A x + B u
template <int order, class Real>
NENGINE_HD void advance_state(const Real* coefficient, Real u, Real* x) {
    using In = FilterLayout<order>;
    Real next[order];
    NENGINE_UNROLL
    for (int i = 0; i < order; ++i) {
        Real sum = coefficient[In::b + i] * u;
        NENGINE_UNROLL
        for (int j = 0; j < order; ++j) {
            sum += coefficient[In::at(i, j)] * x[j];
        }
        next[i] = sum;
    }
    NENGINE_UNROLL
    for (int i = 0; i < order; ++i) {
        x[i] = next[i];
    }
}

/// C x
template <int order, class Real>
NENGINE_HD Real read_state(const Real* coefficient, const Real* x) {
    Real sum = 0;
    NENGINE_UNROLL
    for (int i = 0; i < order; ++i) {
        sum += coefficient[FilterLayout<order>::c + i] * x[i];
    }
    return sum;
}

/// adjoint += C^T dy: what the output's gradient says of the state
template <int order, class Real>
NENGINE_HD void add_output_adjoint(const Real* coefficient, Real dy, Real* adjoint) {
    NENGINE_UNROLL
    for (int i = 0; i < order; ++i) {
        adjoint[i] += coefficient[FilterLayout<order>::c + i] * dy;
    }
}

/// B^T adjoint: what the state's gradient says of the input
template <int order, class Real>
NENGINE_HD Real input_adjoint(const Real* coefficient, const Real* adjoint) {
    Real sum = 0;
    NENGINE_UNROLL
    for (int i = 0; i < order; ++i) {
        sum += coefficient[FilterLayout<order>::b + i] * adjoint[i];
    }
    return sum;
}

/// adjoint = A^T adjoint: back over one step
template <int order, class Real>
NENGINE_HD void retreat_adjoint(const Real* coefficient, Real* adjoint) {
    Real before[order];
    NENGINE_UNROLL
    for (int j = 0; j < order; ++j) {
        Real sum = 0;
        NENGINE_UNROLL
        for (int i = 0; i < order; ++i) {
            sum += coefficient[FilterLayout<order>::at(i, j)] * adjoint[i];
        }
        before[j] = sum;
    }
    NENGINE_UNROLL
    for (int j = 0; j < order; ++j) {
        adjoint[j] = before[j];
    }
}

}  // namespace nengine::kernels
