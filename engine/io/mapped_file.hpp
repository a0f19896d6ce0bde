#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace nengine::engine {

/// A file whose bytes are in the process's addresses: the system reads those that are
/// looked at. What shortens the file in the meantime ends the process at the next look.
class MappedFile {
public:
    /// @throws FileError  beginning with `where`: missing, a folder, or it cannot be
    ///                    opened or mapped
    MappedFile(const std::filesystem::path& path, const std::string& where);
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&&) = delete;
    ~MappedFile();

    std::span<const std::byte> bytes() const { return bytes_; }

private:
    std::span<const std::byte> bytes_;
};

}  // namespace nengine::engine
