#include "engine/io/growing_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <span>

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
    file_.write(std::as_bytes(std::span(piece)), path_);
}

std::uint64_t GrowingFile::size() const {
    struct stat info {};
    return fstat(file_.number(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size)
                                             : 0;
}

}  // namespace nengine::engine
