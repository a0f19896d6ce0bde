#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "engine/io/growing_file.hpp"

namespace nengine::detail {

/// A file that TensorBoard reads: records (TFRecord: length, data, a checksum of each)
/// of messages (protobuf `Event` of TensorFlow). Written event by event.
class EventFile {
public:
    /// Makes the folder and, in it, a file with a name of its own.
    /// @throws FileError  it cannot be made; write() when the disk is full
    explicit EventFile(const std::filesystem::path& folder);

    void add_scalar(const std::string& tag, std::int64_t step, double value);
    /// How `values` are distributed, in 30 ranges of the same width; nothing of none.
    void add_histogram(const std::string& tag, std::int64_t step,
                       std::span<const double> values);

private:
    void write_event(const std::string& content);
    void write_summary(std::int64_t step, const std::string& value);

    engine::GrowingFile file_;
};

}  // namespace nengine::detail
