#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// e^2 / 2 of e = output - target up to |e| = delta, from there on delta |e| - delta^2
/// / 2; the mean over the last axis: [samples]. Keras 2.12.
struct Huber {
    static constexpr std::string_view name = "huber";

    double delta = 1.0;

    Expression operator()(const Expression& target, const Expression& output) const {
        const Expression error = output - target, size = abs(error);
        return detail::mean_along(where(size <= delta, 0.5 * square(error),
                                        delta * size - 0.5 * delta * delta));
    }
};

}  // namespace nengine
