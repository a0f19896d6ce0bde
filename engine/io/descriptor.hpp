#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace nengine::engine {

/// An open file of the system's, closed at the end; -1 is none.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();

    int number() const { return number_; }
    /// Writes all bytes, however many calls that takes.
    /// @throws FileError  naming `path` and the system's reason
    void write(std::span<const std::byte> bytes, const std::filesystem::path& path);
    /// The status of the system's call.
    int close();

private:
    int number_;
};

/// `errno` says why.
/// @throws FileError  always: "write 'PATH': DOING failed: REASON"
[[noreturn]] void fail_to_write(const std::filesystem::path& path,
                                const std::string& doing);

}  // namespace nengine::engine
