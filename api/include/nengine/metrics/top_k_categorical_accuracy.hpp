#pragma once

#include <cstdint>
#include <string_view>

#include "nengine/metrics/parts.hpp"

namespace nengine {

/// Whether the output of the class with the largest target is among the k largest, that
/// is, fewer than k are larger: [samples]. Not if an output is not finite. Keras 2.12.
struct TopKCategoricalAccuracy {
    static constexpr std::string_view name = "top_k_categorical_accuracy";

    std::int64_t k = 5;

    Expression operator()(const Expression& target, const Expression& output) const {
        const Expression is_class = one_hot(argmax(target), output.extent(-1));
        return detail::is_in_top_k(is_class, output, k);
    }
};

}  // namespace nengine
