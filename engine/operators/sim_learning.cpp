#include "engine/operators/sim_learning.hpp"

#include <bit>

#include "engine/ir/lowering.hpp"
#include "engine/operators/checks.hpp"
#include "kernels/base/error.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/learning.hpp"
#include "kernels/product.hpp"
#include "kernels/reduce.hpp"

namespace nengine::engine {
namespace {

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

OperatorProperties SimLearning::properties() const {
    return {.merging = Merging::evenly_spaced,
            .stepped = has_delta() || inv_gamma_ >= 0};
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
    MergeKey key = shape_key(std::string(type()), shapes);
    key.numbers.push_back(has_factors() ? 1 : 0);
    key.numbers.push_back(std::bit_cast<Index>(rate_));
    key.numbers.push_back(std::bit_cast<Index>(beta_));
    return key;
}

double SimLearning::flops(const std::vector<Shape>& shapes) const {
    const double m = elements(shapes, signal_), n = elements(shapes, pre);
    const double rls = inv_gamma_ >= 0 ? 5 * n * n : 0;
    const double change = has_delta() ? (has_decay() ? 3 : 1) * m * n : 0;
    return rls + change + 4 * m;
}

namespace {

/// One number per member, repeated.
Operand repeated(Operand number) {
    number = as_rows(number);
    number.col_stride = 0;
    return number;
}

/// Lowers one rule: its factors, then what is made of them.
class RuleLowering {
public:
    RuleLowering(const SimLearning& op, Lowering& low) : op_(op), low_(low) {}

    void run() {
        const bool rls = op_.kind() == LearningKind::rls;
        row_ = target(op_.row_slot(), SimLearning::signal_);
        if (op_.has_decay()) {
            decay_ = target(op_.decay_slot(), SimLearning::signal_);
        }
        rls ? find_rls_columns() : find_columns();
        find_rows();
        if (rls) {
            update_inv_gamma();
        }
        if (op_.has_delta()) {
            low_.emit(ChangeWeightsArgs<Planned>{
                as_column(row_), col_, op_.has_decay() ? as_column(decay_) : Operand{},
                op_.has_decay() ? low_.matrix(op_.weights_slot()) : Operand{},
                low_.matrix(op_.delta_slot()), false});
        }
    }

private:
    /// The factor's slot, or memory of this step's own for as many as slot `like` has.
    Operand target(int slot, int like) {
        return slot >= 0 ? low_.vector(slot)
                         : low_.scratch(shape_size(low_.shape(like)));
    }

    void find_columns() {
        col_ = low_.vector(SimLearning::pre);
        if (op_.has_factors()) {
            const Operand to = low_.vector(op_.col_slot());
            low_.emit(CopyArgs<Planned>{as_rows(col_), as_rows(to), false});
            col_ = to;
        }
    }

    /// col = P pre, power = pre' col
    void find_rls_columns() {
        const Operand pre = low_.dense_vector(SimLearning::pre);
        col_ = target(op_.col_slot(), SimLearning::pre);
        low_.emit(ProductArgs<Planned>{
            ProductKind::forward, low_.matrix(op_.inv_gamma_slot()), pre, col_, false});
        power_ = low_.scratch(1);
        low_.emit(SumProductArgs<Planned>{as_rows(col_), as_rows(pre), as_rows(power_),
                                          false});
    }

    /// Everything in the rate that is constant.
    double rate() const {
        const double rate = op_.rate() * low_.dt();
        return op_.kind() == LearningKind::pes
                   ? -rate /
                         static_cast<double>(shape_size(low_.shape(SimLearning::pre)))
                   : rate;
    }

    void find_rows() {
        LearningRowsArgs<Planned> command{
            .kind = op_.kind(), .rate = rate(), .beta = op_.beta()};
        const auto rows_of = [&](int slot) {
            return slot >= 0 ? as_rows(low_.vector(slot)) : Operand{};
        };
        command.signal = rows_of(SimLearning::signal_);
        command.theta = rows_of(op_.theta_slot());
        command.scale = rows_of(op_.scale_slot());
        command.gate =
            op_.gate_slot() >= 0 ? repeated(low_.vector(op_.gate_slot())) : Operand{};
        command.power = power_.present() ? repeated(power_) : Operand{};
        command.row = as_rows(row_);
        command.decay = decay_.present() ? as_rows(decay_) : Operand{};
        low_.emit(command);
    }

    /// P -= col col' / (1 + power)
    void update_inv_gamma() {
        const Operand scaled = low_.scratch(col_.cols);
        low_.emit(LearningRowsArgs<Planned>{.kind = LearningKind::rls,
                                            .rate = 0,
                                            .beta = 0,
                                            .signal = as_rows(col_),
                                            .theta = {},
                                            .scale = {},
                                            .gate = {},
                                            .power = repeated(power_),
                                            .row = as_rows(scaled),
                                            .decay = {}});
        low_.emit(ChangeWeightsArgs<Planned>{
            as_column(scaled), col_, {}, {}, low_.matrix(op_.inv_gamma_slot()), true});
    }

    const SimLearning& op_;
    Lowering& low_;
    Operand row_, col_, decay_, power_;
};

}  // namespace

void SimLearning::lower(Lowering& low) const {
    RuleLowering(*this, low).run();
}

}  // namespace nengine::engine
