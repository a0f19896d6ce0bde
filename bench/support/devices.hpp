#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "kernels/base/device.hpp"

namespace nengine::bench {

/// Names of this machine's devices, for SimulatorOptions::device.
inline std::vector<std::string> devices() {
    std::vector<std::string> names = {"cpu"};
    if (kernels::Device::cuda_count() > 0) {
        names.push_back("cuda");
    }
    return names;
}

/// Those of them that know more than one GemmMath.
inline std::vector<std::string> rounding_devices() {
    auto names = devices();
    std::erase(names, "cpu");
    return names;
}

/// Registers `function(state, device)`, which measures a kernel, as "<name>/<device>"
/// for each of `devices`; `choose(benchmark, device)` sets its arguments.
void register_on(const std::vector<std::string>& devices, const std::string& name,
                 const auto& function, const auto& choose) {
    for (const auto& device : devices) {
        auto* benchmark = benchmark::RegisterBenchmark(
            (name + '/' + device).c_str(),
            [=](benchmark::State& state) { function(state, device); });
        benchmark->UseManualTime();
        if (device == "cuda") {
            // Each is the mean of several runs (timing.hpp), and the large operands of
            // a GPU are made and checked once, not for every guess of a good number.
            benchmark->Iterations(20);
        }
        choose(benchmark, device);
    }
}

}  // namespace nengine::bench
