#include "engine/io/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "engine/io/descriptor.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

/// `errno` says why.
[[noreturn]] void fail(const std::string& where, const std::string& what) {
    const int code = errno;  // before anything else can change it
    throw FileError(where + ": " + what + ": " + std::generic_category().message(code));
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path, const std::string& where) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (file.number() < 0 || fstat(file.number(), &status) != 0) {
        fail(where, "cannot open the file");
    }
    if (S_ISDIR(status.st_mode)) {
        throw FileError(where + ": got a folder, needs a file");
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0) {
        return;  // which cannot be mapped
    }
    void* const first = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
    if (first == MAP_FAILED) {
        fail(where, "cannot map the file into memory");
    }
    bytes_ = {static_cast<const std::byte*>(first), size};
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) {
        munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
    }
}

}  // namespace nengine::engine
