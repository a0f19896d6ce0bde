#include "engine/operators/reduce.hpp"

#include "engine/ir/lowering.hpp"
#include "engine/operators/broadcast.hpp"
#include "engine/operators/checks.hpp"

namespace nengine::engine {
namespace {

/// The gradient of one kind by x, as far as it needs more than the sum's.
class ReduceGradient {
public:
    /// Both have x's extents: y's gradient repeats along reduced ones. Others may have
    /// added to y, so that its value is found again.
    ReduceGradient(BackwardLowering& low, Operand of_x, Operand of_dy)
        : low_(low), x_(of_x), dy_(of_dy) {}

    /// dX = dY [x == y] / (how many of x are equal to y)
    void of_extreme(Reduction kind, const Contribution& dx) {
        const Operand y = reduced(kind, x_);
        const Operand ties = low_.temporary(dy_);
        const auto is_equal = [](auto u, auto v) { return u == v; };
        emit_program(low_, pointwise_graph<2>(is_equal), {x_, y}, ties, false);
        const Operand count = reduced(Reduction::sum, ties);
        const auto share = [](auto dy, auto tie, auto n) { return dy * tie / n; };
        emit_program(low_, pointwise_graph<3>(share), {dy_, ties, count}, dx.operand,
                     dx.accumulate);
    }

    /// dX = dY times the product of the others: of all that are not 0, divided by x,
    /// unless there are zeros; then only the single one has any.
    void of_product(const Contribution& dx) {
        const Operand part = low_.temporary(dy_);
        const auto is_zero = [](auto u) { return u == 0.0; };
        emit_program(low_, pointwise_graph<1>(is_zero), {x_}, part, false);
        const Operand zeros = reduced(Reduction::sum, part);
        const auto or_1 = [](auto u) { return where(u == 0.0, 1.0, u); };
        emit_program(low_, pointwise_graph<1>(or_1), {x_}, part, false);
        const Operand product = reduced(Reduction::product, part);
        const auto share = [](auto u, auto dy, auto n_zeros, auto others) {
            return dy * where(u == 0.0, where(n_zeros == 1.0, others, 0.0),
                              where(n_zeros == 0.0, others / u, 0.0));
        };
        emit_program(low_, pointwise_graph<4>(share), {x_, dy_, zeros, product},
                     dx.operand, dx.accumulate);
    }

private:
    /// A reduction of what has x's extents, repeated along the reduced ones.
    Operand reduced(Reduction kind, const Operand& of) {
        const Operand result = low_.temporary(without_repeats(dy_));
        low_.emit(ReduceArgs<Planned>{kind, of, result, false});
        auto axes = dy_.item_axes();
        const auto own = result.item_axes();
        for (std::size_t k = 0; k < axes.size(); ++k) {
            axes[k].stride = axes[k].stride == 0 ? 0 : own[k].stride;
        }
        Operand repeated = result;
        repeated.set_item_axes(axes);
        return repeated;
    }

    BackwardLowering& low_;
    Operand x_, dy_;
};

}  // namespace

Reduce::Reduce(Kind kind, SignalId x_signal, SignalId y_signal, bool inc)
    : OperatorBase({{Role::read, x_signal}, {written(inc), y_signal}}), kind_(kind) {}

MergeKey Reduce::merge_key(const std::vector<Shape>& shapes) const {
    MergeKey key = shape_key("Reduce", shapes);
    key.numbers.push_back(static_cast<Index>(kind_));
    return key;
}

OperatorProperties Reduce::properties() const {
    return {.linear = kind_ == Kind::sum ? SlotSet{x} : SlotSet{},
            .may_add = true,
            .writes_anywhere = true};
}

double Reduce::flops(const std::vector<Shape>& shapes) const {
    return elements(shapes, x);
}

void Reduce::check(const std::vector<Shape>& shapes) const {
    check_broadcast(*this, shapes[y], shapes[x]);
    if (shapes[y].size() != shapes[x].size()) {
        refuse(*this, "shape " + to_string(shapes[y]),
               "the rank of " + to_string(shapes[x]));
    }
}

std::vector<int> Reduce::saved_slots() const {
    return kind_ == Kind::sum ? std::vector<int>{} : std::vector<int>{x};
}

void Reduce::lower(Lowering& low) const {
    const auto operands = low.broadcast({y, x});
    low.emit(ReduceArgs<Planned>{kind_, operands[1], without_repeats(operands[0]),
                                 low.accumulate(y)});
}

void Reduce::lower_backward(BackwardLowering& low) const {
    const auto lower_gradient = [&](bool of_parameter) {
        const Contribution dx =
            of_parameter ? low.parameter_elements(x, x) : low.contribute_elements(x, x);
        const Of of_dy = of_parameter ? Of::saved_gradient : Of::gradient;
        // Extents alone are asked for where values are not kept.
        const Operand dy = low.broadcast({y, x}, Of::gradient, of_dy)[0];
        if (kind_ == Kind::sum) {
            emit_copy(low, dy, dx.operand, dx.accumulate);
        } else {
            const Of value = of_parameter ? Of::saved : Of::value;
            const Operand of_x = low.broadcast({x}, value)[0];
            ReduceGradient gradient_of_x(low, of_x, dy);
            if (kind_ == Kind::product) {
                gradient_of_x.of_product(dx);
            } else {
                gradient_of_x.of_extreme(kind_, dx);
            }
        }
        low.finish(dx);
    };
    if (low.wants_parameter(x)) {
        low.defer([&] { lower_gradient(true); });
    } else if (low.wants(x)) {
        lower_gradient(false);
    }
}

}  // namespace nengine::engine
