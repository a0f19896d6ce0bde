#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace nengine::engine {

/// All bytes of a file.
/// @throws FileError  beginning with `where`: missing, a folder, unreadable, or larger
///                    than the memory that can be had
std::vector<std::byte> read_file(const std::filesystem::path& path,
                                 const std::string& where);

}  // namespace nengine::engine
