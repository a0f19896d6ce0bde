#include "engine/operators/learning.hpp"

#include <bit>

#include "engine/operators/refuse.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

void check_matrix(const Operator& op, const char* what, const Shape& got,
                  const Shape& needed) {
    if (got != needed) {
        refuse(op, std::string(what) + " of shape " + to_string(got),
               to_string(needed));
    }
}

MergeKey key_of(const std::string& type, const std::vector<Shape>& shapes) {
    MergeKey key{type, {}};
    for (const Shape& shape : shapes) {
        key.numbers.push_back(static_cast<Index>(shape.size()));
        key.numbers.insert(key.numbers.end(), shape.begin(), shape.end());
    }
    return key;
}

bool rule_decays(LearningKind kind) {
    return kind == LearningKind::oja || kind == LearningKind::voja;
}

std::vector<Slot> learning_slots(LearningKind kind, const LearningSignals& s) {
    using enum LearningKind;
    const bool factors = s.row != no_signal && s.col != no_signal &&
                         (s.decay != no_signal) == rule_decays(kind);
    const bool no_factors =
        s.row == no_signal && s.col == no_signal && s.decay == no_signal;
    const bool complete =
        s.pre != no_signal && s.signal != no_signal &&
        (kind == bcm) == (s.theta != no_signal) &&
        (kind == voja) == (s.gate != no_signal && s.scale != no_signal) &&
        (kind == rls) == (s.inv_gamma != no_signal) &&
        (rule_decays(kind) && s.delta != no_signal) == (s.weights != no_signal) &&
        (factors || (no_factors && s.delta != no_signal));
    if (!complete) {
        throw BuildError(
            "SimLearning: got too few or too many signals, needs what the rule reads, "
            "and its factors or delta");
    }
    std::vector<Slot> slots;
    const auto add = [&](Role role, SignalId signal) {
        if (signal != no_signal) {
            slots.push_back({role, signal});
        }
    };
    for (const SignalId read : {s.pre, s.signal, s.theta, s.scale, s.gate, s.weights}) {
        add(Role::read, read);
    }
    for (const SignalId written : {s.inv_gamma, s.row, s.col, s.decay, s.delta}) {
        add(Role::update, written);
    }
    return slots;
}

}  // namespace

SimLearning::SimLearning(LearningKind kind, const LearningSignals& signals, double rate,
                         double beta)
    : OperatorBase(learning_slots(kind, signals)),
      kind_(kind),
      rate_(rate),
      beta_(beta) {
    int next = signal_ + 1;
    const auto take = [&](SignalId id) { return id == no_signal ? -1 : next++; };
    theta_ = take(signals.theta);
    scale_ = take(signals.scale);
    gate_ = take(signals.gate);
    weights_ = take(signals.weights);
    inv_gamma_ = take(signals.inv_gamma);
    row_ = take(signals.row);
    col_ = take(signals.col);
    decay_ = take(signals.decay);
    delta_ = take(signals.delta);
}

bool SimLearning::has_decay() const {
    return rule_decays(kind_);
}

std::string_view SimLearning::type() const {
    switch (kind_) {
        case LearningKind::pes:
            return "SimPES";
        case LearningKind::bcm:
            return "SimBCM";
        case LearningKind::oja:
            return "SimOja";
        case LearningKind::voja:
            return "SimVoja";
        default:
            return "SimRLS";
    }
}

void SimLearning::check(const std::vector<Shape>& shapes) const {
    const Index m = size_of(shapes, signal_), n = size_of(shapes, pre);
    const auto need = [&](int slot, const char* what, Index size) {
        if (slot >= 0) {
            check_size(*this, what, size_of(shapes, slot), size);
        }
    };
    need(theta_, "theta", m);
    need(gate_, "a learning signal", 1);
    need(row_, "row factors", m);
    need(col_, "column factors", n);
    need(decay_, "decay", m);
    if (scale_ >= 0 && size_of(shapes, scale_) != 1) {
        need(scale_, "a scale", m);
    }
    for (const int slot : {weights_, delta_}) {
        if (slot >= 0) {
            check_matrix(*this, "weights", shapes[static_cast<std::size_t>(slot)],
                         {m, n});
        }
    }
    if (inv_gamma_ >= 0) {
        check_matrix(*this, "inv_gamma", shapes[static_cast<std::size_t>(inv_gamma_)],
                     {n, n});
    }
}

MergeKey SimLearning::merge_key(const std::vector<Shape>& shapes) const {
    MergeKey key = key_of(std::string(type()), shapes);
    key.numbers.push_back(has_factors() ? 1 : 0);
    key.numbers.push_back(std::bit_cast<Index>(rate_));
    key.numbers.push_back(std::bit_cast<Index>(beta_));
    return key;
}

double SimLearning::flops(const std::vector<Shape>& shapes) const {
    const auto m = static_cast<double>(size_of(shapes, signal_));
    const auto n = static_cast<double>(size_of(shapes, pre));
    const double rls = inv_gamma_ >= 0 ? 5 * n * n : 0;
    const double change = has_delta() ? (has_decay() ? 3 : 1) * m * n : 0;
    return rls + change + 4 * m;
}

WeightInc::WeightInc(SignalId weight_signal, SignalId row_signal, SignalId col_signal,
                     SignalId decay_signal)
    : OperatorBase(decay_signal == no_signal
                       ? std::vector<Slot>{{Role::inc, weight_signal},
                                           {Role::read, row_signal},
                                           {Role::read, col_signal}}
                       : std::vector<Slot>{{Role::inc, weight_signal},
                                           {Role::read, row_signal},
                                           {Role::read, col_signal},
                                           {Role::read, decay_signal}}) {}

void WeightInc::check(const std::vector<Shape>& shapes) const {
    const Index m = size_of(shapes, row), n = size_of(shapes, col);
    check_matrix(*this, "weights", shapes[weights], {m, n});
    if (has_decay()) {
        check_size(*this, "decay", size_of(shapes, decay), m);
    }
}

MergeKey WeightInc::merge_key(const std::vector<Shape>& shapes) const {
    return key_of("WeightInc", shapes);
}

double WeightInc::flops(const std::vector<Shape>& shapes) const {
    return (has_decay() ? 4.0 : 2.0) * static_cast<double>(size_of(shapes, weights));
}

namespace {

std::vector<Slot> fused_slots(const WeightInc& change, const DotInc& product) {
    std::vector<Slot> slots{change.slots()[WeightInc::weights],
                            product.slots()[DotInc::x], product.slots()[DotInc::y],
                            change.slots()[WeightInc::row],
                            change.slots()[WeightInc::col]};
    if (change.has_decay()) {
        slots.push_back(change.slots()[WeightInc::decay]);
    }
    return slots;
}

}  // namespace

WeightIncDot::WeightIncDot(const WeightInc& change, const DotInc& product)
    : OperatorBase(fused_slots(change, product)) {
    label = product.label;
}

void WeightIncDot::check(const std::vector<Shape>& shapes) const {
    const Index m = size_of(shapes, row), n = size_of(shapes, col);
    check_matrix(*this, "weights", shapes[weights], {m, n});
    check_size(*this, "X", size_of(shapes, x), n);
    check_size(*this, "Y", size_of(shapes, y), m);
}

MergeKey WeightIncDot::merge_key(const std::vector<Shape>& shapes) const {
    return key_of("WeightIncDot", shapes);
}

double WeightIncDot::flops(const std::vector<Shape>& shapes) const {
    return (has_decay() ? 6.0 : 4.0) * static_cast<double>(size_of(shapes, weights));
}

}  // namespace nengine
