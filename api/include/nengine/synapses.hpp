#pragma once

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "nengine/none.hpp"

namespace nengine {
inline namespace api {

// What a signal passes through on its way along a connection or into a probe. A synapse
// adds one step of delay to its filter; `None` adds none; `Lowpass{0}` only delays.

/// `1 / (tau s + 1)`; tau >= 0 in seconds. A plain number stands for a Lowpass.
struct Lowpass {
    double tau = 0.005;
    bool operator==(const Lowpass&) const = default;
};

/// `1 / (tau s + 1)^2`; tau >= 0 in seconds.
struct Alpha {
    double tau = 0.005;
    bool operator==(const Alpha&) const = default;
};

/// How an analog filter is made discrete.
enum class Discretization { zoh, bilinear, euler, backward_diff };

/// The transfer function `num(s) / den(s)`, highest power first; with `analog = false`
/// one of z that is used as it is. Order (the degree of `den`) at most 8.
struct LinearFilter {
    std::vector<double> num;
    std::vector<double> den;
    bool analog = true;
    Discretization method = Discretization::zoh;
    bool operator==(const LinearFilter&) const = default;
};

/// A synapse or none: `0.01`, `Alpha{0.1}`, `LinearFilter{...}`, `None`.
class Synapse {
public:
    using Value = std::variant<NoneType, Lowpass, Alpha, LinearFilter>;

    Synapse() = default;
    Synapse(NoneType) {}
    Synapse(std::nullopt_t) {}
    Synapse(double tau) : value_(Lowpass{tau}) {}
    template <class S>
    requires(std::is_same_v<std::remove_cvref_t<S>, Lowpass> ||
             std::is_same_v<std::remove_cvref_t<S>, Alpha> ||
             std::is_same_v<std::remove_cvref_t<S>, LinearFilter>) Synapse(S&& synapse)
        : value_(std::forward<S>(synapse)) {}

    bool is_none() const { return std::holds_alternative<NoneType>(value_); }
    const Value& value() const { return value_; }
    bool operator==(const Synapse&) const = default;

private:
    Value value_;
};

}  // namespace api
}  // namespace nengine
