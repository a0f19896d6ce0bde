#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "kernels/base/error.hpp"

// Learning rates that change while training: Keras's schedules, with its names,
// formulas and defaults. A schedule is called with the number of updates that were made
// before, 0 at the first.

namespace nengine {

/// `initial_learning_rate decay_rate^(update / decay_steps)`; `staircase` takes the
/// whole part of the quotient.
struct ExponentialDecay {
    double initial_learning_rate;
    std::int64_t decay_steps;  ///< above 0
    double decay_rate;
    bool staircase = false;

    double operator()(std::int64_t update) const {
        const double part =
            static_cast<double>(update) / static_cast<double>(decay_steps);
        return initial_learning_rate *
               std::pow(decay_rate, staircase ? std::floor(part) : part);
    }
};

/// `initial_learning_rate / (1 + decay_rate update / decay_steps)`; `staircase` takes
/// the whole part of the quotient.
struct InverseTimeDecay {
    double initial_learning_rate;
    std::int64_t decay_steps;  ///< above 0
    double decay_rate;
    bool staircase = false;

    double operator()(std::int64_t update) const {
        const double part =
            static_cast<double>(update) / static_cast<double>(decay_steps);
        return initial_learning_rate /
               (1 + decay_rate * (staircase ? std::floor(part) : part));
    }
};

/// `(initial_learning_rate - end_learning_rate) (1 - part)^power + end_learning_rate`,
/// where `part = update / decay_steps` stays 1 from there on. `cycle` lengthens the
/// decay to the next multiple of its steps instead, so that the rate rises again.
struct PolynomialDecay {
    double initial_learning_rate;
    std::int64_t decay_steps;  ///< above 0
    double end_learning_rate = 1e-4;
    double power = 1.0;
    bool cycle = false;

    double operator()(std::int64_t update) const {
        const double step = static_cast<double>(update);
        double length = static_cast<double>(decay_steps);
        if (cycle) {
            length *= std::fmax(1, std::ceil(step / length));
        }
        return (initial_learning_rate - end_learning_rate) *
                   std::pow(1 - std::fmin(1, step / length), power) +
               end_learning_rate;
    }
};

/// `values[k]` for updates after boundaries[k - 1], up to and including boundaries[k].
struct PiecewiseConstantDecay {
    std::vector<std::int64_t> boundaries;  ///< rising
    std::vector<double> values;            ///< one more than boundaries

    /// @throws ValidationError  the numbers of boundaries and values do not fit
    double operator()(std::int64_t update) const {
        if (values.size() != boundaries.size() + 1) {
            throw ValidationError("PiecewiseConstantDecay: got " +
                                  std::to_string(values.size()) + " values, needs " +
                                  std::to_string(boundaries.size() + 1) +
                                  ": one more than boundaries");
        }
        std::size_t k = 0;
        while (k < boundaries.size() && update > boundaries[k]) {
            ++k;
        }
        return values[k];
    }
};

/// Half a wave of the cosine, from the initial rate to `alpha` times it:
/// `initial_learning_rate ((1 - alpha) (1 + cos(pi part)) / 2 + alpha)`, where `part =
/// update / decay_steps` stays 1 from there on.
///
/// @source  Loshchilov, Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts
///          (2016)
struct CosineDecay {
    double initial_learning_rate;
    std::int64_t decay_steps;  ///< above 0
    double alpha = 0.0;

    double operator()(std::int64_t update) const {
        const double part = std::fmin(
            1, static_cast<double>(update) / static_cast<double>(decay_steps));
        const double wave = 0.5 * (1 + std::cos(std::numbers::pi * part));
        return initial_learning_rate * ((1 - alpha) * wave + alpha);
    }
};

/// CosineDecay that starts anew at its end: each time its length is `t_mul` times, its
/// height `m_mul` times the one before.
struct CosineDecayRestarts {
    double initial_learning_rate;
    std::int64_t first_decay_steps;  ///< above 0
    double t_mul = 2.0;              ///< at least 1
    double m_mul = 1.0;
    double alpha = 0.0;

    /// @throws ValidationError  t_mul is less than 1
    double operator()(std::int64_t update) const {
        if (!(t_mul >= 1)) {
            throw ValidationError("CosineDecayRestarts: t_mul: got " +
                                  std::to_string(t_mul) + ", needs at least 1");
        }
        double part =
            static_cast<double>(update) / static_cast<double>(first_decay_steps);
        double restarts = 0;
        if (t_mul == 1) {
            restarts = std::floor(part);
            part -= restarts;
        }
        while (part >= 1) {
            part = (part - 1) / t_mul;
            ++restarts;
        }
        const double wave =
            0.5 * std::pow(m_mul, restarts) * (1 + std::cos(std::numbers::pi * part));
        return initial_learning_rate * ((1 - alpha) * wave + alpha);
    }
};

}  // namespace nengine
