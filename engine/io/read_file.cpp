#include "engine/io/read_file.hpp"

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

namespace fs = std::filesystem;

/// Memory for a size that the file system tells: a sparse file may be of any.
std::vector<std::byte> memory_for(std::uintmax_t size, const std::string& where) {
    try {
        return std::vector<std::byte>(size);
    } catch (const std::bad_alloc&) {
    } catch (const std::length_error&) {
    }
    throw FileError(where + ": got a file of " + std::to_string(size) +
                    " bytes, needs one that fits into memory");
}

}  // namespace

std::vector<std::byte> read_file(const fs::path& path, const std::string& where) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
        throw FileError(where + ": got a folder, needs a file");
    }
    const std::uintmax_t size = fs::file_size(path, error);
    if (error) {
        throw FileError(where + ": cannot open the file: " + error.message());
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw FileError(where + ": cannot open the file: " +
                        std::generic_category().message(errno));
    }
    auto bytes = memory_for(size, where);
    if (!file.read(reinterpret_cast<char*>(bytes.data()),
                   static_cast<std::streamsize>(size))) {
        throw FileError(where + ": cannot read the file");
    }
    return bytes;
}

}  // namespace nengine::engine
