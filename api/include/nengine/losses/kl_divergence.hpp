#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// target log(target / output), of numbers clipped to [1e-7, 1], the sum over the last
/// axis: [samples]. Keras 2.12.
struct KLDivergence {
    static constexpr std::string_view name = "kullback_leibler_divergence";

    Expression operator()(const Expression& target, const Expression& output) const {
        const Expression wanted = clip(target, detail::epsilon, 1.0);
        const Expression got = clip(output, detail::epsilon, 1.0);
        return detail::sum_along(wanted * log(wanted / got));
    }
};

}  // namespace nengine
