#pragma once

#include <omp.h>

namespace nengine::kernels {

/// While it lives, OpenMP regions that this thread opens without a number of their own
/// (those inside oneDNN) use `threads`.
class ThreadLimit {
public:
    explicit ThreadLimit(int threads) : before_(omp_get_max_threads()) {
        omp_set_num_threads(threads);
    }
    ThreadLimit(const ThreadLimit&) = delete;
    ThreadLimit& operator=(const ThreadLimit&) = delete;
    ~ThreadLimit() { omp_set_num_threads(before_); }

private:
    int before_;
};

}  // namespace nengine::kernels
