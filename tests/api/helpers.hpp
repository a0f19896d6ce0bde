#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "nengine/nengine.hpp"

namespace nengine::test {

/// Double precision, no progress bar.
inline SimulatorOptions quiet(
    std::optional<std::int64_t> minibatch_size = std::nullopt) {
    return {.minibatch_size = minibatch_size,
            .dtype = DType::float64,
            .progress_bar = false};
}

/// What a simulator warns of.
inline std::vector<std::string> warnings_of(const Network& net) {
    std::vector<std::string> warnings;
    SimulatorOptions options = quiet();
    options.on_warning = [&](const std::string& text) { warnings.push_back(text); };
    const Simulator sim(net, options);
    return warnings;
}

/// In the simulator's order.
inline std::vector<std::string> parameter_names(const Simulator& sim) {
    std::vector<std::string> names;
    for (const Parameter& parameter : sim.parameters()) {
        names.push_back(parameter.name);
    }
    return names;
}

/// Matches numbers that are these to twelve places.
inline auto near_to(const std::vector<double>& values) {
    return ::testing::Pointwise(::testing::DoubleNear(1e-12), values);
}

/// The message of the error that `work` ends with.
template <class Wanted, class Work>
std::string message(const Work& work) {
    try {
        work();
    } catch (const Wanted& error) {
        return error.what();
    } catch (const std::exception& error) {
        ADD_FAILURE() << "another error: " << error.what();
        return {};
    }
    ADD_FAILURE() << "no error";
    return {};
}

}  // namespace nengine::test
