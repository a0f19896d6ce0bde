#pragma once

#include <gtest/gtest.h>
#include <malloc.h>
#include <omp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <new>

namespace nengine::test {

/// Ends the process: with 0 if each of `works` throws std::bad_alloc where no memory is
/// left, for EXPECT_EXIT. Two threads are awake.
template <class... Works>
[[noreturn]] void exit_without_memory(const Works&... works) {
    mallopt(M_ARENA_MAX, 1);  // threads would have room left in arenas of their own
    std::atomic<int> awake = 0;
#pragma omp parallel num_threads(2)
    ++awake;
    const rlimit none{0, 0};
    setrlimit(RLIMIT_AS, &none);
    const auto throws = [](const auto& work) {
        try {
            work();
        } catch (const std::bad_alloc&) {
            return true;
        }
        return false;
    };
    _exit((throws(works) && ...) ? 0 : 1);
}

/// Expects that the process outlives `works`, each of which needs some MiB of memory,
/// where none is left. In a process of its own, which begins without threads.
template <class... Works>
void expect_bad_alloc(const Works&... works) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "the sanitizer's memory is no part of the limit";
#endif
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(exit_without_memory(works...), testing::ExitedWithCode(0), "");
}

}  // namespace nengine::test
