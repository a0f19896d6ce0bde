#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "kernels/base/error.hpp"

namespace nengine {

/// What the elements of an array are. Arithmetic is of float32 or float64.
enum class DType { float32, float64, bfloat16, int32, uint8, boolean };

/// Numpy's name.
constexpr std::string_view dtype_name(DType dtype) {
    switch (dtype) {
        case DType::float32:
            return "float32";
        case DType::float64:
            return "float64";
        case DType::bfloat16:
            return "bfloat16";
        case DType::int32:
            return "int32";
        case DType::uint8:
            return "uint8";
        case DType::boolean:
            return "bool";
    }
    return "?";
}

/// Bytes of an element.
constexpr std::size_t itemsize(DType dtype) {
    switch (dtype) {
        case DType::float64:
            return 8;
        case DType::float32:
        case DType::int32:
            return 4;
        case DType::bfloat16:
            return 2;
        case DType::uint8:
        case DType::boolean:
            return 1;
    }
    return 0;
}

/// Whether there is arithmetic in it.
constexpr bool is_real(DType dtype) {
    return dtype == DType::float32 || dtype == DType::float64;
}

template <class Real>
inline constexpr DType dtype_of = sizeof(Real) == sizeof(float) ? DType::float32
                                                                : DType::float64;

/// @throws ValidationError  `where`: there is no arithmetic in this dtype
inline void need_real(DType dtype, std::string_view where) {
    if (!is_real(dtype)) {
        throw ValidationError(std::string(where) + ": got " +
                              std::string(dtype_name(dtype)) +
                              ", needs float32 or float64");
    }
}

/// fn(float{}) or fn(double{}): here and in with_number a dtype becomes a type.
/// @throws ValidationError  there is no arithmetic in it
template <class Fn>
decltype(auto) with_real(DType dtype, Fn&& fn) {
    need_real(dtype, "dtype");
    return dtype == DType::float32 ? std::forward<Fn>(fn)(float{})
                                   : std::forward<Fn>(fn)(double{});
}

/// The same of what users give numbers as: also fn(std::int32_t{}) and
/// fn(std::uint8_t{}).
/// @throws ValidationError  another dtype
template <class Fn>
decltype(auto) with_number(DType dtype, Fn&& fn) {
    switch (dtype) {
        case DType::int32:
            return std::forward<Fn>(fn)(std::int32_t{});
        case DType::uint8:
            return std::forward<Fn>(fn)(std::uint8_t{});
        default:
            return with_real(dtype, std::forward<Fn>(fn));
    }
}

}  // namespace nengine
