#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>

#include "engine/io/npy.hpp"
#include "kernels/base/error.hpp"
#include "tests/fuzz/random.hpp"

// What must hold for every input, however damaged.

namespace nengine::fuzz {

using namespace engine;

/// What error messages begin with.
inline const std::string where = "input";

/// What each target defines: checks what its parser makes of an input, and damages one.
void check_input(std::span<const std::byte> bytes);
std::string mutated_input(const std::string& input, Random& random);

/// Ends the program, as a crash does, unless `holds`; libFuzzer then keeps the input.
void require(bool holds, const std::string& claim);

/// The most memory that was allocated at once since it was made, in bytes.
class MemoryMeter {
public:
    MemoryMeter();
    std::size_t peak() const;
};

/// One printable sentence that begins with `where`.
void check_message(const std::string& message);

/// What `parse` gives, or nothing if it throws a FileError with a message to show to a
/// user. Any other exception, and more memory than `limit` bytes at once, are crashes.
template <class Parse>
auto parse_within(std::size_t limit, const Parse& parse) {
    std::optional<std::invoke_result_t<Parse>> result;
    std::string message;
    const MemoryMeter meter;
    try {
        result = parse();
    } catch (const FileError& error) {
        message = error.what();
    }
    const std::size_t peak = meter.peak();
    require(peak <= limit, "got " + std::to_string(peak) +
                               " bytes of memory, needs at most " +
                               std::to_string(limit));
    if (!result) {
        check_message(message);
    }
    return result;
}

/// The same shape, and values that are `written` rounded to `real`; all that is not a
/// number is the same.
void check_same(const NpyArray& written, const NpyArray& read, DType real);

}  // namespace nengine::fuzz
