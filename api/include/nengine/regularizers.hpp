#pragma once

#include <concepts>
#include <string_view>

#include "nengine/parameter_function.hpp"
#include "nengine/regularizers/list.hpp"

namespace nengine {

// Regularizers are functions of a parameter, with Keras 2.12's names, formulas and
// defaults, that give one number. Any other function may be one.
template <class Function>
concept RegularizingFunction = requires(const Function& function, const Expression& x) {
    { function.name } -> std::convertible_to<std::string_view>;
    { function(x) } -> std::convertible_to<Expression>;
};

}  // namespace nengine
