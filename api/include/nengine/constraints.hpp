#pragma once

#include <concepts>
#include <string_view>

#include "nengine/constraints/list.hpp"
#include "nengine/parameter_function.hpp"

namespace nengine {

// Constraints are functions of a parameter, with Keras 2.12's names, formulas and
// defaults, that give what it becomes. Any other function may be one.
template <class Function>
concept ConstrainingFunction = requires(const Function& function, const Expression& x) {
    { function.name } -> std::convertible_to<std::string_view>;
    { function(x) } -> std::convertible_to<Expression>;
};

}  // namespace nengine
