#pragma once

#include <string_view>

#include "nengine/losses/cosine_similarity_loss.hpp"

namespace nengine {

/// The cosine of the angle between target and output, along an axis: [samples]. Of the
/// sign opposite to CosineSimilarityLoss, as in Keras 2.12.
struct CosineSimilarityMetric {
    static constexpr std::string_view name = "cosine_similarity";

    int axis = -1;  ///< of [samples, size]; negative: from the last

    Expression operator()(const Expression& target, const Expression& output) const {
        return -CosineSimilarityLoss{.axis = axis}(target, output);
    }
};

}  // namespace nengine
