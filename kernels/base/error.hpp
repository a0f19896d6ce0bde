#pragma once

#include <cstddef>
#include <memory>
#include <source_location>
#include <stdexcept>
#include <string>

#include "kernels/base/export.hpp"

namespace nengine {

/// Base of everything this library throws. The message reads `where: got X, needs Y`
/// and names the user's object.
class NENGINE_API Error : public std::runtime_error {
public:
    explicit Error(const std::string& what) : std::runtime_error(what) {}
};

/// A value, shape, name or combination that the user gave is not acceptable.
class NENGINE_API ValidationError : public Error {
public:
    explicit ValidationError(const std::string& what) : Error(what) {}
};

/// Shapes of two things that must fit do not. The three parts of the message can be had
/// one by one, so that a caller who wants to recover need not parse it.
class NENGINE_API ShapeError : public ValidationError {
public:
    /// The message is `object: got X, needs Y`, or `got X, needs Y` where no object is
    /// known yet.
    ShapeError(const std::string& object, const std::string& got,
               const std::string& needed)
        : ValidationError((object.empty() ? "" : object + ": ") + "got " + got +
                          ", needs " + needed),
          parts_(std::make_shared<const Parts>(Parts{object, got, needed})) {}
    /// Where, and the user's object: "ensemble 'a': encoders".
    const std::string& object() const noexcept { return parts_->object; }
    /// What was given: "shape [3, 1]".
    const std::string& got() const noexcept { return parts_->got; }
    /// What would have fitted: "[20, 2]".
    const std::string& needed() const noexcept { return parts_->needed; }

private:
    struct Parts {
        std::string object, got, needed;
    };
    std::shared_ptr<const Parts> parts_;  // copies of an exception must not throw
};

/// A network that cannot be turned into a model, or a model that cannot be planned.
class NENGINE_API BuildError : public Error {
public:
    explicit BuildError(const std::string& what) : Error(what) {}
};

/// Something went wrong while simulating or training: a non-finite value, a failing
/// host function.
class NENGINE_API SimulationError : public Error {
public:
    explicit SimulationError(const std::string& what) : Error(what) {}
};

/// A simulator was used after `close()`.
class NENGINE_API SimulatorClosed : public SimulationError {
public:
    explicit SimulatorClosed(const std::string& what) : SimulationError(what) {}
};

/// An object was created outside any network.
class NENGINE_API NetworkContextError : public Error {
public:
    explicit NetworkContextError(const std::string& what) : Error(what) {}
};

/// A file could not be read or written: missing, truncated, damaged, not of its type.
class NENGINE_API FileError : public Error {
public:
    explicit FileError(const std::string& what) : Error(what) {}
};

/// The host's memory or a device's is not enough: the message says for what, how much
/// it needs, how much is free, and what to lower.
class NENGINE_API MemoryError : public Error {
public:
    explicit MemoryError(const std::string& what, std::size_t bytes = 0)
        : Error(what), bytes_(bytes) {}
    /// What was needed; 0 where that is not known.
    std::size_t bytes() const noexcept { return bytes_; }

private:
    std::size_t bytes_;
};

/// A device could not be had, or a call to its libraries failed; `code()` is the
/// library's own status value (0 when there is none).
class NENGINE_API DeviceError : public Error {
public:
    explicit DeviceError(const std::string& what, int code = 0)
        : Error(what), code_(code) {}
    int code() const noexcept { return code_; }

private:
    int code_;
};

}  // namespace nengine
