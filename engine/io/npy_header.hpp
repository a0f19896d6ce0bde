#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/base/index.hpp"

namespace nengine::engine {

/// What an npy file begins with.
inline constexpr std::string_view npy_magic = "\x93NUMPY";

/// As numpy's. The header alone could name so many axes that walking over them takes
/// for ever.
inline constexpr std::size_t npy_max_dims = 64;

/// What the numbers of an npy file are.
enum class NpyType { float32, float64, int8, int32, int64, uint8, boolean };

/// fn(T{}) with the type that holds such numbers; of booleans std::uint8_t.
template <class Fn>
decltype(auto) with_npy_type(NpyType type, Fn&& fn) {
    switch (type) {
        case NpyType::float32:
            return std::forward<Fn>(fn)(float{});
        case NpyType::int8:
            return std::forward<Fn>(fn)(std::int8_t{});
        case NpyType::int32:
            return std::forward<Fn>(fn)(std::int32_t{});
        case NpyType::int64:
            return std::forward<Fn>(fn)(std::int64_t{});
        case NpyType::uint8:
        case NpyType::boolean:
            return std::forward<Fn>(fn)(std::uint8_t{});
        default:
            return std::forward<Fn>(fn)(double{});
    }
}

/// What is known of an npy file before its numbers are read.
struct NpyHeader {
    NpyType type = NpyType::float64;
    bool fortran_order = false;
    std::vector<Index> shape;
    std::size_t begin = 0;  ///< of the numbers, in bytes
};

/// Parses the header of an npy file (format 1.0 to 3.0; dtype f4, f8, i1, i4, i8, u1 or
/// bool, little-endian; at most 64 dimensions), and compares the shape with the number
/// of bytes behind it.
/// @param bytes  the whole file
/// @param where  begins the error messages
/// @throws FileError  truncated, damaged, longer than its shape says, or another dtype
NpyHeader parse_npy_header(std::span<const std::byte> bytes, const std::string& where);

/// The numbers as doubles, in their order in the file.
/// @throws FileError  an integer that a double cannot hold
std::vector<double> npy_doubles(NpyType type, std::span<const std::byte> numbers,
                                const std::string& where);

/// "[3, 1]"
std::string npy_shape_text(std::span<const Index> shape);

}  // namespace nengine::engine
