#pragma once

#include <complex>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/array.hpp"
#include "nengine/none.hpp"

namespace nengine {

// What a signal passes through on its way along a connection or into a probe. A synapse
// there adds one step of delay to its filter; `None` adds none; `Lowpass{0}` only
// delays. As a node's output (see processes.hpp) a synapse filters without that delay.

/// `1 / (tau s + 1)`; tau >= 0 in seconds. A plain number stands for a Lowpass.
struct Lowpass {
    double tau = 0.005;
    bool operator==(const Lowpass&) const = default;
};

/// `1 / (tau s + 1)^2`; tau >= 0 in seconds.
struct Alpha {
    double tau = 0.005;
    bool operator==(const Alpha&) const = default;
};

/// A finite response: `n = round(t / dt) + 1` weights that fall evenly,
/// `(n, n - 1, ..., 1) / sum`; t >= 0 in seconds.
struct Triangle {
    double t = 0.005;
    bool operator==(const Triangle&) const = default;
};

/// How an analog filter is made discrete.
enum class Discretization { zoh, bilinear, euler, backward_diff };

/// The transfer function `num(s) / den(s)`, highest power first; with `analog = false`
/// one of z that is used as it is. Of any order; orders above 8 run on the host.
struct LinearFilter {
    std::vector<double> num;
    std::vector<double> den;
    bool analog = true;
    Discretization method = Discretization::zoh;
    bool operator==(const LinearFilter&) const = default;
};

/// A synapse or none: `0.01`, `Alpha{0.1}`, `LinearFilter{...}`, `None`.
class Synapse {
public:
    using Value = std::variant<NoneType, Lowpass, Alpha, LinearFilter, Triangle>;

    Synapse() = default;
    Synapse(NoneType) {}
    Synapse(std::nullopt_t) {}
    Synapse(double tau) : value_(Lowpass{tau}) {}
    template <class S>
    requires(std::is_same_v<std::remove_cvref_t<S>, Lowpass> ||
             std::is_same_v<std::remove_cvref_t<S>, Alpha> ||
             std::is_same_v<std::remove_cvref_t<S>, Triangle> ||
             std::is_same_v<std::remove_cvref_t<S>, LinearFilter>) Synapse(S&& synapse)
        : value_(std::forward<S>(synapse)) {}

    bool is_none() const { return std::holds_alternative<NoneType>(value_); }
    const Value& value() const { return value_; }
    bool operator==(const Synapse&) const = default;

private:
    Value value_;
};

struct FiltOptions {
    double dt = 0.001;  ///< seconds per row
    /// What the output was before the first row. Needs a filter with a gain at rest.
    double y0 = 0.0;
};

/// The synapse's output for the input x, [steps] or [steps, size], of the same shape;
/// without the step of delay that it adds on connections.
/// @throws ValidationError  no synapse, dt <= 0, a filter that cannot be, or y0 with a
///                          filter whose gain at rest is 0
NENGINE_API Array filt(const Synapse& synapse, const Array& x,
                       FiltOptions options = {});

/// Filtered forwards, then backwards, going on from the state that was left: no shift
/// in time.
NENGINE_API Array filtfilt(const Synapse& synapse, const Array& x,
                           FiltOptions options = {});

/// The frequency response: of an analog filter at `s = 2 pi i f`, f in Hz; of a digital
/// one at `z = exp(2 pi i f)`, f in cycles per step.
/// @throws ValidationError  a Triangle or None, which have no transfer function here
NENGINE_API std::vector<std::complex<double>> evaluate(
    const Synapse& synapse, const std::vector<double>& frequencies);

/// One filter that does what both do one after the other.
/// @throws ValidationError  one is analog and the other digital, or is not linear
NENGINE_API LinearFilter combine(const Synapse& first, const Synapse& second);

}  // namespace nengine
