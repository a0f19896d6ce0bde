#include "engine/io/idx.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <system_error>

#include "kernels/base/error.hpp"

namespace nengine {
namespace {

namespace fs = std::filesystem;

struct CloseGz {
    void operator()(gzFile file) const noexcept { static_cast<void>(gzclose(file)); }
};

/// A gzipped or plain file; every fault becomes a FileError that names it.
class GzReader {
public:
    explicit GzReader(const fs::path& path)
        : where_("read_idx('" + path.string() + "')") {
        std::error_code error;
        if (fs::is_directory(path, error)) {
            fail("got a folder, needs a file");
        }
        compressed_size_ = fs::file_size(path, error);
        if (error) {
            fail("cannot open the file: " + error.message());
        }
        file_.reset(gzopen(path.c_str(), "rb"));
        if (!file_) {
            fail("cannot open the file");
        }
    }

    [[noreturn]] void fail(const std::string& reason) const {
        throw FileError(where_ + ": " + reason);
    }

    /// Fills `bytes`; `what` names them in the error.
    void read(std::span<std::uint8_t> bytes, const std::string& what) {
        constexpr std::size_t piece = std::size_t{1} << 30;  // gzread counts in int
        std::size_t done = 0;
        while (done < bytes.size()) {
            const auto wanted = std::min(piece, bytes.size() - done);
            const int n = read_some(bytes.subspan(done, wanted));
            if (n == 0) {
                fail("truncated: got " + std::to_string(done) + " bytes of " + what +
                     ", needs " + std::to_string(bytes.size()));
            }
            done += static_cast<std::size_t>(n);
        }
    }

    /// Requires the end here, which is also where gzip's checksum is compared.
    void expect_end() {
        std::array<std::uint8_t, 1> beyond{};
        if (read_some(beyond) != 0) {
            fail("got more data than its header says");
        }
    }

    /// Whether the file can hold `size` bytes after `offset`: deflate expands no more
    /// than 1032 times.
    bool can_hold(std::uint64_t size) const {
        const std::uint64_t expansion = gzdirect(file_.get()) != 0 ? 1 : 1032;
        return size <= expansion * compressed_size_;
    }

private:
    int read_some(std::span<std::uint8_t> bytes) {
        const int n =
            gzread(file_.get(), bytes.data(), static_cast<unsigned>(bytes.size()));
        int code = Z_OK;
        const char* text = gzerror(file_.get(), &code);
        if (code == Z_BUF_ERROR) {
            fail("truncated: the gzip stream ends too early");
        }
        if (n < 0 || (code != Z_OK && code != Z_STREAM_END)) {
            // zlib puts the file's name before its text; ours is there already.
            const std::string full = text;
            const auto colon = full.rfind(": ");
            fail("damaged gzip data: " +
                 (colon == std::string::npos ? full : full.substr(colon + 2)));
        }
        return n;
    }

    std::string where_;
    std::unique_ptr<gzFile_s, CloseGz> file_;
    std::uint64_t compressed_size_ = 0;
};

std::string dims_text(int n) {
    return std::to_string(n) + (n == 1 ? " dimension" : " dimensions");
}

/// Magic: two zeros, the element type (8 is unsigned byte), the number of dimensions.
int read_magic(GzReader& file, int n_dims) {
    std::array<std::uint8_t, 4> magic{};
    file.read(magic, "header");
    if (magic[0] != 0 || magic[1] != 0 || magic[3] == 0) {
        file.fail("no idx file (wrong magic number)");
    }
    if (magic[2] != 8) {
        file.fail("got idx element type " + std::to_string(magic[2]) +
                  ", needs 8 (unsigned bytes)");
    }
    if (n_dims > 0 && magic[3] != n_dims) {
        file.fail("got an idx file of " + dims_text(magic[3]) + ", needs " +
                  dims_text(n_dims));
    }
    return magic[3];
}

}  // namespace

IdxArray read_idx(const fs::path& path, int n_dims) {
    GzReader file(path);
    const int n = read_magic(file, n_dims);
    IdxArray array;
    std::uint64_t count = 1;
    for (int axis = 0; axis < n; ++axis) {
        std::array<std::uint8_t, 4> size{};
        file.read(size, "header");
        const std::uint32_t value = std::uint32_t{size[0]} << 24 |
                                    std::uint32_t{size[1]} << 16 |
                                    std::uint32_t{size[2]} << 8 | size[3];
        if (__builtin_mul_overflow(count, value, &count) || !file.can_hold(count)) {
            file.fail("its header promises more data than the file can hold");
        }
        array.shape.push_back(value);
    }
    array.values.resize(count);
    file.read(array.values, "data");
    file.expect_end();
    return array;
}

}  // namespace nengine
