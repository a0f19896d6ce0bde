#pragma once

#include <string_view>

#include "kernels/base/export.hpp"
#include "nengine/expression.hpp"

namespace nengine {

/// factor mean(|cosine|) over all pairs of different rows of a matrix, or of its
/// columns: 0 if they are orthogonal. The cosine is that of rows divided by their norm;
/// where the sum of squares is below 1e-12, that is taken. Keras 2.12.
struct OrthogonalRegularizer {
    static constexpr std::string_view name = "orthogonal_regularizer";
    enum class Mode { rows, columns };

    double factor = 0.01;
    Mode mode = Mode::rows;

    /// @throws ShapeError  no matrix, or one without two rows (columns)
    NENGINE_API Expression operator()(const Expression& w) const;
};

}  // namespace nengine
