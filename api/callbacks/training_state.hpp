#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "nengine/simulator.hpp"

namespace nengine::detail {

/// What is behind a Training.
struct TrainingState {
    Simulator& simulator;
    std::function<void(const std::string& message)> warn;
    int epoch = 0;
    std::int64_t batch = 0;
    bool stopped = false;
};

}  // namespace nengine::detail
