#include "engine/io/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>

#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& doing) {
    const int code = errno;  // before anything else can change it
    throw FileError("write '" + path.string() + "': " + doing +
                    " failed: " + std::generic_category().message(code));
}

/// An open file that is deleted again unless it was renamed to its final place.
class FileAside {
public:
    explicit FileAside(const fs::path& target) : target_(target) {
        // Unique among the threads of this process and among processes.
        static std::atomic<unsigned> count{0};
        aside_ = target;
        aside_ += ".tmp." + std::to_string(getpid()) + "." + std::to_string(count++);
        descriptor_ =
            open(aside_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
        if (descriptor_ < 0) {
            fail(target_, "creating a file beside it");
        }
        struct stat old {};
        if (stat(target.c_str(), &old) == 0) {
            // Best effort: the owner may differ from the one who writes now.
            static_cast<void>(fchmod(descriptor_, old.st_mode & 07777));
        }
    }
    FileAside(const FileAside&) = delete;
    FileAside& operator=(const FileAside&) = delete;
    ~FileAside() {
        if (descriptor_ >= 0) {
            close(descriptor_);
        }
        if (!renamed_) {
            unlink(aside_.c_str());
        }
    }

    void write(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const ssize_t done = ::write(descriptor_, bytes.data(), bytes.size());
            if (done < 0 && errno != EINTR) {
                fail(target_, "writing");
            }
            bytes = bytes.subspan(done < 0 ? 0 : static_cast<std::size_t>(done));
        }
    }

    void replace_target() {
        if (fsync(descriptor_) != 0) {
            fail(target_, "flushing to disk");
        }
        const int status = close(descriptor_);
        descriptor_ = -1;
        if (status != 0) {
            fail(target_, "closing");
        }
        if (rename(aside_.c_str(), target_.c_str()) != 0) {
            fail(target_, "renaming into place");
        }
        renamed_ = true;
        flush_folder();
    }

private:
    /// Makes the rename itself last. Some file systems refuse; the content is safe
    /// then.
    void flush_folder() const {
        const fs::path folder = target_.has_parent_path() ? target_.parent_path() : ".";
        const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (descriptor >= 0) {
            static_cast<void>(fsync(descriptor));
            close(descriptor);
        }
    }

    fs::path target_, aside_;
    int descriptor_ = -1;
    bool renamed_ = false;
};

}  // namespace

void write_file_atomically(const fs::path& path, std::span<const std::byte> bytes) {
    std::error_code ignored;
    const fs::path target =
        fs::is_symlink(path, ignored) ? fs::weakly_canonical(path, ignored) : path;
    FileAside file(target);
    file.write(bytes);
    file.replace_target();
}

}  // namespace nengine::engine
