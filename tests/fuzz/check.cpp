#include "tests/fuzz/check.hpp"

#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace nengine::fuzz {

using namespace engine;

namespace {

// Atomic, because libFuzzer watches its own memory in another thread.
std::atomic<std::int64_t> allocated{0}, most_allocated{0};

void on_malloc(const volatile void*, std::size_t size) {
    const std::int64_t now = allocated += static_cast<std::int64_t>(size);
    if (now > most_allocated) {
        most_allocated = now;
    }
}

void on_free(const volatile void* pointer) {
    if (pointer != nullptr) {
        allocated -= static_cast<std::int64_t>(
            __sanitizer_get_allocated_size(const_cast<const void*>(pointer)));
    }
}

[[maybe_unused]] const int hooks =
    __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);

bool is_same(double written, double read, DType real) {
    const double want = real == DType::float32 ? static_cast<float>(written) : written;
    return std::isnan(want) ? std::isnan(read)
                            : std::bit_cast<std::uint64_t>(want) ==
                                  std::bit_cast<std::uint64_t>(read);
}

}  // namespace

void require(bool holds, const std::string& claim) {
    if (!holds) {
        std::fprintf(stderr, "does not hold: %s\n", claim.c_str());
        std::abort();
    }
}

MemoryMeter::MemoryMeter() {
    require(hooks != 0, "memory is counted");
    allocated = 0;
    most_allocated = 0;
}

std::size_t MemoryMeter::peak() const {
    return static_cast<std::size_t>(most_allocated.load());
}

void check_message(const std::string& message) {
    require(message.starts_with(where), "message '" + message + "' says where");
    require(message.size() < 1000, "message '" + message + "' is short");
    require(
        std::ranges::none_of(
            message, [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; }),
        "message '" + message + "' can be printed");
}

void check_same(const NpyArray& written, const NpyArray& read, DType real) {
    require(written.shape == read.shape, "the shape is read as it was written");
    require(std::ranges::equal(
                written.values, read.values,
                [real](double want, double got) { return is_same(want, got, real); }),
            "the values are read as they were written");
}

}  // namespace nengine::fuzz
