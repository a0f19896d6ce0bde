#pragma once

#include "nengine/expression.hpp"

namespace nengine::detail {

/// w wanted / (norm + 1e-7): of vectors along some axes with these norms, those whose
/// norm is as wanted (Keras's epsilon keeps zeros).
inline Expression with_norm(const Expression& w, const Expression& norms,
                            const Expression& wanted) {
    return w * (wanted / (1e-7 + norms));
}

}  // namespace nengine::detail
