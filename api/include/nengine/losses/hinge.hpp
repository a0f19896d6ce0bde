#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// max(1 - target output, 0), the mean over the last axis: [samples]. Targets are -1 or
/// 1. Of an item whose targets are all 0 or 1, 0 stands for -1; where there are others,
/// 0 is 0. Keras 2.12, which asks that of a whole minibatch.
struct Hinge {
    static constexpr std::string_view name = "hinge";

    Expression operator()(const Expression& target, const Expression& output) const {
        const Expression sign = detail::signed_labels(target);
        return detail::mean_along(max(1.0 - sign * output, 0.0));
    }
};

}  // namespace nengine
