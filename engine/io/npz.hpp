#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "engine/io/npy.hpp"

namespace nengine {

/// Reads all arrays of an npz file (a zip archive of `name.npy` members, stored or
/// deflated) by name; other members are passed over.
/// @throws FileError  missing, no zip archive, truncated or damaged (checksums are
///                    verified); naming the file and the member
std::map<std::string, NpyArray> read_npz(const std::filesystem::path& path);

/// Writes the arrays, stored uncompressed, as f4 or f8; equal arrays give equal bytes.
/// A whole file or nothing (see `write_file_atomically`).
/// @throws ShapeError  if a shape and its number of values differ
/// @throws FileError   if the file cannot be written
void write_npz(const std::filesystem::path& path,
               const std::map<std::string, NpyArray>& arrays,
               RealType real = RealType::float32);

}  // namespace nengine
