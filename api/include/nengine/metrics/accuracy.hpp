#pragma once

#include <string_view>

#include "nengine/expression.hpp"

namespace nengine {

/// How often the largest output is at the label: [samples]. As Keras's "accuracy" it
/// picks by sizes: BinaryAccuracy of outputs of size 1, SparseCategoricalAccuracy of
/// larger ones and targets of size 1, else CategoricalAccuracy.
struct Accuracy {
    static constexpr std::string_view name = "accuracy";

    bool last_step = false;  ///< only the last sample counts

    NENGINE_API Expression operator()(const Expression& target,
                                      const Expression& output) const;
};

}  // namespace nengine
