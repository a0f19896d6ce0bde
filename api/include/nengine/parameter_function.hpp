#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "nengine/expression.hpp"
#include "nengine/none.hpp"

namespace nengine {

namespace detail {

/// A function of a parameter, or none.
class ParameterFunction {
public:
    using Value = std::function<Expression(const Expression&)>;

    explicit operator bool() const { return function_ != nullptr; }
    /// What it is called: the function's own name, if it has a member `name`.
    const std::string& name() const { return function_->name; }
    Expression operator()(const Expression& parameter) const {
        return function_->value(parameter);
    }

protected:
    ParameterFunction() = default;
    template <class F>
    ParameterFunction(F value, std::string otherwise) {
        if constexpr (requires {
                          { value.name } -> std::convertible_to<std::string_view>;
                      }) {
            otherwise = std::string(std::string_view(value.name));
        }
        function_ = std::make_shared<const Named>(
            Named{std::move(otherwise), Value(std::move(value))});
    }

private:
    struct Named {
        std::string name;
        Value value;
    };
    std::shared_ptr<const Named> function_;
};

template <class F>
concept ChangesOne = std::is_invocable_r_v<Expression, const F&, const Expression&> &&
    !std::derived_from<F, ParameterFunction>;

}  // namespace detail

/// What a parameter adds to the total loss, once for each minibatch: one of
/// nengine/regularizers.hpp, None, or a function of the parameter that gives one
/// number.
///
///     .kernel_regularizer = L2{1e-4}
///     .kernel_regularizer = [](Expression w) { return 0.01 * amax(abs(w)); }
///
/// A simulator of a network that has one shows the sum of all as "regularization"
/// beside the loss that it is a part of. Parameters that are not trained count too.
class Regularizer : public detail::ParameterFunction {
public:
    Regularizer() = default;
    Regularizer(NoneType) {}
    template <detail::ChangesOne F>
    Regularizer(F value) : ParameterFunction(std::move(value), "function") {}
};

/// What a parameter becomes after each update: one of nengine/constraints.hpp, None, or
/// a function of it that gives as many numbers.
///
///     .kernel_constraint = MaxNorm{.max_value = 2}
///     .kernel_constraint = [](Expression w) { return clip(w, -1.0, 1.0); }
class Constraint : public detail::ParameterFunction {
public:
    Constraint() = default;
    Constraint(NoneType) {}
    template <detail::ChangesOne F>
    Constraint(F value) : ParameterFunction(std::move(value), "function") {}
};

}  // namespace nengine
