#pragma once

#include <type_traits>
#include <variant>

#include "kernels/optimizers/adadelta.hpp"
#include "kernels/optimizers/adafactor.hpp"
#include "kernels/optimizers/adagrad.hpp"
#include "kernels/optimizers/adam.hpp"
#include "kernels/optimizers/adamax.hpp"
#include "kernels/optimizers/adamw.hpp"
#include "kernels/optimizers/ftrl.hpp"
#include "kernels/optimizers/nadam.hpp"
#include "kernels/optimizers/rmsprop.hpp"
#include "kernels/optimizers/sgd.hpp"

namespace nengine {

/// The table of optimizers: whatever is done with one of them follows from its file and
/// its place here.
using AnyOptimizer = std::variant<RMSprop, SGD, Adam, Adamax, Nadam, Adagrad, Adadelta,
                                  Ftrl, AdamW, Adafactor>;

namespace kernels {

template <class Options>
constexpr OptimizerTraits traits_of(const Options&) {
    return OptimizerFormula<Options>::traits;
}

/// Calls `use` with the options that there are: std::visit, without its exception,
/// which unified sources must not contain.
template <class... Options>
void visit_optimizer(const std::variant<Options...>& optimizer, const auto& use) {
    const auto visit = [&](const auto* options) {
        if (options != nullptr) {
            use(*options);
        }
    };
    (visit(std::get_if<Options>(&optimizer)), ...);
}

/// Calls `use` with each type's default options.
void for_each_optimizer(const auto& use) {
    [&]<class... Options>(std::type_identity<std::variant<Options...>>) {
        (use(Options{}), ...);
    }(std::type_identity<AnyOptimizer>{});
}

}  // namespace kernels
}  // namespace nengine
