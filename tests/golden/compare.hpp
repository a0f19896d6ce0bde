#pragma once

#include <functional>
#include <vector>

#include "api/builder/nengo_order/step_order.hpp"
#include "nengine/nengine.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

/// What is behind a network, from any of its objects.
const detail::NetworkData* data_of(const Network& network);

/// The largest absolute value of the numbers that are finite, which tolerances are
/// relative to; 0 if there are none.
double largest_of(const std::vector<double>& values);

/// Parameters of an object that are plain numbers; entries need not have them.
void compare_parameters(const nlohmann::json& object,
                        const detail::EnsembleData& ensemble);
void compare_parameters(const nlohmann::json& object, const detail::NodeData& node);
void compare_parameters(const nlohmann::json& object, const Connection& connection);
void compare_parameters(const nlohmann::json& object, const detail::ProbeData& probe);

/// Seeds, encoders, gains, biases, evaluation points, weights and errors of decoders.
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
/// What is connected to what, and how, where the manifest says so.
void compare_outline(const nlohmann::json& manifest, const outline::Network& network);

/// Every probe's data, in double precision.
/// @param tolerance  relative to the largest value
void compare_simulation(const GoldenEntry& entry, const Network& network,
                        SimulatorOptions options, double tolerance);
/// In single precision; of ensembles also a mean error that a few moved spikes explain.
void compare_single_precision(const GoldenEntry& entry, const Network& network,
                              SimulatorOptions options, Float32 expected,
                              double tolerance);

}  // namespace nengine::test
