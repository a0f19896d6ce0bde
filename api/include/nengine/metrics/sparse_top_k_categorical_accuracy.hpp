#pragma once

#include <cstdint>
#include <string_view>

#include "nengine/losses/parts.hpp"
#include "nengine/metrics/parts.hpp"

namespace nengine {

/// Whether the label's output is among the k largest, that is, fewer than k are larger:
/// [samples]. Targets are labels, [samples, 1]; not if there is no such class, or an
/// output is not finite. Keras 2.12.
struct SparseTopKCategoricalAccuracy {
    static constexpr std::string_view name = "sparse_top_k_categorical_accuracy";

    std::int64_t k = 5;

    /// @throws ShapeError  targets that are not of size 1
    Expression operator()(const Expression& target, const Expression& output) const {
        const Expression label = detail::labels_of(target, name.data());
        return detail::is_in_top_k(one_hot(label, output.extent(-1)), output, k);
    }
};

}  // namespace nengine
