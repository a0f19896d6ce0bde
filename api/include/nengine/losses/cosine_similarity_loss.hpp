#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// The cosine of the angle between target and output, negative: -1 where they point the
/// same way. The sum along an axis, the last one, of -t o, each divided by its length
/// (of a square below 1e-12: by 1e-6): [samples]. Keras 2.12.
struct CosineSimilarityLoss {
    static constexpr std::string_view name = "cosine_similarity";

    int axis = -1;  ///< of [samples, size]; negative: from the last

    Expression operator()(const Expression& target, const Expression& output) const {
        return -detail::sum_along(
            detail::unit_along(target, axis) * detail::unit_along(output, axis), axis);
    }
};

}  // namespace nengine
