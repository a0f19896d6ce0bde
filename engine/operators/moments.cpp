#include "engine/operators/moments.hpp"

#include "engine/ir/lowering.hpp"
#include "engine/operators/broadcast.hpp"
#include "engine/operators/checks.hpp"
#include "kernels/moments.hpp"

namespace nengine::engine {
namespace {

/// The same elements with the extents of another operand, repeated where that one is.
Operand repeated_as(Operand operand, const Operand& like) {
    auto axes = like.item_axes();
    const auto own = operand.item_axes();
    for (std::size_t k = 0; k < axes.size(); ++k) {
        axes[k].stride = axes[k].stride == 0 ? 0 : own[k].stride;
    }
    operand.set_item_axes(axes);
    return operand;
}

/// dX of one of the ways in which it is asked for.
class MomentsGradient {
public:
    /// `of_parameter`: X is one, and all steps are there.
    MomentsGradient(BackwardLowering& low, bool of_parameter)
        : low_(low),
          of_value_(of_parameter ? Of::saved : Of::value),
          of_gradient_(of_parameter ? Of::saved_gradient : Of::gradient) {}

    void add_to(const Contribution& dx) {
        const Operand x = low_.broadcast({Moments::x}, of_value_).front();
        const Operand share = item_shares(x);
        if (!low_.wants(Moments::variance)) {
            const auto of_mean = [](auto dmean, auto n) { return dmean * n; };
            emit_program(low_, pointwise_graph<2>(of_mean),
                         {gradient_of(Moments::mean), share}, dx.operand,
                         dx.accumulate);
            return;
        }
        const Operand dvariance = gradient_of(Moments::variance);
        const Operand mean = mean_again(x, dvariance);
        if (!low_.wants(Moments::mean)) {
            const auto of_variance = [](auto u, auto m, auto dv, auto n) {
                return 2.0 * (u - m) * dv * n;
            };
            emit_program(low_, pointwise_graph<4>(of_variance),
                         {x, mean, dvariance, share}, dx.operand, dx.accumulate);
            return;
        }
        const auto of_both = [](auto u, auto m, auto dm, auto dv, auto n) {
            return (dm + 2.0 * (u - m) * dv) * n;
        };
        emit_program(low_, pointwise_graph<5>(of_both),
                     {x, mean, gradient_of(Moments::mean), dvariance, share},
                     dx.operand, dx.accumulate);
    }

private:
    /// In X's shape.
    Operand gradient_of(int slot) const {
        // Extents alone are asked for of X.
        return low_.broadcast({slot, Moments::x}, of_value_, of_gradient_).front();
    }

    /// 1 / n for each item that counts, as an operand of X's extents.
    Operand item_shares(const Operand& x) {
        Operand single = x;
        single.in_time = Rows::fixed;
        single.set_item_axes({});
        const Operand share = low_.temporary(single);
        const Index n =
            shape_size(low_.shape(Moments::x)) / shape_size(low_.shape(Moments::mean));
        low_.emit(ItemSharesArgs<Planned>{share, n});
        auto axes = x.item_axes();
        for (Axis& axis : axes) {
            axis.stride = 0;
        }
        Operand repeated = share;
        repeated.set_item_axes(axes);
        return repeated;
    }

    /// Others may have added to the mean, so that it is found again.
    Operand mean_again(const Operand& x, const Operand& like) {
        const Operand mean = low_.temporary(without_repeats(like));
        low_.emit(MomentsArgs<Planned>{x, mean, {}});
        return repeated_as(mean, like);
    }

    BackwardLowering& low_;
    Of of_value_, of_gradient_;
};

}  // namespace

Moments::Moments(SignalId x_signal, SignalId mean_signal, SignalId variance_signal)
    : OperatorBase({{Role::read, x_signal},
                    {Role::set, mean_signal},
                    {Role::set, variance_signal}}) {}

MergeKey Moments::merge_key(const std::vector<Shape>& shapes) const {
    return shape_key("Moments", shapes);
}

OperatorProperties Moments::properties() const {
    return {.reads_all_items = true};
}

double Moments::flops(const std::vector<Shape>& shapes) const {
    constexpr double each = 5;  // to add; to subtract, multiply, and add both
    return each * elements(shapes, x);
}

void Moments::check(const std::vector<Shape>& shapes) const {
    check_broadcast(*this, shapes[mean], shapes[x]);
    if (shapes[mean].size() != shapes[x].size()) {
        refuse(*this, "a mean of shape " + to_string(shapes[mean]),
               "the rank of " + to_string(shapes[x]));
    }
    if (shapes[variance] != shapes[mean]) {
        refuse(*this, "a variance of shape " + to_string(shapes[variance]),
               to_string(shapes[mean]));
    }
}

void Moments::lower(Lowering& low) const {
    const auto operands = low.broadcast({mean, variance, x});
    const Operand of_variance =
        low.unread(variance) ? Operand{} : without_repeats(operands[1]);
    low.emit(
        MomentsArgs<Planned>{operands[2], without_repeats(operands[0]), of_variance});
}

void Moments::lower_backward(BackwardLowering& low) const {
    const auto lower_gradient = [&](const Contribution& dx, bool of_parameter) {
        MomentsGradient(low, of_parameter).add_to(dx);
        low.finish(dx);
    };
    if (low.wants_parameter(x)) {
        low.defer([&] { lower_gradient(low.parameter_elements(x, x), true); });
    } else if (low.wants(x)) {
        lower_gradient(low.contribute_elements(x, x), false);
    }
}

}  // namespace nengine::engine
