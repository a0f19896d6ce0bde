#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <utility>

#include "nengine/error.hpp"

namespace nengine {

/// What random numbers begin with: a whole number from 0 to 4294967295. Others do not
/// become one of these in silence, as they would as a `std::uint32_t`.
class Seed {
public:
    /// @throws ValidationError  a number out of this range
    template <std::integral I>
    requires(!std::same_as<I, bool>) Seed(I number)
        : value_(static_cast<std::uint32_t>(number)) {
        if (!std::in_range<std::uint32_t>(number)) {
            throw ValidationError("seed: got " + std::to_string(number) +
                                  ", needs a number from 0 to 4294967295");
        }
    }

    operator std::uint32_t() const { return value_; }

private:
    std::uint32_t value_;
};

}  // namespace nengine
