#include "engine/operators/broadcast.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/operators/checks.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/pointwise.hpp"
#include "kernels/reduce.hpp"

namespace nengine::engine {
namespace {

/// Axes of some operands, of equal extents, that all run through as through one are
/// one. False: more than two are left.
bool merge_to_matrices(std::vector<Operand>& operands) {
    std::vector<std::array<Axis, kernels::max_item_axes>> axes;
    for (const Operand& operand : operands) {
        axes.push_back(operand.item_axes());
    }
    const auto extent = [&](std::size_t k) { return axes.front()[k].extent; };
    const auto joins = [&](std::size_t outer, std::size_t inner) {
        return std::ranges::all_of(axes, [&](const auto& of) {
            return of[outer].stride == of[inner].stride * of[inner].extent;
        });
    };
    std::size_t last = kernels::max_item_axes - 1;  // the one that grows
    for (std::size_t k = last; k-- > 0;) {
        if (extent(k) == 1) {
            continue;
        }
        const bool joined = extent(last) == 1 || joins(k, last);
        last -= joined ? 0 : 1;
        for (auto& of : axes) {
            const Axis outer = std::exchange(of[k], {1, 0});
            Axis& to = of[last];
            to = !joined || to.extent == 1 ? outer
                                           : Axis{to.extent * outer.extent, to.stride};
        }
    }
    for (std::size_t k = 0; k < operands.size(); ++k) {
        operands[k].set_item_axes(axes[k]);
    }
    return last + 2 >= kernels::max_item_axes;
}

}  // namespace

void emit_program(Lowering& low, const PointwiseGraph& function,
                  const std::vector<Operand>& inputs, const Operand& y,
                  bool accumulate) {
    PointwiseArgs<Planned> args{
        .program = assemble(function, static_cast<int>(inputs.size())).value()};
    std::ranges::copy(inputs, args.inputs.begin());
    args.outputs[0] = y;
    args.accumulate[0] = accumulate;
    low.emit(args);
}

void emit_copy(Lowering& low, const Operand& x, const Operand& y, bool accumulate) {
    std::vector<Operand> both{x, y};
    if (merge_to_matrices(both)) {
        low.emit(CopyArgs<Planned>{both[0], both[1], accumulate});
        return;
    }
    const auto itself = [](auto u) { return u; };
    emit_program(low, pointwise_graph<1>(itself), {x}, y, accumulate);
}

void emit_product(Lowering& low, const Operand& a, const Operand& x, const Operand& y,
                  bool accumulate) {
    std::vector<Operand> all{a, x, y};
    if (merge_to_matrices(all)) {
        low.emit(MultiplyArgs<Planned>{all[0], all[1], all[2], accumulate});
        return;
    }
    const auto product = [](auto u, auto v) { return u * v; };
    emit_program(low, pointwise_graph<2>(product), {a, x}, y, accumulate);
}

void check_broadcast(const Operator& op, const Shape& from, const Shape& to) {
    bool fits = from.size() <= to.size();
    for (std::size_t i = 1; fits && i <= from.size(); ++i) {
        const Index extent = from[from.size() - i];
        fits = extent == 1 || extent == to[to.size() - i];
    }
    if (!fits && shape_size(from) != shape_size(to)) {
        refuse(op, "shape " + to_string(from),
               "one that broadcasts to " + to_string(to));
    }
}

void broadcast_gradient(BackwardLowering& low, int slot, int factor, int out) {
    const auto product = [&](bool saved) -> std::pair<Operand, Operand> {
        if (factor < 0) {
            // Only the extents of the slot are asked for: its value is not kept.
            const auto both =
                saved ? low.saved_broadcast(slot, out)
                      : low.broadcast({slot, out}, Of::gradient, Of::gradient);
            return {both[1], {}};
        }
        const auto of_gradient = saved ? Of::saved_gradient : Of::gradient;
        const auto of_value = saved ? Of::saved : Of::value;
        const auto all = low.broadcast({factor, out}, of_gradient, of_value);
        return {all[1], all[0]};
    };
    if (low.wants_parameter(slot)) {
        const auto operands = product(true);
        low.defer([&] {
            low.emit(SumProductArgs<Planned>{operands.first, operands.second,
                                             low.parameter_broadcast(slot, out), true});
        });
    } else if (low.wants(slot)) {
        const auto [dy, other] = product(false);
        const Contribution dx = low.contribute_broadcast(slot, out);
        if (dx.sums) {
            low.emit(SumProductArgs<Planned>{dy, other, dx.operand, dx.accumulate});
        } else if (factor < 0) {
            emit_copy(low, dy, dx.operand, dx.accumulate);
        } else {
            emit_product(low, other, dy, dx.operand, dx.accumulate);
        }
    }
}

}  // namespace nengine::engine
