#include "engine/io/descriptor.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "kernels/base/error.hpp"

namespace nengine::engine {

Descriptor::~Descriptor() {
    close();
}

void Descriptor::write(std::span<const std::byte> bytes,
                       const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t done = ::write(number_, bytes.data(), bytes.size());
        if (done < 0 && errno != EINTR) {
            fail_to_write(path, "writing");
        }
        bytes = bytes.subspan(done < 0 ? 0 : static_cast<std::size_t>(done));
    }
}

int Descriptor::close() {
    const int status = number_ < 0 ? 0 : ::close(number_);
    number_ = -1;
    return status;
}

void fail_to_write(const std::filesystem::path& path, const std::string& doing) {
    const int code = errno;  // before anything else can change it
    throw FileError("write '" + path.string() + "': " + doing +
                    " failed: " + std::generic_category().message(code));
}

}  // namespace nengine::engine
