#pragma once

#include <type_traits>

#include "kernels/base/math_policy.hpp"
#include "kernels/base/polynomial.hpp"

// For which arguments a neuron type calls functions, which says what may compute them:
// a functor's `Range`.

namespace nengine::kernels {

/// Types that call no function of the library.
struct NoFunctions {
    template <class Real, class Visit>
    static void visit(MathPolicy, const Visit& visit) {
        visit(LibraryMath<Real>{});
    }
};

/// exp, expm1 and log1p over their whole range: rate curves.
struct WholeRange {
    template <class Real, class Visit>
    static void visit(MathPolicy math, const Visit& visit) {
        if constexpr (std::is_same_v<Real, float>) {
            if (math.degree > 0) {
                return visit(FullRangeMath{});
            }
        }
        visit(LibraryMath<Real>{});
    }
};

/// expm1 and log1p of at most dt / time_constant (NeuronDescription): polynomials of
/// the degree that the policy names, or more.
struct BoundedRange {
    template <class Real, class Visit>
    static void visit(MathPolicy math, const Visit& visit) {
        if constexpr (std::is_same_v<Real, float>) {
            if (math.degree > 0) {
                return math.degree <= 4   ? visit(TaylorMath<4>{})
                       : math.degree <= 6 ? visit(TaylorMath<6>{})
                                          : visit(TaylorMath<8>{});
            }
        }
        visit(LibraryMath<Real>{});
    }
};

}  // namespace nengine::kernels
