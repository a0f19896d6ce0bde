#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/array.hpp"
#include "nengine/distributions.hpp"
#include "nengine/random.hpp"
#include "nengine/seed.hpp"
#include "nengine/synapses.hpp"

namespace nengine {

// Signals in time: a node's output, or the noise of an ensemble's neurons.
//
// Random processes draw from numpy's RandomState. One with a seed draws from
// RandomState(seed): the same signal for all items of a minibatch. One without gets its
// seed from the simulator's generator in Nengo's order of execution; in a minibatch
// each item has a signal of its own, the first item the one that Nengo gives.

/// One step: writes `out` from the time (seconds; the first step is at dt) and the
/// input. What it carries from step to step must be held by value (a mutable lambda):
/// simulators copy it to come back to a state.
using StepFunction =
    std::function<void(double t, std::span<const double> x, std::span<double> out)>;

/// One independent sample of `dist` per step, times `1 / sqrt(dt)` if scaled, so that
/// its power does not depend on dt.
struct WhiteNoise {
    Distribution dist = Gaussian{.mean = 0.0, .std = 1.0};
    bool scale = true;
    std::optional<Seed> seed = std::nullopt;
};

/// White noise through a synapse.
struct FilteredNoise {
    Synapse synapse = Lowpass{0.005};
    Distribution dist = Gaussian{.mean = 0.0, .std = 1.0};
    bool scale = true;
    std::optional<Seed> seed = std::nullopt;
};

/// The integral of white noise: `x += dt * noise`.
struct BrownNoise {
    Distribution dist = Gaussian{.mean = 0.0, .std = 1.0};
    std::optional<Seed> seed = std::nullopt;
};

/// Noise without frequencies above `high` (Hz), of power `rms`, which repeats after
/// `period` seconds. `y0`: each component is shifted in time so that it starts as near
/// as it can to this value, one for all or one for each.
/// @throws ValidationError  rms not above 0, or high < 1 / period; when simulated,
///                          high > 1 / (2 dt)
struct WhiteSignal {
    double period;
    double high;
    double rms = 0.5;
    std::optional<Array> y0 = std::nullopt;
    std::optional<Seed> seed = std::nullopt;
};

/// Each input [n, ...] in turn for `presentation_time` seconds, over and over.
struct PresentInput {
    Array inputs;
    double presentation_time;
    /// Draws nothing, but one without leaves out a seed of the simulator's for itself,
    /// as in Nengo.
    std::optional<Seed> seed = std::nullopt;
};

/// What a Piecewise signal is from some time on: a number, a vector, or a function of
/// time.
class PiecewiseValue {
public:
    using Call = std::function<std::vector<double>(double t)>;

    PiecewiseValue(double number) : values_{number} {}
    PiecewiseValue(std::vector<double> values) : values_(std::move(values)) {}
    PiecewiseValue(std::initializer_list<double> values) : values_(values) {}
    template <class F>
    requires std::is_invocable_v<F&, double> PiecewiseValue(F function) {
        call_ = [f = std::move(function)](double t) mutable {
            if constexpr (std::is_arithmetic_v<std::invoke_result_t<F&, double>>) {
                return std::vector<double>{static_cast<double>(f(t))};
            } else {
                const auto values = f(t);
                return std::vector<double>(values.begin(), values.end());
            }
        };
    }

    bool is_call() const { return static_cast<bool>(call_); }
    const std::vector<double>& values() const { return values_; }
    const Call& call() const { return call_; }

private:
    std::vector<double> values_;
    Call call_;
};

/// How a Piecewise signal goes from one point to the next: `zero` holds the last one
/// (and is what functions get); `nearest` the nearest; `slinear`, `quadratic` and
/// `cubic` are splines of degree 1, 2 and 3.
enum class Interpolation { zero, linear, nearest, slinear, quadratic, cubic };

/// Values at points in time, `{{0.1, 1.0}, {0.3, {0.5}}}`. Zero before the first; but
/// for `Interpolation::zero` after the last too.
struct Piecewise {
    std::map<double, PiecewiseValue> data;
    Interpolation interpolation = Interpolation::zero;
    /// As of PresentInput.
    std::optional<Seed> seed = std::nullopt;
};

/// A process of one's own:
///
///     CustomProcess walk{
///         .size_out = 2,
///         .make_step = [](ProcessSizes n, RandomStream rng) {
///             return [n, rng, at = 0.0](double t, auto x, auto out) mutable {
///                 at += n.dt * rng.normal();
///                 for (double& value : out) { value = at; }
///             };
///         }};
///
/// `make_step` is called for each item of a minibatch, and again after a reset.
struct ProcessSizes {
    std::int64_t size_in, size_out;
    double dt;
};
struct CustomProcess {
    std::int64_t size_in = 0, size_out = 1;  ///< unless the node says otherwise
    std::function<StepFunction(ProcessSizes sizes, RandomStream rng)> make_step;
    std::optional<Seed> seed = std::nullopt;
};

struct RunProcessOptions {
    std::optional<std::int64_t> size_out = std::nullopt;  ///< the process's default
    double dt = 0.001;
    /// For a process without a seed; unset: a different one each time.
    std::optional<Seed> seed = std::nullopt;
};

/// Any of the processes above, or a synapse.
class NENGINE_API Process {
public:
    using Value = std::variant<WhiteNoise, FilteredNoise, BrownNoise, WhiteSignal,
                               PresentInput, Piecewise, CustomProcess, Synapse>;

    // One each: a template would take what only begins like a process.
    /// @throws ValidationError  values that cannot be
    Process(WhiteNoise noise) : value_(std::move(noise)) { check(); }
    Process(FilteredNoise noise) : value_(std::move(noise)) { check(); }
    Process(BrownNoise noise) : value_(std::move(noise)) { check(); }
    Process(WhiteSignal signal) : value_(std::move(signal)) { check(); }
    Process(PresentInput present) : value_(std::move(present)) { check(); }
    Process(Piecewise piecewise) : value_(std::move(piecewise)) { check(); }
    Process(CustomProcess process) : value_(std::move(process)) { check(); }
    Process(Synapse synapse) : value_(std::move(synapse)) { check(); }
    Process(Lowpass synapse) : Process(Synapse(synapse)) {}
    Process(Alpha synapse) : Process(Synapse(synapse)) {}
    Process(Triangle synapse) : Process(Synapse(synapse)) {}
    Process(LinearFilter synapse) : Process(Synapse(std::move(synapse))) {}

    const Value& value() const { return value_; }
    std::optional<Seed> seed() const;
    /// The sizes that a node takes on unless it says otherwise.
    std::int64_t default_size_in() const;
    std::int64_t default_size_out() const;
    /// Draws random numbers.
    bool is_random() const;
    /// Whether its steps call functions of the user's: a process of one's own, or a
    /// Piecewise with functions.
    bool calls_functions() const;

    /// The step function for a stream of random numbers.
    /// @throws ValidationError  sizes that do not fit
    StepFunction make_step(ProcessSizes sizes, RandomStream rng) const;

    /// The signal for some seconds, or steps: [steps, size_out].
    Array run(double seconds, RunProcessOptions options = {}) const;
    Array run_steps(std::int64_t n_steps, RunProcessOptions options = {}) const;
    /// Its output for the input x, [steps, size_in].
    Array apply(const Array& x, RunProcessOptions options = {}) const;
    /// The times of the steps of `run(seconds)`, or of `n_steps` steps.
    std::vector<double> trange(double seconds, double dt = 0.001) const;
    std::vector<double> ntrange(std::int64_t n_steps, double dt = 0.001) const;

private:
    void check() const;
    Value value_;
};

}  // namespace nengine
