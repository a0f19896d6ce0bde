#include "engine/operators/gather.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "engine/ir/lowering.hpp"
#include "engine/operators/checks.hpp"
#include "kernels/gather_scatter.hpp"

namespace nengine::engine {
namespace {

using Axes = std::vector<Axis>;

/// An axis for each dimension of an operand that was aligned with itself, which has
/// none for those of 1.
Axes own_axes(const Operand& operand, const Shape& shape) {
    const auto aligned = operand.item_axes();
    Axes axes(shape.size());
    auto next = aligned.rbegin();
    for (std::size_t d = shape.size(); d-- > 0;) {
        axes[d] = shape[d] == 1 ? Axis{} : *next++;
    }
    return axes;
}

/// What has the axes of x on the way to those of y: the elements of one place of the
/// axis.
struct OfX {
    Operand operand;
    Axis axis;  ///< as long as x is
};

/// How operands of the three slots lie along y's axes, [before, index, after].
class Alignment {
public:
    Alignment(const Lowering& low, int axis)
        : of_x_(low.shape(Gather::x)),
          of_index_(low.shape(Gather::index)),
          of_y_(low.shape(Gather::y)),
          axis_(static_cast<std::size_t>(axis)) {}

    Operand y(const Operand& operand) const {
        return with(operand, own_axes(operand, of_y_));
    }
    Operand index(const Operand& operand) const {
        Axes axes = extents();
        std::ranges::copy(own_axes(operand, of_index_), axes.begin() + before());
        return with(operand, axes);
    }
    /// Repeated along the index.
    OfX x(const Operand& operand) const { return of_x(operand, extents()); }
    /// Once.
    OfX target(const Operand& operand) const {
        return of_x(operand, Axes(of_y_.size()));
    }

private:
    std::ptrdiff_t before() const { return static_cast<std::ptrdiff_t>(axis_); }

    /// y's extents, with stride 0.
    Axes extents() const {
        Axes axes;
        for (const Index extent : of_y_) {
            axes.push_back({extent, 0});
        }
        return axes;
    }

    /// @param to  what is written over but for the axes of the index
    OfX of_x(const Operand& operand, Axes to) const {
        const Axes own = own_axes(operand, of_x_);
        const auto chosen = own.begin() + before();
        std::copy(own.begin(), chosen, to.begin());
        std::copy(chosen + 1, own.end(), to.end() - (own.end() - chosen - 1));
        return {with(operand, to), {of_x_[axis_], chosen->stride}};
    }

    static Operand with(Operand operand, const Axes& axes) {
        std::array<Axis, kernels::max_item_axes> all{};
        std::ranges::copy(axes, all.end() - static_cast<std::ptrdiff_t>(axes.size()));
        operand.set_item_axes(all);
        return operand;
    }

    Shape of_x_, of_index_, of_y_;
    std::size_t axis_;
};

}  // namespace

Gather::Gather(SignalId x_signal, SignalId index_signal, SignalId y_signal, int axis,
               bool inc)
    : OperatorBase({{Role::read, x_signal},
                    {Role::read, index_signal},
                    {written(inc), y_signal}}),
      axis_(axis) {}

MergeKey Gather::merge_key(const std::vector<Shape>& shapes) const {
    MergeKey key = shape_key("Gather", shapes);
    key.numbers.push_back(axis_);
    return key;
}

OperatorProperties Gather::properties() const {
    return {.linear = {x}, .may_add = true, .writes_anywhere = true};
}

double Gather::flops(const std::vector<Shape>& shapes) const {
    return elements(shapes, y);
}

void Gather::check(const std::vector<Shape>& shapes) const {
    const Shape& from = shapes[x];
    if (axis_ < 0 || axis_ >= static_cast<int>(from.size())) {
        refuse(*this, "axis " + std::to_string(axis_),
               "one of those of " + to_string(from));
    }
    Shape needed(from.begin(), from.begin() + axis_);
    needed.insert(needed.end(), shapes[index].begin(), shapes[index].end());
    needed.insert(needed.end(), from.begin() + axis_ + 1, from.end());
    if (shapes[y] != needed) {
        refuse(*this, "shape " + to_string(shapes[y]), to_string(needed));
    }
}

void Gather::lower(Lowering& low) const {
    const Alignment align(low, axis_);
    const OfX from = align.x(low.broadcast({x})[0]);
    low.emit(GatherArgs<Planned>{from.operand, align.index(low.broadcast({index})[0]),
                                 align.y(low.broadcast({y})[0]), from.axis,
                                 low.accumulate(y)});
}

// dX[b, INDEX[i], a] += dY[b, i, a], over steps and items too if X has fewer of them.
void Gather::lower_backward(BackwardLowering& low) const {
    const Alignment align(low, axis_);
    const auto scatter = [&](const Operand& dx, bool accumulate, Of of_dy,
                             Of of_index) {
        const OfX to = align.target(dx);
        low.emit(
            ScatterAddArgs<Planned>{align.y(low.broadcast({y}, of_dy)[0]),
                                    align.index(low.broadcast({index}, of_index)[0]),
                                    to.operand, to.axis, accumulate});
    };
    if (low.wants_parameter(x)) {
        low.defer([&] {
            scatter(low.parameter_broadcast(x, x), true, Of::saved_gradient, Of::saved);
        });
    } else if (low.wants(x)) {
        const Contribution dx = low.contribute_broadcast(x, x);
        scatter(dx.operand, dx.accumulate, Of::gradient, Of::value);
    }
}

}  // namespace nengine::engine
