#include "engine/io/growing_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <span>

#include "kernels/base/error.hpp"

namespace nengine::engine {

GrowingFile::GrowingFile(const std::filesystem::path& path, bool keep)
    : path_(path),
      file_(open(path.c_str(),
                 O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC | (keep ? 0 : O_TRUNC),
                 0666)) {
    if (file_.number() < 0) {
        fail_to_write(path, "opening");
    }
}

void GrowingFile::write(std::string_view piece) {
    struct stat before {};
    const bool has_length = fstat(file_.number(), &before) == 0;
    try {
        file_.write(std::as_bytes(std::span(piece)), path_);
    } catch (const FileError&) {
        // A part of it may be there, at which later pieces would begin. Best effort:
        // devices cannot be cut.
        [[maybe_unused]] const bool is_cut =
            has_length && ftruncate(file_.number(), before.st_size) == 0;
        throw;
    }
}

std::uint64_t GrowingFile::size() const {
    struct stat info {};
    return fstat(file_.number(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size)
                                             : 0;
}

}  // namespace nengine::engine
