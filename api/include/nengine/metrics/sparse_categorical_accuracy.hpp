#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// Whether the largest output, of equals the first one, is at the label: [samples].
/// Targets are labels, [samples, 1]. Keras 2.12.
struct SparseCategoricalAccuracy {
    static constexpr std::string_view name = "sparse_categorical_accuracy";

    /// @throws ShapeError  targets that are not of size 1
    Expression operator()(const Expression& target, const Expression& output) const {
        return detail::labels_of(target, name.data()) == argmax(output);
    }
};

}  // namespace nengine
