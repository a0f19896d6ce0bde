#pragma once

#include <map>
#include <vector>

#include "engine/train/objective.hpp"
#include "tests/reference/naive_interpreter.hpp"

namespace nengine::reference {

using namespace engine;

/// A call of training or evaluation: what is fed, wanted and compared.
struct TrainingCall {
    Index items = 1, steps = 1;
    std::map<int, Data> feeds;  ///< by input
    /// By probe, a step for each sample; one is compared with every sample.
    std::map<int, Data> targets;
    Objective objective;
    bool training = true;  ///< rate curves instead of spikes
};

/// The objective, as Scores define it: the sum of weighted losses, each the mean over
/// items, samples and (mean squared error) elements.
double naive_loss(const Model& model, const TrainingCall& call,
                  const Overrides& overrides = {});

/// One partial derivative by central differences.
struct Derivative {
    double value = 0;
    /// Two step sizes agree, so there is no kink in between, and the loss is not so
    /// large that rounding matters.
    bool trusted = false;
};

/// d(loss) / d(element of a base signal's initial value).
Derivative naive_derivative(const Model& model, const TrainingCall& call,
                            SignalId parameter, Index element);
/// d(loss) / d(element of what is fed to an input).
Derivative naive_input_derivative(const Model& model, const TrainingCall& call,
                                  int input, std::size_t element);

}  // namespace nengine::reference
