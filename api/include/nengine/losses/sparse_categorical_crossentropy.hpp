#pragma once

#include <optional>
#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// -log(p[label]): [samples]. p is output / sum(output), of outputs clipped to [1e-7, 1
/// - 1e-7], or softmax(output) (`from_logits`). Targets are labels, [samples, 1], whole
/// numbers; where there is no such class, the loss is NaN. Keras 2.12.
struct SparseCategoricalCrossentropy {
    static constexpr std::string_view name = "sparse_categorical_crossentropy";

    bool from_logits = false;
    /// Samples with this label have the loss 0. As in Keras the mean is over the
    /// others: their losses are times samples / others. An item without others has the
    /// loss 0.
    std::optional<int> ignore_class = std::nullopt;
    bool last_step = false;  ///< only the last sample counts

    /// @throws ShapeError  targets that are not of size 1
    NENGINE_API Expression operator()(const Expression& target,
                                      const Expression& output) const;
};

}  // namespace nengine
