#include "kernels/base/host_memory.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <map>
#include <vector>

#include "kernels/base/device.hpp"

namespace nengine::kernels {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

using Files = std::map<std::string, std::string>;

/// A folder with files as /proc and /sys have them.
class FakeSystem {
public:
    explicit FakeSystem(const Files& files)
        : root_(fs::temp_directory_path() /
                ("nengine_host_memory_" + std::to_string(getpid()))) {
        for (const auto& [name, text] : files) {
            fs::create_directories((root_ / name).parent_path());
            std::ofstream(root_ / name) << text;
        }
    }
    FakeSystem(const FakeSystem&) = delete;
    FakeSystem& operator=(const FakeSystem&) = delete;
    ~FakeSystem() { fs::remove_all(root_); }

    std::size_t available() const { return available_host_memory(root_); }

private:
    fs::path root_;
};

const std::string meminfo =
    "MemTotal:       8000000 kB\nMemFree:         100000 kB\n"
    "MemAvailable:   4000000 kB\nSwapTotal:       900000 kB\nSwapFree:  500000 kB\n";

constexpr std::size_t available_and_swap = std::size_t{4500000} * 1024;

TEST(HostMemory, IsWhatTheSystemCallsAvailableWithSwap) {
    EXPECT_EQ(FakeSystem(Files{{"proc/meminfo", meminfo}}).available(),
              available_and_swap);
}

TEST(HostMemory, WithoutAnAnswerOfTheSystemIsAllOfIt) {
    EXPECT_EQ(FakeSystem(Files{{"proc/version", "?"}}).available(),
              static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) *
                  static_cast<std::size_t>(sysconf(_SC_PAGESIZE)));
}

TEST(HostMemory, IsNoMoreThanTheControlGroupsAroundTheProcessLeave) {
    const Files inner = {{"proc/meminfo", meminfo},
                         {"proc/self/cgroup", "0::/user.slice/job\n"},
                         {"sys/fs/cgroup/user.slice/job/memory.max", "1000000000\n"},
                         {"sys/fs/cgroup/user.slice/job/memory.current", "400000000\n"},
                         {"sys/fs/cgroup/user.slice/job/memory.stat",
                          "anon 5\ninactive_file 100000000\nactive_file 7\n"}};
    EXPECT_EQ(FakeSystem(inner).available(), 700000000u);

    auto outer = inner;
    outer["sys/fs/cgroup/user.slice/memory.max"] = "500000000\n";
    outer["sys/fs/cgroup/user.slice/memory.current"] = "450000000\n";
    EXPECT_EQ(FakeSystem(outer).available(), 50000000u);

    auto full = inner;
    full["sys/fs/cgroup/user.slice/job/memory.current"] = "1200000000\n";
    EXPECT_EQ(FakeSystem(full).available(), 0u);

    auto unlimited = inner;
    unlimited["sys/fs/cgroup/user.slice/job/memory.max"] = "max\n";
    EXPECT_EQ(FakeSystem(unlimited).available(), available_and_swap);
}

// Within a container the groups of the process are not seen, only those of the
// container, as the topmost.
TEST(HostMemory, IsNoMoreThanTheGroupOfAContainerLeaves) {
    EXPECT_EQ(FakeSystem(Files{{"proc/meminfo", meminfo},
                               {"proc/self/cgroup", "0::/not/seen\n"},
                               {"sys/fs/cgroup/memory.max", "300000000\n"},
                               {"sys/fs/cgroup/memory.current", "100000000\n"}})
                  .available(),
              200000000u);
}

TEST(HostMemory, IsNoMoreThanControlGroupsOfVersion1Leave) {
    const std::string folder = "sys/fs/cgroup/memory/docker/abc/";
    EXPECT_EQ(
        FakeSystem(
            {{"proc/meminfo", meminfo},
             {"proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/abc\n"},
             {folder + "memory.limit_in_bytes", "800000000\n"},
             {folder + "memory.usage_in_bytes", "300000000\n"},
             {folder + "memory.stat", "cache 9\ntotal_inactive_file 1000\n"},
             {"sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"}})
            .available(),
        500001000u);
}

TEST(HostMemory, IsNoMoreThanTheLimitOfAddressesLeaves) {
    const FakeSystem system(Files{{"proc/meminfo", "MemAvailable: 4000000000000 kB\n"},
                                  {"proc/self/statm", "1000 50 20\n"}});
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
    if (before.rlim_cur != RLIM_INFINITY) {
        GTEST_SKIP() << "there is a limit already";
    }
    rlimit limited = before;
    limited.rlim_cur = std::size_t{1} << 50;  // more than any process has
    ASSERT_EQ(setrlimit(RLIMIT_AS, &limited), 0);

    const std::size_t available = system.available();

    ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
    EXPECT_EQ(available, (std::size_t{1} << 50) -
                             1000 * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)));
}

TEST(HostMemory, OfThisMachineIsSomeButNotAllAddresses) {
    EXPECT_GT(available_host_memory(), mebibyte);
    EXPECT_LT(available_host_memory(), std::size_t{1} << 47);
}

TEST(HostMemory, SizesOfArraysDoNotWrap) {
    EXPECT_EQ(array_bytes({}, 8), 8u);
    EXPECT_EQ(array_bytes({3, 5}, 4), 60u);
    EXPECT_EQ(array_bytes({4000000000, 0, 4000000000}, 8), 0u);
    EXPECT_EQ(array_bytes({3000000000, 3000000000}, 1), 9000000000000000000u);
    EXPECT_EQ(array_bytes({3000000000, 3000000000}, 8), everything);
    EXPECT_EQ(array_bytes({Index{1} << 32, Index{1} << 32}, 1), everything);
    Index product = 0;
    EXPECT_TRUE(multiply_extents(std::vector<Index>{Index{1} << 32, 5}, product));
    EXPECT_EQ(product, 5 * (Index{1} << 32));
    EXPECT_FALSE(
        multiply_extents(std::vector<Index>{Index{1} << 32, Index{1} << 32}, product));
}

TEST(HostMemory, IsNamedInUnitsThatPeopleRead) {
    EXPECT_EQ(memory_text(12), "12 bytes");
    EXPECT_EQ(memory_text(1536), "1.5 KiB");
    EXPECT_EQ(memory_text(14400000000), "13.4 GiB");
    EXPECT_EQ(memory_text(everything), "more than 16 EiB");
}

TEST(HostMemory, WhatDoesNotFitIsRefusedWithSizesPurposeAndAdvice) {
    const auto use = [] {
        return MemoryUse{"ensemble 'big'", "activities of shape [60, 30]", "n_neurons"};
    };
    const HostMemoryLimit limit(2 * mebibyte);
    EXPECT_NO_THROW(need_host_memory(2 * mebibyte, use));
    try {
        need_host_memory(3 * mebibyte, use);
        FAIL() << "no error";
    } catch (const MemoryError& error) {
        EXPECT_EQ(error.bytes(), 3 * mebibyte);
        EXPECT_STREQ(error.what(),
                     "ensemble 'big': got 2.0 MiB of free host memory, needs 3.0 MiB "
                     "for activities of shape [60, 30]; lower n_neurons");
    }
    EXPECT_THROW(Device::cpu().allocate(3 * mebibyte, "too much"), MemoryError);
}

TEST(HostMemory, TheLimitOfATestEndsWithIt) {
    { const HostMemoryLimit limit(1); }
    EXPECT_GT(available_host_memory(), mebibyte);
    EXPECT_FALSE(is_large_memory(mebibyte));
    EXPECT_TRUE(is_large_memory(100 * mebibyte));
}

TEST(HostMemory, ThatRunsOutAllTheSameIsAnErrorThatSaysForWhat) {
    const auto use = [] { return MemoryUse{"node 'x'", "its output", "size_out"}; };
    EXPECT_EQ(with_host_memory([] { return 3; }, use), 3);
    try {
        with_host_memory([] { throw std::bad_alloc(); }, use);
        FAIL() << "no error";
    } catch (const MemoryError& error) {
        const std::string text = error.what();
        EXPECT_NE(text.find("node 'x'"), text.npos) << text;
        EXPECT_NE(text.find("needs more for its output; lower size_out"), text.npos)
            << text;
    }
}

}  // namespace
}  // namespace nengine::kernels
