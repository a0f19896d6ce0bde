#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "engine/io/descriptor.hpp"

namespace nengine::engine {

/// A file that is written at its end, piece by piece. A piece that has been written is
/// the system's: it outlives the process.
class GrowingFile {
public:
    /// Opens or makes the file; what it has stays if `keep`.
    /// @throws FileError  it cannot be opened for writing
    GrowingFile(const std::filesystem::path& path, bool keep);

    /// @throws FileError  the disk is full, or the like; no part of the piece is left
    void write(std::string_view piece);
    /// Bytes.
    std::uint64_t size() const;

private:
    std::filesystem::path path_;
    Descriptor file_;
};

}  // namespace nengine::engine
