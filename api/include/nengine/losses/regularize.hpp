#pragma once

#include <optional>
#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// The norm of the output, sum(|output|^order)^(1 / order), whatever the target is;
/// with an order of infinity the largest |output|. Over all axes but the first:
/// [samples]. Where it is 0 so is its gradient. NengoDL's Regularize.
struct Regularize {
    static constexpr std::string_view name = "regularize";

    double order = 2;
    /// Along one axis of a sample; negative: from the last.
    std::optional<int> axis = std::nullopt;

    /// @throws ValidationError  an order that is not above 0, or no such axis
    NENGINE_API Expression operator()(const Expression& target,
                                      const Expression& output) const;
};

}  // namespace nengine
