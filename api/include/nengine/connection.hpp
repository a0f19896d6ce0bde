#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "kernels/base/export.hpp"
#include "nengine/distributions.hpp"
#include "nengine/functions.hpp"
#include "nengine/learning_rules.hpp"
#include "nengine/seed.hpp"
#include "nengine/solvers.hpp"
#include "nengine/synapses.hpp"
#include "nengine/transforms.hpp"
#include "nengine/view.hpp"

namespace nengine {

/// Options of a connection; the same names set defaults in `Network::config`.
struct ConnectionOptions {
    std::string label = {};
    std::optional<Seed> seed = std::nullopt;
    OrDefault<Function> function = {};    ///< the identity
    OrDefault<Transform> transform = {};  ///< none
    OrDefault<Synapse> synapse = {};      ///< Lowpass of 0.005 s
    OrDefault<Solver> solver = {};        ///< LstsqL2
    /// None: the ensemble's
    OrDefault<std::optional<DistributionOrArray>> eval_points = {};
    OrDefault<bool> scale_eval_points = {};       ///< true: times the radius
    OrDefault<LearningRules> learning_rule = {};  ///< none
    OrDefault<bool> trainable = {};               ///< true: the weights
    /// As of a node: for a function of what is not decoded, which is called in steps.
    bool pure = false;
};

/// Carries `transform * function(pre)` through a synapse to `post`. From an ensemble
/// the function is decoded from the neurons' activities by weights that `solver` finds.
/// A handle.
class NENGINE_API Connection {
public:
    /// Refers to nothing until one is assigned, as an empty Ensemble does.
    Connection();
    explicit Connection(std::shared_ptr<detail::ConnectionData> data);
    Connection(const Connection&) = default;
    Connection& operator=(const Connection& other) noexcept;
    /// Whether it refers to a connection.
    explicit operator bool() const;

    const ObjectView& pre() const;
    const ObjectView& post() const;
    std::int64_t size_in() const;   ///< of the (sliced) pre object
    std::int64_t size_mid() const;  ///< of what the function returns
    std::int64_t size_out() const;  ///< of the (sliced) post object
    ObjectView operator[](Key key) const;
    bool operator==(const Connection& other) const { return data_ == other.data_; }

private:
    friend class ObjectView;
    friend class Simulator;
    std::shared_ptr<detail::ConnectionData> data_;

public:
    std::string& label;
    std::optional<Seed>& seed;
    Function& function;
    Transform& transform;
    Synapse& synapse;
    Solver& solver;
    std::optional<DistributionOrArray>& eval_points;
    bool& scale_eval_points;
    LearningRules& learning_rule_type;
    std::optional<bool>& trainable;
    /// The rule, to connect to and to probe; of several, `learning_rule.at(name)`.
    LearningRule learning_rule;
};

}  // namespace nengine
