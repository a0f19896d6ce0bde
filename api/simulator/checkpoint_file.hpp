#pragma once

#include <filesystem>

#include "engine/train/checkpoint.hpp"

namespace nengine {

/// An npz file of float64 arrays, written whole or not at all.
/// @throws FileError  it cannot be written
void write_checkpoint(const std::filesystem::path& path,
                      const engine::Checkpoint& checkpoint);
/// @throws FileError  missing, damaged, or no checkpoint
engine::Checkpoint read_checkpoint(const std::filesystem::path& path);

}  // namespace nengine
