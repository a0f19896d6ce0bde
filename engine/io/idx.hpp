#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "kernels/base/view.hpp"

namespace nengine::engine {

/// A byte array from an idx file, row-major: images [count, height, width] or labels
/// [count].
struct IdxArray {
    std::vector<Index> shape;
    std::vector<std::uint8_t> values;
};

/// Parses the bytes of an idx file of unsigned bytes, gzipped (one stream or several
/// that follow each other, zeros may come after) or plain. The sizes in its header are
/// checked against the file's before memory is allocated for them. `where` begins the
/// error messages.
///
/// @param n_dims  how many dimensions the file must have: 3 for images, 1 for labels, 0
///                for any
/// @throws FileError  no idx file, another element type or number of dimensions,
///                    truncated, longer than it says, or damaged (gzip's checksum is
///                    verified)
IdxArray parse_idx(std::span<const std::byte> bytes, const std::string& where,
                   int n_dims = 0);

/// @throws FileError  missing, unreadable, or as `parse_idx`; one sentence naming the
///                    file
IdxArray read_idx(const std::filesystem::path& path, int n_dims = 0);

}  // namespace nengine::engine
