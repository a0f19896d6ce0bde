#pragma once

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "kernels/base/error.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

/// Whether an Index holds the product of extents; `product` is it then.
bool multiply_extents(std::span<const Index> extents, Index& product);

/// The bytes of an array of these extents, none of them negative, of elements of `each`
/// bytes; the largest number where they are more than a number holds.
std::size_t array_bytes(std::span<const Index> extents, std::size_t each);
inline std::size_t array_bytes(std::initializer_list<Index> extents, std::size_t each) {
    return array_bytes(std::span(extents.begin(), extents.size()), each);
}

/// "13.4 GiB", for messages.
std::string memory_text(std::size_t bytes);

/// How many bytes this process can still have: the least of
///
/// - what the system can give without ending a process, swap included (/proc/meminfo;
///   all of memory where that cannot be read);
/// - what the limits of its control groups leave (version 1 or 2; a cache of files that
///   can be dropped is free);
/// - what RLIMIT_AS (`ulimit -v`) leaves of its address space;
/// - the limit of a HostMemoryLimit.
///
/// @param root  the folder that has `proc` and `sys`; another one in tests
std::size_t available_host_memory(const std::filesystem::path& root = "/");

/// While it lives, no more than these bytes are said to be available, and smaller sizes
/// are looked at: for tests. One at a time.
class HostMemoryLimit {
public:
    explicit HostMemoryLimit(std::size_t bytes);
    HostMemoryLimit(const HostMemoryLimit&) = delete;
    HostMemoryLimit& operator=(const HostMemoryLimit&) = delete;
    ~HostMemoryLimit();
};

/// What memory is for, as in "`where`: got 7.9 GiB of free host memory, needs 13.4 GiB
/// for `what`; lower `lower`".
struct MemoryUse {
    std::string where, what, lower;
};

/// Whether this many bytes are worth the question how many there are.
bool is_large_memory(std::size_t bytes);
/// @throws MemoryError  always
[[noreturn]] void refuse_host_memory(std::size_t bytes, const MemoryUse& use);

/// Refuses what would not fit, before it is allocated: a system gives addresses of more
/// memory than it has, and ends the process that uses them. Sizes below 64 MiB are not
/// looked at, so that this may be called for every object; what has been allocated
/// before and not yet used is not counted.
/// @param use  gives the MemoryUse; is called only for the message
/// @throws MemoryError
template <class Use>
void need_host_memory(std::size_t bytes, Use&& use) {
    if (is_large_memory(bytes) && bytes > available_host_memory()) {
        refuse_host_memory(bytes, use());
    }
}

/// Does `work`; where memory runs out in it all the same, says for what.
/// @throws MemoryError
template <class Work, class Use>
decltype(auto) with_host_memory(Work&& work, Use&& use) {
    try {
        return std::forward<Work>(work)();
    } catch (const std::bad_alloc&) {
        refuse_host_memory(0, use());
    }
}

}  // namespace nengine::kernels
