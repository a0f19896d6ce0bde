#include "engine/operators/learning.hpp"
#include "engine/planner/emit/lowering.hpp"

namespace nengine {
namespace {

/// A vector per member as the rows of its matrix.
Operand as_column(Operand vector) {
    vector.rows = vector.cols;
    vector.row_stride = vector.col_stride;
    vector.cols = 1;
    vector.col_stride = 0;
    return vector;
}

/// One number per member, repeated.
Operand repeated(Operand number) {
    number = Lowering::as_rows(number);
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
            low_.emit(ChangeWeightsCommand{
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
            low_.emit(
                CopyCommand{Lowering::as_rows(col_), Lowering::as_rows(to), false});
            col_ = to;
        }
    }

    /// col = P pre, power = pre' col
    void find_rls_columns() {
        const Operand pre = low_.dense_vector(SimLearning::pre);
        col_ = target(op_.col_slot(), SimLearning::pre);
        low_.emit(GemmCommand{GemmCommand::Kind::forward,
                              low_.matrix(op_.inv_gamma_slot()), pre, col_, false});
        power_ = low_.scratch(1);
        low_.emit(SumProductCommand{Lowering::as_rows(col_), Lowering::as_rows(pre),
                                    Lowering::as_rows(power_), false});
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
        LearningRowsCommand command{
            .kind = op_.kind(), .rate = rate(), .beta = op_.beta()};
        const auto rows_of = [&](int slot) {
            return slot >= 0 ? Lowering::as_rows(low_.vector(slot)) : Operand{};
        };
        command.signal = rows_of(SimLearning::signal_);
        command.theta = rows_of(op_.theta_slot());
        command.scale = rows_of(op_.scale_slot());
        command.gate =
            op_.gate_slot() >= 0 ? repeated(low_.vector(op_.gate_slot())) : Operand{};
        command.power = power_.present() ? repeated(power_) : Operand{};
        command.row = Lowering::as_rows(row_);
        command.decay = decay_.present() ? Lowering::as_rows(decay_) : Operand{};
        low_.emit(command);
    }

    /// P -= col col' / (1 + power)
    void update_inv_gamma() {
        const Operand scaled = low_.scratch(col_.cols);
        low_.emit(LearningRowsCommand{.kind = LearningKind::rls,
                                      .rate = 0,
                                      .beta = 0,
                                      .signal = Lowering::as_rows(col_),
                                      .theta = {},
                                      .scale = {},
                                      .gate = {},
                                      .power = repeated(power_),
                                      .row = Lowering::as_rows(scaled),
                                      .decay = {}});
        low_.emit(ChangeWeightsCommand{
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

void WeightInc::lower(Lowering& low) const {
    const Operand matrix = low.matrix(weights);
    low.emit(
        ChangeWeightsCommand{as_column(low.vector(row)), low.vector(col),
                             has_decay() ? as_column(low.vector(decay)) : Operand{},
                             has_decay() ? matrix : Operand{}, matrix, true});
}

void WeightIncDot::lower(Lowering& low) const {
    low.emit(ChangeAndMultiplyCommand{
        as_column(low.vector(row)), low.vector(col),
        has_decay() ? as_column(low.vector(decay)) : Operand{}, low.matrix(weights),
        low.vector(x), low.vector(y), low.accumulate(y)});
}

}  // namespace nengine
