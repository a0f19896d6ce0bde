#pragma once

#include <atomic>
#include <exception>

namespace nengine::kernels {

/// What work in an OpenMP region throws. An exception that leaves a region ends the
/// process, in a region of one thread too, so it waits here for the region's end:
///
///     RegionError error;
///     #pragma omp parallel for
///     for (...) {
///         error.guard([&] { work that may throw; });
///     }
///     error.rethrow();
class RegionError {
public:
    /// Does `work`, on any thread; of several that throw, one is kept.
    template <class Work>
    void guard(Work&& work) noexcept {
        try {
            work();
        } catch (...) {
            if (!kept_.exchange(true)) {
                error_ = std::current_exception();
            }
        }
    }
    /// Behind the region: throws what was kept.
    void rethrow() const {
        if (error_) {
            std::rethrow_exception(error_);
        }
    }

private:
    std::atomic<bool> kept_ = false;
    std::exception_ptr error_;
};

}  // namespace nengine::kernels
