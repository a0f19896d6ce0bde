#include "engine/io/idx.hpp"

#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>
#include <optional>

#include "engine/io/element_count.hpp"
#include "engine/io/read_file.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

using Bytes = std::span<const std::byte>;

/// The largest piece that zlib, which counts in 32 bits, is given at once.
constexpr std::size_t largest_piece = std::size_t{1} << 30;

/// Inflates gzip data as it is asked for.
class Inflater {
public:
    Inflater(Bytes gzip, const std::string& where) : input_(gzip), where_(where) {
        constexpr int gzip_alone = 16 + MAX_WBITS;
        if (inflateInit2(&stream_, gzip_alone) != Z_OK) {
            throw std::bad_alloc();
        }
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater() { inflateEnd(&stream_); }

    /// Fills some of `bytes`, which are not none; returns how many, 0 at the end. There
    /// gzip's checksum has been compared.
    std::size_t read_some(std::span<std::uint8_t> bytes) {
        const std::size_t room = std::min(bytes.size(), largest_piece);
        stream_.next_out = bytes.data();
        stream_.avail_out = static_cast<uInt>(room);
        while (stream_.avail_out == room && !ended_) {
            inflate_piece();
        }
        return room - stream_.avail_out;
    }

private:
    [[noreturn]] void fail(const std::string& reason) const {
        throw FileError(where_ + ": " + reason);
    }

    void inflate_piece() {
        const std::size_t piece = std::min(input_.size(), largest_piece);
        stream_.next_in = reinterpret_cast<const Bytef*>(input_.data());
        stream_.avail_in = static_cast<uInt>(piece);
        const int code = inflate(&stream_, Z_NO_FLUSH);
        input_ = input_.subspan(piece - stream_.avail_in);
        if (code == Z_STREAM_END) {
            end_stream();
        } else if (code == Z_BUF_ERROR) {  // there is room, so it lacks input
            fail("truncated: the gzip stream ends too early");
        } else if (code != Z_OK) {
            fail(std::string("damaged gzip data: ") +
                 (stream_.msg != nullptr ? stream_.msg : zError(code)));
        }
    }

    /// Another stream may follow, or zeros that fill a block of the medium.
    void end_stream() {
        ended_ = std::ranges::all_of(
            input_, [](std::byte byte) { return byte == std::byte{0}; });
        if (!ended_) {
            inflateReset(&stream_);
        }
    }

    z_stream stream_{};
    Bytes input_;
    std::string where_;
    bool ended_ = false;
};

/// Gzipped or plain data; every fault becomes a FileError.
class Reader {
public:
    Reader(Bytes bytes, const std::string& where)
        : where_(where), stored_size_(bytes.size()), plain_(bytes) {
        constexpr std::array gzip_magic{std::byte{0x1f}, std::byte{0x8b}};
        if (bytes.size() >= 2 && std::ranges::equal(bytes.first(2), gzip_magic)) {
            inflater_.emplace(bytes, where);
        }
    }

    [[noreturn]] void fail(const std::string& reason) const {
        throw FileError(where_ + ": " + reason);
    }

    /// Fills `bytes`; `what` names them in the error.
    void read(std::span<std::uint8_t> bytes, const std::string& what) {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const std::size_t n = read_some(bytes.subspan(done));
            if (n == 0) {
                fail("truncated: got " + std::to_string(done) + " bytes of " + what +
                     ", needs " + std::to_string(bytes.size()));
            }
            done += n;
        }
    }

    /// Requires the end here, which is also where gzip's checksum is compared.
    void expect_end() {
        std::array<std::uint8_t, 1> beyond{};
        if (read_some(beyond) != 0) {
            fail("got more data than its header says");
        }
    }

    /// Whether the file can hold `size` bytes: deflate expands no more than 1032 times.
    bool can_hold(std::uint64_t size) const {
        return size <= (inflater_ ? 1032 : 1) * stored_size_;
    }

private:
    std::size_t read_some(std::span<std::uint8_t> bytes) {
        if (inflater_) {
            return inflater_->read_some(bytes);
        }
        const Bytes piece = plain_.first(std::min(plain_.size(), bytes.size()));
        std::ranges::transform(piece, bytes.begin(), std::to_integer<std::uint8_t>);
        plain_ = plain_.subspan(piece.size());
        return piece.size();
    }

    std::string where_;
    std::uint64_t stored_size_;
    Bytes plain_;
    std::optional<Inflater> inflater_;
};

std::string dims_text(int n) {
    return std::to_string(n) + (n == 1 ? " dimension" : " dimensions");
}

/// Magic: two zeros, the element type (8 is unsigned byte), the number of dimensions.
int read_magic(Reader& file, int n_dims) {
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

IdxArray parse_idx(Bytes bytes, const std::string& where, int n_dims) {
    Reader file(bytes, where);
    const int n = read_magic(file, n_dims);
    IdxArray array;
    for (int axis = 0; axis < n; ++axis) {
        std::array<std::uint8_t, 4> size{};
        file.read(size, "header");
        array.shape.push_back(std::uint32_t{size[0]} << 24 |
                              std::uint32_t{size[1]} << 16 |
                              std::uint32_t{size[2]} << 8 | size[3]);
    }
    const auto count = element_count(array.shape);
    if (!count || !file.can_hold(static_cast<std::uint64_t>(*count))) {
        file.fail("its header promises more data than the file can hold");
    }
    array.values.resize(static_cast<std::size_t>(*count));
    file.read(array.values, "data");
    file.expect_end();
    return array;
}

IdxArray read_idx(const std::filesystem::path& path, int n_dims) {
    const std::string where = "read_idx('" + path.string() + "')";
    return parse_idx(read_file(path, where), where, n_dims);
}

}  // namespace nengine::engine
