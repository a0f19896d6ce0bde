#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"
#include "kernels/learning.hpp"

// Online learning. A rule ends a step by finding how weights W [m, n] will change,
//
//     delta = row x col - decay * W      (decay row by row, for some rules)
//
// and the change is applied at the start of the next step, before W is read. Rules give
// the factors row [m], col [n] and decay [m], of which a change of all of W is made
// where W is touched anyway; `delta` itself, as in Nengo, only where something wants to
// see it.

namespace nengine::engine {

/// The signals of a learning rule; those that a rule or a model lacks are no_signal.
struct LearningSignals {
    SignalId pre = no_signal;     ///< [n] filtered activities; Voja: the decoded input
    SignalId signal = no_signal;  ///< [m] PES, RLS: the error; else post, filtered
    SignalId theta = no_signal;   ///< BCM: [m]
    SignalId scale = no_signal;   ///< Voja: gain / radius, [m] or one
    SignalId gate = no_signal;    ///< Voja: the learning signal, one number
    SignalId inv_gamma = no_signal;  ///< RLS: [n, n]
    SignalId weights = no_signal;    ///< with delta, for rules with decay: [m, n]
    SignalId row = no_signal, col = no_signal, decay = no_signal;
    SignalId delta = no_signal;  ///< [m, n]
};

/// Nengo's SimPES, SimBCM, SimOja, SimVoja and SimRLS: updates the factors of the next
/// change of weights (all that the rule has, or none), and delta if it is given.
///
///     PES   row = -rate dt / n * error             col = pre
///     BCM   row = rate dt * post * (post - theta)  col = pre
///     Oja   row = rate dt * post                   col = pre
///           decay = rate dt beta * post^2
///     Voja  row = rate dt gate * scale * post      col = pre
///           decay = rate dt gate * post
///     RLS   row = -k * error                       col = P pre
///           k = 1 / (1 + pre' col);  P -= k col col'
///
/// RLS carries P, the inverse of the activities' correlation ("inv_gamma").
class SimLearning : public OperatorBase<SimLearning> {
public:
    enum { pre, signal_ };
    /// @throws BuildError  signals that the rule needs are missing
    SimLearning(LearningKind kind, const LearningSignals& signals, double rate,
                double beta = 0);
    LearningKind kind() const { return kind_; }
    double rate() const { return rate_; }
    double beta() const { return beta_; }
    bool has_factors() const { return row_ >= 0; }
    bool has_delta() const { return delta_ >= 0; }
    bool has_decay() const;

    // Slots that depend on what there is; -1: absent.
    int theta_slot() const { return theta_; }
    int scale_slot() const { return scale_; }
    int gate_slot() const { return gate_; }
    int inv_gamma_slot() const { return inv_gamma_; }
    int weights_slot() const { return weights_; }
    int row_slot() const { return row_; }
    int col_slot() const { return col_; }
    int decay_slot() const { return decay_; }
    int delta_slot() const { return delta_; }

    std::string_view type() const override;
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    void lower(Lowering& lowering) const override;
    double flops(const std::vector<Shape>& shapes) const override;

private:
    int find(Role role, SignalId signal) const;

    LearningKind kind_;
    double rate_, beta_;
    int theta_ = -1, scale_ = -1, gate_ = -1, inv_gamma_ = -1, weights_ = -1, row_ = -1,
        col_ = -1, decay_ = -1, delta_ = -1;
};

}  // namespace nengine::engine
