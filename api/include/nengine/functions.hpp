#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "nengine/arithmetic.hpp"
#include "nengine/array.hpp"
#include "nengine/none.hpp"
#include "nengine/processes.hpp"

namespace nengine {

namespace detail {

template <class R>
concept Numbers =
    std::ranges::input_range<R> && std::is_arithmetic_v<std::ranges::range_value_t<R>>;

/// What a user's function returns, as a list: a number is a list of one, nothing is an
/// empty list, an array its numbers.
template <class Call>
std::vector<double> returned(Call&& call) {
    using R = std::invoke_result_t<Call>;
    if constexpr (std::is_void_v<R>) {
        call();
        return {};
    } else if constexpr (std::is_arithmetic_v<std::remove_cvref_t<R>>) {
        return {static_cast<double>(call())};
    } else if constexpr (std::is_same_v<std::remove_cvref_t<R>, std::vector<double>>) {
        return call();
    } else if constexpr (std::is_same_v<std::remove_cvref_t<R>, Array>) {
        return call().values;
    } else {
        static_assert(Numbers<R>,
                      "the function must return a number, a range of "
                      "numbers or nothing");
        std::vector<double> values;
        for (const auto value : call()) {
            values.push_back(static_cast<double>(value));
        }
        return values;
    }
}

template <class F, class... Before>
inline constexpr bool takes_vector =
    std::is_invocable_v<F&, Before..., std::span<const double>> ||
    std::is_invocable_v<F&, Before..., const std::vector<double>&>;

/// Calls f with x as a span, or as a vector if it wants one.
template <class F, class... Before>
std::vector<double> call_with(F& f, std::span<const double> x, Before... before) {
    if constexpr (std::is_invocable_v<F&, Before..., std::span<const double>>) {
        return returned([&]() -> decltype(auto) { return f(before..., x); });
    } else {
        const std::vector<double> copy(x.begin(), x.end());
        return returned([&]() -> decltype(auto) { return f(before..., copy); });
    }
}

}  // namespace detail

/// What a node puts out: nothing of its own (it passes its input on), constant numbers,
/// a function of time, a function of time and the node's input, or a process.
///
///     NodeOutput a = 0.5;
///     NodeOutput b = {1.0, 2.0};
///     NodeOutput c = [](double t) { return std::sin(t); };
///     NodeOutput d = [](double t, std::span<const double> x) { return t * x[0]; };
///     NodeOutput e = WhiteSignal{.period = 1.0, .high = 5.0};  // any Process
///
/// Functions may return a number (for all of size_out components), a range of numbers,
/// or nothing. They are called once per step, a function of (t, x) once per item of the
/// minibatch. If any function of the network takes x or returns nothing (also a
/// connection's, on what is not decoded, or a process of one's own), all are called
/// step by step in Nengo's order, so that they may share variables and look at the
/// simulator (`n_steps`, `data`); the node option `pure` takes a function out of that
/// order. Without any such function those of time are called for many steps ahead, all
/// of them for a step before any for the next.
///
/// Where one throws, the next run begins with the step that failed: functions of (t, x)
/// that had been called for it are called for it again, those of t are not. A pure
/// function of x may be called again for steps before it, too.
class NodeOutput {
public:
    using Call =
        std::function<std::vector<double>(double t, std::span<const double> x)>;

    NodeOutput(NoneType = None) {}
    NodeOutput(double constant) : constant_(std::vector{constant}) {
        kind_ = Kind::constant;
    }
    NodeOutput(std::initializer_list<double> constant)
        : constant_(std::vector(constant)) {
        kind_ = Kind::constant;
    }
    NodeOutput(std::vector<double> constant) : constant_(std::move(constant)) {
        kind_ = Kind::constant;
    }
    NodeOutput(Array constant) : constant_(std::move(constant)) {
        kind_ = Kind::constant;
    }
    template <NumberRange Vector>
    NodeOutput(const Vector& constant) : NodeOutput(Array(constant)) {}
    template <class P>
    requires std::is_convertible_v<P, Process> NodeOutput(P&& process)
        : process_(Process(std::forward<P>(process))) {
        kind_ = Kind::process;
    }
    template <class F>
    requires(std::is_invocable_v<F&, double> || detail::takes_vector<F, double>)
        NodeOutput(F function) {
        if constexpr (std::is_invocable_v<F&, double>) {
            kind_ = Kind::function_of_t;
            call_ = [f = std::move(function)](double t,
                                              std::span<const double>) mutable {
                return detail::returned([&]() -> decltype(auto) { return f(t); });
            };
        } else {
            kind_ = Kind::function_of_t_and_x;
            call_ = [f = std::move(function)](double t,
                                              std::span<const double> x) mutable {
                return detail::call_with(f, x, t);
            };
        }
    }

    enum class Kind {
        passthrough,
        constant,
        function_of_t,
        function_of_t_and_x,
        process
    };
    Kind kind() const { return kind_; }
    const Array& constant() const { return constant_; }
    const Call& call() const { return call_; }
    const Process& process() const { return *process_; }

private:
    Kind kind_ = Kind::passthrough;
    Array constant_;
    Call call_;
    std::optional<Process> process_;
};

/// What a connection computes from the value x that it carries: a function of the
/// vector, a function of one number (applied to each component), or, instead of a
/// function, its values at the connection's evaluation points, [points, size].
///
///     Function square = [](double x) { return x * x; };
///     Function product = [](std::span<const double> x) { return x[0] * x[1]; };
///     Function values = Array{{0.0, 1.0}, {1.0, 0.0}};
///
/// Give arguments of lambdas a type: `auto` fits both forms.
class Function {
public:
    using Call = std::function<std::vector<double>(std::span<const double> x)>;

    /// The identity.
    Function() = default;
    Function(NoneType) {}
    Function(Array values) : values_(std::move(values)), has_values_(true) {}
    template <NumberTable Rows>
    Function(const Rows& values) : Function(Array(values)) {}
    template <class F>
    requires((detail::takes_vector<F> ||
              std::is_invocable_r_v<double, F&, double>)&&!std::is_same_v<F, Function>)
        Function(F function) {
        if constexpr (detail::takes_vector<F>) {
            call_ = [f = std::move(function)](std::span<const double> x) mutable {
                return detail::call_with(f, x);
            };
        } else {
            call_ = [f = std::move(function)](std::span<const double> x) mutable {
                std::vector<double> values(x.size());
                for (std::size_t i = 0; i < x.size(); ++i) {
                    values[i] = static_cast<double>(f(x[i]));
                }
                return values;
            };
        }
    }

    bool is_identity() const { return !call_ && !has_values_; }
    bool has_values() const { return has_values_; }
    const Array& values() const { return values_; }
    const Call& call() const { return call_; }

private:
    Call call_;
    Array values_;
    bool has_values_ = false;
};

}  // namespace nengine
