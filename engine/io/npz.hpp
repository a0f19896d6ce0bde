#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/io/npy.hpp"

namespace nengine::engine {

/// Parses the bytes of an npz file, a zip archive of `name.npy` members, stored or
/// deflated: all arrays by name; other members are passed over. `where` begins the
/// error messages.
/// @throws FileError  no zip archive, truncated or damaged (checksums are verified),
///                    members that share their bytes, two of one name, or one that
///                    `parse_npy` does not take; naming the member
std::map<std::string, NpyArray> parse_npz(std::span<const std::byte> bytes,
                                          const std::string& where);

/// The bytes of an npz file with the arrays stored uncompressed, as f4 or f8; equal
/// arrays give equal bytes.
/// @throws ShapeError  as `format_npy`
/// @throws FileError   if a name is no valid UTF-8
std::vector<std::byte> format_npz(const std::map<std::string, NpyArray>& arrays,
                                  DType dtype);

/// As `parse_npz`, without a copy of the whole file in memory.
/// @throws FileError  missing, unreadable, or as `parse_npz`; naming the file
std::map<std::string, NpyArray> read_npz(const std::filesystem::path& path);

/// Writes what `format_npz` gives, a whole file or nothing (see
/// `write_file_atomically`).
/// @throws ShapeError  as `format_npy`
/// @throws FileError   as `format_npz`, or if the file cannot be written
void write_npz(const std::filesystem::path& path,
               const std::map<std::string, NpyArray>& arrays,
               DType dtype = DType::float32);

}  // namespace nengine::engine
