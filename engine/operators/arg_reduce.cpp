#include "engine/operators/arg_reduce.hpp"

#include <string>

#include "engine/ir/lowering.hpp"
#include "engine/operators/broadcast.hpp"
#include "engine/operators/checks.hpp"
#include "kernels/reduce.hpp"

namespace nengine::engine {

ArgReduce::ArgReduce(Of of, SignalId x_signal, SignalId y_signal)
    : OperatorBase({{Role::read, x_signal}, {Role::set, y_signal}}), of_(of) {}

MergeKey ArgReduce::merge_key(const std::vector<Shape>& shapes) const {
    MergeKey key = shape_key("ArgReduce", shapes);
    key.numbers.push_back(static_cast<Index>(of_));
    return key;
}

double ArgReduce::flops(const std::vector<Shape>& shapes) const {
    return elements(shapes, x);
}

void ArgReduce::check(const std::vector<Shape>& shapes) const {
    check_broadcast(*this, shapes[y], shapes[x]);
    int reduced = 0;
    for (std::size_t d = 0; d < shapes[x].size(); ++d) {
        const bool same_rank = shapes[y].size() == shapes[x].size();
        reduced += !same_rank || shapes[y][d] != shapes[x][d] ? 1 : 0;
    }
    if (reduced > 1) {
        refuse(*this, "shape " + to_string(shapes[y]),
               to_string(shapes[x]) + " with 1 in the place of one extent");
    }
}

void ArgReduce::lower(Lowering& low) const {
    const auto operands = low.broadcast({y, x});
    const auto kind = of_ == Of::largest ? Reduction::max : Reduction::min;
    low.emit(ArgReduceArgs<Planned>{kind, operands[1], without_repeats(operands[0])});
}

}  // namespace nengine::engine
