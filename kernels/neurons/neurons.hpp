#pragma once

#include <type_traits>

#include "kernels/base/polynomial.hpp"
#include "kernels/neurons/lif.hpp"
#include "kernels/neurons/lif_rate.hpp"
#include "kernels/neurons/rectified_linear.hpp"
#include "kernels/neurons/sigmoid.hpp"
#include "kernels/neurons/soft_lif_rate.hpp"
#include "kernels/neurons/tanh.hpp"

// Every neuron type with the math policy that the plan chose: the one place that turns
// values into types.

namespace nengine {
namespace {

/// visit(LibraryMath or FullRangeMath)
template <class Real, class Visit>
void with_full_range(MathPolicy math, const Visit& visit) {
    if constexpr (std::is_same_v<Real, float>) {
        if (math.degree > 0) {
            return visit(FullRangeMath{});
        }
    }
    visit(LibraryMath<Real>{});
}

/// visit(Lif), with polynomials of the degree that the policy names, or more.
template <class Real, class Visit>
void with_lif(MathPolicy math, const Visit& visit) {
    if constexpr (std::is_same_v<Real, float>) {
        if (math.degree > 0) {
            return math.degree <= 4   ? visit(Lif<TaylorMath<4>>{})
                   : math.degree <= 6 ? visit(Lif<TaylorMath<6>>{})
                                      : visit(Lif<TaylorMath<8>>{});
        }
    }
    visit(Lif<LibraryMath<Real>>{});
}

/// visit(neuron) for a rate type.
template <class Real, class Visit>
void with_rate_neuron(NeuronType type, MathPolicy math, const Visit& visit) {
    if (type == NeuronType::rectified_linear) {
        return visit(RectifiedLinear<LibraryMath<Real>>{});
    }
    with_full_range<Real>(math, [&]<class Math>(Math) {
        switch (type) {
            case NeuronType::lif_rate:
                return visit(LifRate<Math>{});
            case NeuronType::soft_lif_rate:
                return visit(SoftLifRate<Math>{});
            case NeuronType::sigmoid:
                return visit(Sigmoid<Math>{});
            default:
                return visit(Tanh<Math>{});
        }
    });
}

/// visit(neuron) for any type.
template <class Real, class Visit>
void with_neuron(NeuronType type, MathPolicy math, const Visit& visit) {
    if (type == NeuronType::lif) {
        with_lif<Real>(math, visit);
    } else if (type == NeuronType::spiking_rectified_linear) {
        visit(SpikingRectifiedLinear<LibraryMath<Real>>{});
    } else {
        with_rate_neuron<Real>(type, math, visit);
    }
}

}  // namespace
}  // namespace nengine
