#include "engine/io/zip_directory.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

using namespace std::string_view_literals;

/// A source that is open for reading.
class OpenSource {
public:
    OpenSource(zip_source_t* source, const std::string& where)
        : source_(source), where_(where) {
        if (zip_source_open(source_) != 0) {
            fail();
        }
    }
    OpenSource(const OpenSource&) = delete;
    OpenSource& operator=(const OpenSource&) = delete;
    ~OpenSource() { zip_source_close(source_); }

    /// The bytes at `offset`, fewer where the source ends.
    std::string read(zip_uint64_t offset, std::size_t size) {
        std::string bytes(size, '\0');
        if (zip_source_seek(source_, static_cast<zip_int64_t>(offset), SEEK_SET) != 0) {
            fail();
        }
        std::size_t done = 0;
        for (zip_int64_t n = 1; n > 0 && done < size;) {
            n = zip_source_read(source_, bytes.data() + done, size - done);
            if (n < 0) {
                fail();
            }
            done += static_cast<std::size_t>(n);
        }
        bytes.resize(done);
        return bytes;
    }

private:
    [[noreturn]] void fail() const {
        throw FileError(where_ + ": cannot be read: " +
                        zip_error_strerror(zip_source_error(source_)));
    }

    zip_source_t* source_;
    std::string where_;
};

/// A little-endian number of `bytes`; 0 if it is not all there.
template <class Number>
std::uint64_t number_at(std::string_view bytes, std::size_t at) {
    Number value = 0;
    if (at + sizeof value <= bytes.size()) {
        std::memcpy(&value, bytes.data() + at, sizeof value);
    }
    return value;
}

/// What the end of an archive says of its directory.
struct Claim {
    std::uint64_t n_members, size, offset;
    std::uint64_t end;  ///< where the record is that says so: behind the directory
};

/// The record at `at` in `tail`, which begins at `begin` in the archive; or the one for
/// long archives that the place before it points to.
std::optional<Claim> claim_at(OpenSource& source, std::string_view tail,
                              std::uint64_t begin, std::size_t at) {
    constexpr std::size_t locator = 20;
    if (at < locator || !tail.substr(at - locator).starts_with("PK\6\7"sv)) {
        return Claim{number_at<std::uint16_t>(tail, at + 10),
                     number_at<std::uint32_t>(tail, at + 12),
                     number_at<std::uint32_t>(tail, at + 16), begin + at};
    }
    const std::uint64_t place = number_at<std::uint64_t>(tail, at - locator + 8);
    if (place >= begin + at) {
        return std::nullopt;
    }
    const std::string record = source.read(place, 56);
    return Claim{number_at<std::uint64_t>(record, 32),
                 number_at<std::uint64_t>(record, 40),
                 number_at<std::uint64_t>(record, 48), place};
}

}  // namespace

void check_zip_directory(zip_source_t* source, zip_uint64_t size,
                         const std::string& where) {
    constexpr zip_uint64_t longest_end = 65535 + 22 + 20;  // comment, record, locator
    constexpr std::uint64_t least_entry = 46;
    OpenSource open(source, where);
    const zip_uint64_t begin = size - std::min(size, longest_end);
    const std::string tail = open.read(begin, static_cast<std::size_t>(size - begin));
    for (auto at = tail.find("PK\5\6"); at != std::string::npos;
         at = tail.find("PK\5\6", at + 1)) {
        const auto claim = claim_at(open, tail, begin, at);
        // Others are bytes that look like a record; libzip refuses them. It accepts a
        // directory that ends before the record.
        const bool fits = claim && claim->size <= claim->end &&
                          claim->offset <= claim->end - claim->size;
        if (fits && claim->n_members > claim->size / least_entry) {
            throw FileError(where + ": got " + std::to_string(claim->n_members) +
                            " members in a directory of " +
                            std::to_string(claim->size) +
                            " bytes, needs a number that fits");
        }
    }
}

}  // namespace nengine::engine
