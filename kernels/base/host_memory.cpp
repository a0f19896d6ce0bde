#include "kernels/base/host_memory.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <limits>
#include <optional>

namespace nengine::kernels {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

/// From here on a question, which reads a few small files, costs next to nothing beside
/// the first use of the memory.
constexpr std::size_t worth_a_question = std::size_t{64} << 20;

std::atomic<std::size_t> limit_for_tests = everything;

std::size_t difference(std::size_t a, std::size_t b) {
    return a > b ? a - b : 0;
}

/// The first number of a file; none if it has none ("max").
std::optional<std::size_t> number_in(const fs::path& path) {
    std::ifstream file(path);
    std::size_t value = 0;
    return file >> value ? std::optional(value) : std::nullopt;
}

/// The number behind a key, in a file of lines "key number ...".
std::size_t number_of(const fs::path& path, std::string_view wanted) {
    std::ifstream file(path);
    std::string key, rest;
    std::size_t value = 0;
    while (file >> key >> value && std::getline(file, rest)) {
        if (key == wanted) {
            return value;
        }
    }
    return 0;
}

std::size_t left_of_system(const fs::path& root) {
    const fs::path file = root / "proc/meminfo";
    const std::size_t kib =
        number_of(file, "MemAvailable:") + number_of(file, "SwapFree:");
    if (kib > 0) {
        return kib * 1024;
    }
    return static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) *
           static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// The files of one version of control groups.
struct GroupFiles {
    const char *limit, *usage, *droppable;
};

/// What a group and those around it, up to `top`, leave.
std::size_t left_of_groups(const fs::path& top, fs::path inner,
                           const GroupFiles& files) {
    std::size_t left = everything;
    for (;; inner = inner.parent_path()) {
        const fs::path group = top / inner;
        if (const auto limit = number_in(group / files.limit)) {
            const std::size_t held =
                difference(number_in(group / files.usage).value_or(0),
                           number_of(group / "memory.stat", files.droppable));
            left = std::min(left, difference(*limit, held));
        }
        if (inner.empty()) {
            return left;
        }
    }
}

/// Lines of /proc/self/cgroup: "0::/path" (version 2), "9:memory:/path" (version 1).
std::size_t left_of_groups(const fs::path& root) {
    std::size_t left = everything;
    const fs::path top = root / "sys/fs/cgroup";
    std::ifstream file(root / "proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (second == std::string::npos) {
            continue;
        }
        const std::string controllers =
            ',' + line.substr(first + 1, second - first - 1) + ',';
        const fs::path inner = fs::path(line.substr(second + 1)).relative_path();
        if (controllers == ",,") {
            left = std::min(left, left_of_groups(top, inner,
                                                 {"memory.max", "memory.current",
                                                  "inactive_file"}));
        } else if (controllers.find(",memory,") != std::string::npos) {
            left = std::min(
                left, left_of_groups(top / "memory", inner,
                                     {"memory.limit_in_bytes", "memory.usage_in_bytes",
                                      "total_inactive_file"}));
        }
    }
    return left;
}

std::size_t left_of_addresses(const fs::path& root) {
    rlimit limit{};
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
        return everything;
    }
    const std::size_t pages = number_in(root / "proc/self/statm").value_or(0);
    return difference(limit.rlim_cur,
                      pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)));
}

}  // namespace

bool multiply_extents(std::span<const Index> extents, Index& product) {
    product = 1;
    bool fits = true, none = false;
    for (const Index extent : extents) {
        none = none || extent == 0;
        fits = !__builtin_mul_overflow(product, extent, &product) && fits;
    }
    if (none) {
        product = 0;
    }
    return fits || none;
}

std::size_t array_bytes(std::span<const Index> extents, std::size_t each) {
    Index elements = 0;
    std::size_t bytes = 0;
    const bool fits =
        multiply_extents(extents, elements) &&
        !__builtin_mul_overflow(static_cast<std::size_t>(elements), each, &bytes);
    return fits ? bytes : everything;
}

std::string memory_text(std::size_t bytes) {
    constexpr std::array units = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes == everything) {
        return "more than 16 EiB";
    }
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < units.size(); ++unit) {
        value /= 1024;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value,
                  units[unit]);
    return text.data();
}

std::size_t available_host_memory(const fs::path& root) {
    return std::min({left_of_system(root), left_of_groups(root),
                     left_of_addresses(root),
                     limit_for_tests.load(std::memory_order_relaxed)});
}

HostMemoryLimit::HostMemoryLimit(std::size_t bytes) {
    limit_for_tests = bytes;
}
HostMemoryLimit::~HostMemoryLimit() {
    limit_for_tests = everything;
}

bool is_large_memory(std::size_t bytes) {
    return bytes >= worth_a_question ||
           bytes > limit_for_tests.load(std::memory_order_relaxed);
}

void refuse_host_memory(std::size_t bytes, const MemoryUse& use) {
    const std::string needs = bytes > 0 ? memory_text(bytes) : "more";
    throw MemoryError(use.where + ": got " + memory_text(available_host_memory()) +
                          " of free host memory, needs " + needs + " for " + use.what +
                          "; lower " + use.lower,
                      bytes);
}

}  // namespace nengine::kernels
