#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/simulation/simulation.hpp"
#include "tests/reference/naive_interpreter.hpp"

namespace nengine::test {

/// What all probes recorded, each `[batch, samples, size]`.
using Recordings = std::vector<std::vector<double>>;
using InputData = std::map<int, reference::Data>;

/// The naive interpreter, item by item. Where processes give items signals of their
/// own, every minibatch (0: there is one) begins with the first item's.
Recordings run_naive(const engine::Model& model, Index batch, Index steps,
                     const InputData& feeds, bool training = false,
                     Index minibatch = 0);

/// A new simulation's predict(), in its own dtype.
Recordings run_simulation(const std::shared_ptr<const engine::Model>& model,
                          const kernels::Device& device,
                          const engine::ReplicaOptions& options, Index items,
                          Index steps, const InputData& feeds,
                          engine::Phase phase = engine::Phase::inference);

/// The data as a simulation takes them. The result borrows from `data`.
engine::Feeds borrow(const InputData& data);

/// Equal lengths, and every number within `tolerance` times (1 + the largest number of
/// its probe).
::testing::AssertionResult near(const Recordings& got, const Recordings& want,
                                double tolerance);

/// Whether an operator keeps its state there. Training has none of it.
bool holds_state(const engine::Model& model, engine::SignalId signal);

/// "fold chunk 3 greedy ...": the options that differ from the defaults' names.
std::string describe(const engine::ReplicaOptions& options);

}  // namespace nengine::test
