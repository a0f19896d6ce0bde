#include "api/callbacks/event_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <boost/crc.hpp>
#include <chrono>
#include <system_error>
#include <vector>

#include "nengine/error.hpp"

namespace nengine::detail {

namespace {

namespace fs = std::filesystem;

double seconds_since_1970() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
}

// Protobuf: a field is its number and how it is written, then its value.

enum class Wire { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// Little-endian whatever the machine.
template <class Unsigned>
std::string little_endian(Unsigned value) {
    std::string bytes;
    for (std::size_t i = 0; i < sizeof value; ++i) {
        bytes += static_cast<char>(value >> (8 * i) & 0xff);
    }
    return bytes;
}

std::string varint(std::uint64_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7) {
        bytes += static_cast<char>((value & 0x7f) | 0x80);
    }
    return bytes + static_cast<char>(value);
}

std::string key(int field, Wire wire) {
    return varint(static_cast<std::uint64_t>(field << 3 | static_cast<int>(wire)));
}

std::string whole(int field, std::int64_t value) {
    return key(field, Wire::varint) + varint(static_cast<std::uint64_t>(value));
}

std::string real(int field, double value) {
    return key(field, Wire::fixed64) +
           little_endian(std::bit_cast<std::uint64_t>(value));
}

std::string single(int field, float value) {
    return key(field, Wire::fixed32) +
           little_endian(std::bit_cast<std::uint32_t>(value));
}

/// Text, or a message.
std::string bytes(int field, const std::string& content) {
    return key(field, Wire::bytes) + varint(content.size()) + content;
}

std::string reals(int field, std::span<const double> values) {
    std::string content;
    for (const double value : values) {
        content += little_endian(std::bit_cast<std::uint64_t>(value));
    }
    return bytes(field, content);
}

/// CRC-32C, which TFRecord rotates and shifts so that a checksum of data with
/// checksums in them stays one.
std::string checksum(const std::string& data) {
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
    crc.process_bytes(data.data(), data.size());
    const std::uint32_t sum = crc.checksum();
    return little_endian(std::rotr(sum, 15) + 0xA282EAD8U);
}

/// The message HistogramProto.
std::string histogram(std::span<const double> values) {
    constexpr std::size_t most = 30;
    const auto [low, high] = std::ranges::minmax(values);
    const std::size_t n = low < high ? most : 1;
    std::vector<double> limits(n, high), counts(n, 0.0);
    const double width = (high - low) / static_cast<double>(n);
    for (std::size_t i = 0; i + 1 < n; ++i) {
        limits[i] = low + width * static_cast<double>(i + 1);
    }
    double sum = 0.0, squares = 0.0;
    for (const double value : values) {
        const auto at = std::ranges::upper_bound(limits, value) - limits.begin();
        counts[std::min(static_cast<std::size_t>(at), n - 1)] += 1.0;
        sum += value;
        squares += value * value;
    }
    return real(1, low) + real(2, high) + real(3, static_cast<double>(values.size())) +
           real(4, sum) + real(5, squares) + reals(6, limits) + reals(7, counts);
}

/// "events.out.tfevents.TIME.HOST.PROCESS.NUMBER", by which TensorBoard knows them.
fs::path new_name(const fs::path& folder) {
    static std::atomic<unsigned> count{0};
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
        throw FileError("make the folder '" + folder.string() +
                        "': " + error.message());
    }
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) != 0) {
        host = {"host"};
    }
    const auto time = static_cast<long long>(seconds_since_1970());
    return folder / ("events.out.tfevents." + std::to_string(time) + '.' + host.data() +
                     '.' + std::to_string(getpid()) + '.' + std::to_string(count++));
}

}  // namespace

EventFile::EventFile(const fs::path& folder) : file_(new_name(folder), false) {
    write_event(bytes(3, "brain.Event:2"));  // the version of the format
}

void EventFile::add_scalar(const std::string& tag, std::int64_t step, double value) {
    write_summary(step, bytes(1, tag) + single(2, static_cast<float>(value)));
}

void EventFile::add_histogram(const std::string& tag, std::int64_t step,
                              std::span<const double> values) {
    if (!values.empty()) {
        write_summary(step, bytes(1, tag) + bytes(5, histogram(values)));
    }
}

void EventFile::write_summary(std::int64_t step, const std::string& value) {
    write_event(whole(2, step) + bytes(5, bytes(1, value)));
}

void EventFile::write_event(const std::string& content) {
    const std::string event = real(1, seconds_since_1970()) + content;
    const std::string size = little_endian(std::uint64_t{event.size()});
    file_.write(size + checksum(size) + event + checksum(event));
}

}  // namespace nengine::detail
