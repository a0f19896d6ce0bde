#include "engine/operators/moving_average.hpp"

#include <bit>

#include "engine/ir/lowering.hpp"
#include "engine/operators/checks.hpp"
#include "kernels/base/error.hpp"
#include "kernels/moments.hpp"

namespace nengine::engine {

MovingAverage::MovingAverage(SignalId value_signal, SignalId statistic_signal,
                             double momentum)
    : OperatorBase({{Role::read, value_signal}, {Role::read, statistic_signal}}),
      momentum_(momentum) {
    if (!(momentum >= 0 && momentum <= 1)) {
        throw BuildError("MovingAverage: got a momentum of " +
                         std::to_string(momentum) + ", needs one in [0, 1]");
    }
}

MergeKey MovingAverage::merge_key(const std::vector<Shape>&) const {
    return {"MovingAverage", {std::bit_cast<Index>(momentum_)}};
}

OperatorProperties MovingAverage::properties() const {
    return {.has_clock = true, .reads_all_items = true, .only_trains = true};
}

double MovingAverage::flops(const std::vector<Shape>& shapes) const {
    constexpr double each = 3;
    return each * elements(shapes, statistic);
}

void MovingAverage::check(const std::vector<Shape>& shapes) const {
    check_size(*this, "a value", size_of(shapes, value), size_of(shapes, statistic));
}

void MovingAverage::lower(Lowering& low) const {
    low.emit(MovingAverageArgs<Planned>{low.flat(value), low.next_statistic(statistic),
                                        momentum_, low.stepped()});
}

}  // namespace nengine::engine
