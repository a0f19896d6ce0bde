#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "nengine/nengine.hpp"

namespace nengine::test {

/// Double precision, no progress bar.
inline SimulatorOptions quiet(
    std::optional<std::int64_t> minibatch_size = std::nullopt) {
    return {.minibatch_size = minibatch_size,
            .dtype = DType::float64,
            .progress_bar = false};
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
