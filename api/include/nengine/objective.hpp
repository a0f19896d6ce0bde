#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "nengine/data.hpp"
#include "nengine/expression.hpp"
#include "nengine/losses.hpp"

namespace nengine {

namespace detail {

/// A function of what a probe should have given and what it gave.
template <class F>
concept Compares =
    std::is_invocable_r_v<Expression, const F&, const Expression&, const Expression&>;

/// A user's function, and what its values are called.
struct Comparison {
    std::string name;
    std::function<Expression(const Expression& target, const Expression& output)> value;
};

/// A metric with a last step on the host (SumsFunction), and what it is called.
struct MetricSums {
    std::string name;
    std::function<Expression(const Expression& target, const Expression& output)> sums;
    std::function<double(std::span<const double> sums, double items)> finish;
};

/// The function's own name, if it has a member `name`.
template <class F>
Comparison comparison(F value, const char* otherwise) {
    std::string name = otherwise;
    if constexpr (requires {
                      { value.name } -> std::convertible_to<std::string_view>;
                  }) {
        name = std::string(std::string_view(value.name));
    }
    return {std::move(name), std::move(value)};
}

}  // namespace detail

/// What training makes small: one of nengine/losses.hpp, or a function of symbolic
/// tensors.
///
/// A function gets target and output of one item of a call, [samples, size] each: all
/// that a probe shows of it, and what that is compared with; a target of one step is
/// repeated. The mean over what it gives, over items, is the loss. Nothing is looked at
/// across items.
///
///     [](Expression target, Expression output) {
///         return mean(square(last(output, 10) - last(target, 10)));
///     }
class Loss {
public:
    Loss(MeanSquaredError error) : kind_(error) {}
    Loss(SparseCategoricalCrossentropy entropy) : kind_(entropy) {}
    template <detail::Compares F>
    requires(!std::same_as<F, MeanSquaredError> &&
             !std::same_as<F, SparseCategoricalCrossentropy>) Loss(F value)
        : kind_(detail::comparison(std::move(value), "function")) {}
    /// `name`: of its values among the results.
    template <detail::Compares F>
    Loss(std::string name, F value)
        : kind_(detail::Comparison{std::move(name), std::move(value)}) {}

    using Kind = std::variant<MeanSquaredError, SparseCategoricalCrossentropy,
                              detail::Comparison>;
    const Kind& kind() const { return kind_; }

private:
    Kind kind_;
};

/// What is measured beside the losses: `Accuracy`, a function as of a Loss, which needs
/// no slope, or one of nengine/losses.hpp that adds up sums and makes its result of
/// those of all items (SumsFunction: Precision, AUC ...).
class Metric {
public:
    Metric(Accuracy accuracy) : kind_(accuracy) {}
    template <SumsFunction F>
    Metric(F metric)
        : kind_(detail::MetricSums{
              std::string(std::string_view(metric.name)),
              [metric](const Expression& target, const Expression& output) {
                  return metric.sums(target, output);
              },
              [metric](std::span<const double> sums, double items) {
                  return metric.finish(sums, items);
              }}) {}
    template <detail::Compares F>
    requires(!std::same_as<F, Accuracy>) Metric(F value)
        : kind_(detail::comparison(std::move(value), "metric")) {}
    template <detail::Compares F>
    Metric(std::string name, F value)
        : kind_(detail::Comparison{std::move(name), std::move(value)}) {}

    using Kind = std::variant<Accuracy, detail::Comparison, detail::MetricSums>;
    const Kind& kind() const { return kind_; }

private:
    Kind kind_;
};

struct ProbeLoss {
    DataKey probe;
    Loss loss;
    double weight = 1.0;  ///< in the total loss
};
struct ProbeMetric {
    DataKey probe;
    Metric metric;
};

/// Losses of probes, in the order in which their values are named; one loss for every
/// probe of the simulator; or one for each of them, in their order.
class Losses {
public:
    Losses() = default;
    Losses(std::initializer_list<ProbeLoss> of_probes) : of_probes_(of_probes) {}
    Losses(std::vector<ProbeLoss> of_probes) : of_probes_(std::move(of_probes)) {}
    template <class L>
    requires(std::convertible_to<L, Loss> && !std::same_as<L, Losses>) Losses(L loss)
        : for_all_(Loss(std::move(loss))) {}
    static Losses in_order(std::vector<Loss> losses) {
        Losses result;
        result.in_order_ = std::move(losses);
        return result;
    }

    const std::vector<ProbeLoss>& of_probes() const { return of_probes_; }
    const std::optional<Loss>& for_all() const { return for_all_; }
    const std::vector<Loss>& in_order() const { return in_order_; }

private:
    std::vector<ProbeLoss> of_probes_;
    std::optional<Loss> for_all_;
    std::vector<Loss> in_order_;
};

/// Metrics of probes, or one for every probe.
class Metrics {
public:
    Metrics() = default;
    Metrics(std::initializer_list<ProbeMetric> of_probes) : of_probes_(of_probes) {}
    Metrics(std::vector<ProbeMetric> of_probes) : of_probes_(std::move(of_probes)) {}
    template <class M>
    requires(std::convertible_to<M, Metric> && !std::same_as<M, Metrics>)
        Metrics(M metric)
        : for_all_(Metric(std::move(metric))) {}

    const std::vector<ProbeMetric>& of_probes() const { return of_probes_; }
    const std::optional<Metric>& for_all() const { return for_all_; }

private:
    std::vector<ProbeMetric> of_probes_;
    std::optional<Metric> for_all_;
};

}  // namespace nengine
