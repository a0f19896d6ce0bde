#include "engine/io/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <system_error>

#include "engine/io/descriptor.hpp"

namespace nengine::engine {
namespace {

namespace fs = std::filesystem;

/// Unique among the threads of this process and among processes.
fs::path name_beside(const fs::path& target) {
    static std::atomic<unsigned> count{0};
    fs::path name = target;
    name += ".tmp." + std::to_string(getpid()) + "." + std::to_string(count++);
    return name;
}

/// An open file that is deleted again unless it was renamed to its final place.
class FileAside {
public:
    explicit FileAside(const fs::path& target)
        : target_(target),
          aside_(name_beside(target)),
          file_(open(aside_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666)) {
        if (file_.number() < 0) {
            fail_to_write(target_, "creating a file beside it");
        }
        struct stat old {};
        if (stat(target.c_str(), &old) == 0) {
            // Best effort: the owner may differ from the one who writes now.
            static_cast<void>(fchmod(file_.number(), old.st_mode & 07777));
        }
    }
    FileAside(const FileAside&) = delete;
    FileAside& operator=(const FileAside&) = delete;
    ~FileAside() {
        if (!renamed_) {
            unlink(aside_.c_str());
        }
    }

    void write(std::span<const std::byte> bytes) { file_.write(bytes, target_); }

    void replace_target() {
        if (fsync(file_.number()) != 0) {
            fail_to_write(target_, "flushing to disk");
        }
        if (file_.close() != 0) {
            fail_to_write(target_, "closing");
        }
        if (rename(aside_.c_str(), target_.c_str()) != 0) {
            fail_to_write(target_, "renaming into place");
        }
        renamed_ = true;
        flush_folder();
    }

private:
    /// Makes the rename itself last. Some file systems refuse; the content is safe
    /// then.
    void flush_folder() const {
        const fs::path folder = target_.has_parent_path() ? target_.parent_path() : ".";
        const Descriptor opened(
            open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (opened.number() >= 0) {
            static_cast<void>(fsync(opened.number()));
        }
    }

    fs::path target_, aside_;
    Descriptor file_;
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
