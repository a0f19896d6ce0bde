#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include "nengine/losses/list.hpp"
#include "nengine/metrics/list.hpp"

namespace nengine {

// Losses and metrics are functions of a target and an output of one item, [samples,
// size]: symbolic tensors without an axis for items, which need not be of the same
// shape if they broadcast. Their names are those in results.

/// A loss, or a metric that is a mean: what it gives is averaged over its elements, of
/// any number, then over items.
///
///     struct Within {
///         std::string_view name = "within";  // may be static
///         double distance = 0.1;
///         Expression operator()(const Expression& target,
///                               const Expression& output) const {
///             return abs(output - target) < distance;
///         }
///     };
template <class Function>
concept MeanFunction = requires(const Function& function, const Expression& x) {
    { function.name } -> std::convertible_to<std::string_view>;
    { function(x, x) } -> std::convertible_to<Expression>;
};

/// A metric with a last step on the host: sums(target, output) gives a vector for an
/// item, which is added up over items, and finish(sums, items) makes the result of
/// that.
template <class Function>
concept SumsFunction = requires(const Function& function, const Expression& x,
                                std::span<const double> sums, double items) {
    { function.name } -> std::convertible_to<std::string_view>;
    { function.sums(x, x) } -> std::convertible_to<Expression>;
    { function.finish(sums, items) } -> std::convertible_to<double>;
};

}  // namespace nengine
