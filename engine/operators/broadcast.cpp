#include "engine/operators/broadcast.hpp"

#include <utility>

#include "engine/operators/checks.hpp"
#include "kernels/reduce.hpp"

namespace nengine::engine {

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
        low.emit(SumProductArgs<Planned>{dy, other, dx.operand, dx.accumulate});
    }
}

}  // namespace nengine::engine
