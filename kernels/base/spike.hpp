#pragma once

#include <cmath>

#include "kernels/base/macros.hpp"

namespace nengine::kernels {

/// 1 where a neuron spikes, else 0: times a height it is the output, as a condition it
/// resets states. Keeps the number that decides, not a bool: loops over neurons become
/// vectors only if each choice has its comparison.
template <class Real, bool at_zero>
struct Spike {
    Real above;

    NENGINE_HD explicit operator bool() const {
        return at_zero ? above >= Real(0) : above > Real(0);
    }
    friend NENGINE_HD Real operator*(Real height, Spike spike) {
        return spike ? height : Real(0);
    }
};

/// Where spiking neurons say that they spike, and by how much above threshold: the one
/// place in their steps that has no derivative. Part of every math policy.
template <class Number>
struct SpikeMath {
    /// above > 0
    NENGINE_HD static Spike<Number, false> spike(Number above) { return {above}; }
    /// above >= 0
    NENGINE_HD static Spike<Number, true> spike_from(Number above) { return {above}; }
    /// The spikes of a voltage of which each whole unit is one, rounded down.
    NENGINE_HD static Number spikes(Number voltage) { return std::floor(voltage); }
    /// The same of either sign, rounded towards 0.
    NENGINE_HD static Number signed_spikes(Number voltage) {
        return std::trunc(voltage);
    }
};

}  // namespace nengine::kernels
