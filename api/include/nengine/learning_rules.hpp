#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/synapses.hpp"
#include "nengine/view.hpp"

namespace nengine {

// How a connection's weights change while a network runs. A rule ends each step with a
// change, `delta`, which is added at the start of the next. Every item of a minibatch
// has weights of its own. `a` are filtered activities of the pre neurons, `post` those
// of the post neurons, in Hz times amplitude; learning rates are per second.

/// Minimises an error by changing decoders, or the weights between neurons:
/// `delta = -learning_rate * dt / n * error x a` for n pre neurons. The error is what
/// is connected to the rule, of the size of the post object (for neurons, of their
/// ensemble: it is encoded into each).
struct PES {
    double learning_rate = 1e-4;  ///< at least 0
    Synapse pre_synapse = 0.005;
    bool operator==(const PES&) const = default;
};

/// Minimises an error by recursive least squares, much faster than PES, at n x n
/// numbers per item: with `Pa = P a` and `k = 1 / (1 + a' Pa)`, `delta = -k error x Pa`
/// and `P -= k Pa x Pa`. Changes decoders, and matrices from neurons to nodes or
/// ensembles.
struct RLS {
    double learning_rate = 1e-3;  ///< P starts as the identity times this * dt / n
    Synapse pre_synapse = 0.005;
    bool operator==(const RLS&) const = default;
};

/// Strengthens active inputs of neurons that fire above their own average theta:
/// `delta = learning_rate * dt * (post * (post - theta)) x a`. Changes the weights
/// between neurons.
struct BCM {
    double learning_rate = 1e-9;
    Synapse pre_synapse = 0.005;
    std::optional<Synapse> post_synapse = std::nullopt;  ///< unset: pre_synapse
    Synapse theta_synapse = 1.0;
    bool operator==(const BCM&) const = default;
};

/// Strengthens what fires together, with weights that stay bounded:
/// `delta = learning_rate * dt * (post x a - beta * post^2 * weights)`. Changes the
/// weights between neurons.
struct Oja {
    double learning_rate = 1e-6;
    Synapse pre_synapse = 0.005;
    std::optional<Synapse> post_synapse = std::nullopt;  ///< unset: pre_synapse
    double beta = 1.0;
    bool operator==(const Oja&) const = default;
};

/// Moves the encoders of active neurons towards the post ensemble's input x:
/// `delta = learning_rate * dt * signal * post * (gain / radius * x -
/// scaled_encoders)`, row by row. `signal` is 1 plus what is connected to the rule, so
/// that -1 stops it.
struct Voja {
    double learning_rate = 1e-2;
    Synapse post_synapse = 0.005;
    bool operator==(const Voja&) const = default;
};

using LearningRuleType = std::variant<PES, RLS, BCM, Oja, Voja>;

/// The rules of a connection: none, one, some, or some with names.
///
///     PES{.learning_rate = 1e-3}
///     LearningRules{BCM{}, Oja{}}
///     LearningRules{{"pes", PES{}}, {"voja", Voja{}}}
class LearningRules {
public:
    using Named = std::pair<std::string, LearningRuleType>;

    LearningRules() = default;
    LearningRules(NoneType) {}
    template <class Rule>
    requires(std::is_constructible_v<LearningRuleType, Rule> &&
             !std::is_same_v<std::remove_cvref_t<Rule>, LearningRules>)
        LearningRules(Rule&& rule)
        : rules_{{"", LearningRuleType(std::forward<Rule>(rule))}} {}
    LearningRules(std::initializer_list<LearningRuleType> rules) {
        for (const auto& rule : rules) {
            rules_.emplace_back("", rule);
        }
    }
    LearningRules(std::initializer_list<Named> rules) : rules_(rules) {}

    /// In the order given; rules of a list have empty names.
    const std::vector<Named>& all() const { return rules_; }
    bool operator==(const LearningRules&) const = default;

private:
    std::vector<Named> rules_;
};

/// One rule of a connection: what an error or a learning signal is connected to, and a
/// probe's target. A handle.
///
///     auto c = net.connect(a, b, {.learning_rule = PES{}});
///     net.connect(error, c.learning_rule);
///     net.probe(c.learning_rule, {.attr = "error"});
class NENGINE_API LearningRule {
public:
    /// Refers to nothing until one is assigned, as an empty Ensemble does.
    LearningRule();
    explicit LearningRule(std::shared_ptr<detail::ConnectionData> connection,
                          std::optional<std::size_t> index = std::nullopt);
    LearningRule(const LearningRule&) = default;
    LearningRule& operator=(const LearningRule&) = default;
    /// Whether it refers to a connection's.
    explicit operator bool() const;

    /// One of several rules: `connection.learning_rule.at("pes")`, or by its place.
    /// @throws ValidationError  no such rule
    LearningRule at(std::size_t index) const;
    LearningRule at(const std::string& name) const;
    /// Some components of what the rule takes.
    ObjectView operator[](Key key) const;
    /// The size of the error or learning signal; 0 for rules without.
    std::int64_t size_in() const;
    Connection connection() const;

private:
    friend class ObjectView;
    std::shared_ptr<detail::ConnectionData> data_;
    std::optional<std::size_t> index_;
};

}  // namespace nengine
