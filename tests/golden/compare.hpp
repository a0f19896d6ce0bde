#pragma once

#include "nengine/nengine.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

/// Seeds, encoders, gains, biases, evaluation points, weights and residuals.
void compare_build(const GoldenEntry& entry, const Network& network,
                   const GoldenOptions& options);

/// Every probe's data, in double precision: 1e-8 of the largest value.
void compare_simulation(const GoldenEntry& entry, const Network& network,
                        SimulatorOptions options);
/// In single precision: 1e-4 of the range, or a mean error that a few moved spikes
/// explain.
void compare_single_precision(const GoldenEntry& entry, const Network& network,
                              SimulatorOptions options, Float32 expected);

}  // namespace nengine::test
