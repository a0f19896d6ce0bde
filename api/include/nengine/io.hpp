#pragma once

#include <filesystem>

#include "nengine/array.hpp"

namespace nengine {
inline namespace api {

/// Reads an npy file, as numpy.save writes it: numbers (floats, integers or booleans)
/// in C or Fortran order.
/// @throws FileError  missing, damaged, or of another type
Array load_npy(const std::filesystem::path& path);

/// Reads an idx file of bytes, gzipped or plain: images [count, height, width] or
/// labels [count], each number from 0 to 255.
/// @throws FileError  missing, damaged, or of another type
Array load_idx(const std::filesystem::path& path);

/// Writes an npy file in double precision, whole or not at all.
/// @throws FileError  it cannot be written
void save_npy(const std::filesystem::path& path, const Array& array);

}  // namespace api
}  // namespace nengine
