#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "kernels/base/dtype.hpp"
#include "kernels/base/index.hpp"

namespace nengine::engine {

/// A numeric array from or for a file, row-major. An empty shape is a scalar.
struct NpyArray {
    std::vector<Index> shape;
    std::vector<double> values;
};

/// Parses the bytes of an npy file (format 1.0 to 3.0; dtype f4, f8, i1, i4, i8, u1 or
/// bool, little-endian; C or Fortran order; at most 64 dimensions). `where` begins the
/// error messages.
/// @throws FileError  truncated, damaged, longer than its shape says, another dtype, or
///                    an integer that a double cannot hold
NpyArray parse_npy(std::span<const std::byte> bytes, const std::string& where);

/// The bytes of an npy file (format 1.0, C order) with the values as f4 or f8.
/// @throws ShapeError  if the shape and the number of values differ, or it has more
///                     than 64 dimensions
std::vector<std::byte> format_npy(const NpyArray& array, DType dtype);

/// @throws FileError  missing, unreadable, or as `parse_npy`
NpyArray read_npy(const std::filesystem::path& path);

/// Writes a whole file or nothing (see `write_file_atomically`).
/// @throws ShapeError  as `format_npy`
/// @throws FileError   if it cannot be written
void write_npy(const std::filesystem::path& path, std::span<const Index> shape,
               std::span<const float> values);
void write_npy(const std::filesystem::path& path, std::span<const Index> shape,
               std::span<const double> values);
void write_npy(const std::filesystem::path& path, std::span<const Index> shape,
               std::span<const std::int32_t> values);
void write_npy(const std::filesystem::path& path, std::span<const Index> shape,
               std::span<const std::uint8_t> values);

}  // namespace nengine::engine
