#pragma once

#include <string>
#include <vector>

#include "kernels/base/device.hpp"

namespace nengine::bench {

/// Names of this machine's devices, for SimulatorOptions::device.
inline std::vector<std::string> devices() {
    std::vector<std::string> names = {"cpu"};
    if (Device::cuda_count() > 0) {
        names.push_back("cuda");
    }
    return names;
}

}  // namespace nengine::bench
