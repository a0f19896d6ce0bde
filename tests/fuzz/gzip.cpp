#include "tests/fuzz/gzip.hpp"

#include <zlib.h>

namespace nengine::fuzz {

namespace {

int window_bits(Wrapping wrapping) {
    return wrapping == Wrapping::gzip ? 16 + MAX_WBITS : -MAX_WBITS;
}

/// zlib takes what it only reads as not const.
Bytef* pointer(const std::string& bytes) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

}  // namespace

std::string deflated(const std::string& bytes, Wrapping wrapping) {
    z_stream stream{};
    constexpr int least_memory = 1;
    deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window_bits(wrapping), least_memory,
                 Z_DEFAULT_STRATEGY);
    std::string result(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = pointer(bytes);
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = pointer(result);
    stream.avail_out = static_cast<uInt>(result.size());
    deflate(&stream, Z_FINISH);
    result.resize(stream.total_out);
    deflateEnd(&stream);
    return result;
}

std::optional<std::string> inflated(const std::string& bytes, Wrapping wrapping,
                                    std::size_t limit) {
    z_stream stream{};
    inflateInit2(&stream, window_bits(wrapping));
    std::string result(limit, '\0');
    stream.next_in = pointer(bytes);
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = pointer(result);
    stream.avail_out = static_cast<uInt>(result.size());
    const int code = inflate(&stream, Z_FINISH);
    result.resize(stream.total_out);
    inflateEnd(&stream);
    return code == Z_STREAM_END ? std::optional(result) : std::nullopt;
}

}  // namespace nengine::fuzz
