#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace nengine::engine {

/// Writes `bytes` to `path` so that after a crash, a full disk or a kill the file holds
/// either all of its old content or all of the new: writes a file beside it, waits
/// until it is on disk, and renames it. A symbolic link is followed; an existing file
/// keeps its permissions.
/// @throws FileError  naming the path and the system's reason; the old file is unharmed
///                    and the one beside it is removed
void write_file_atomically(const std::filesystem::path& path,
                           std::span<const std::byte> bytes);

}  // namespace nengine::engine
