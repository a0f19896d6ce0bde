#pragma once

#include <chrono>
#include <type_traits>

#include "kernels/base/device.hpp"

namespace nengine::bench {

/// How often `seconds` runs its work: on a GPU in a row, so that waiting for it does
/// not count.
inline int runs_per_timing(const kernels::Device& on) {
    return on.is_cuda() ? 10 : 1;
}

/// How long a device takes for `work(exec)`, a kernel, or for what `work()` asks of it:
/// the mean of runs_per_timing(on) runs.
double seconds(const kernels::Device& on, const auto& work) {
    using Clock = std::chrono::steady_clock;
    const int runs = runs_per_timing(on);
    const auto start = Clock::now();
    for (int i = 0; i < runs; ++i) {
        if constexpr (std::is_invocable_v<decltype(work)>) {
            work();
        } else {
            on.run(work);
        }
    }
    on.synchronize();
    return std::chrono::duration<double>(Clock::now() - start).count() / runs;
}

}  // namespace nengine::bench
