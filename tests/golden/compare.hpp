#pragma once

#include <functional>

#include "api/builder/step_order.hpp"
#include "nengine/nengine.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

/// What is behind a network, from any of its objects.
const detail::NetworkData* data_of(const Network& network);

/// Seeds, encoders, gains, biases, evaluation points, weights and residuals.
void compare_build(const GoldenEntry& entry, const Network& network,
                   const GoldenOptions& options);

/// That a simulator of the frozen network gives, bit for bit, what one with changed
/// parameters gave, with whatever seeds networks have by then.
void compare_frozen(const GoldenEntry& entry, const Network& network);

using NameOf = std::function<std::string(outline::Id)>;
/// The types of operators in Nengo's order, and the seeds of the processes.
void compare_order(const nlohmann::json& manifest, const outline::Network& network,
                   const NameOf& name_of_object);
void compare_order(const GoldenEntry& entry, const Network& network);

/// Every probe's data, in double precision: 1e-8 of the largest value.
void compare_simulation(const GoldenEntry& entry, const Network& network,
                        SimulatorOptions options);
/// In single precision: 1e-4 of the range, or a mean error that a few moved spikes
/// explain.
void compare_single_precision(const GoldenEntry& entry, const Network& network,
                              SimulatorOptions options, Float32 expected);

}  // namespace nengine::test
