#pragma once

#include <cstddef>

#include "kernels/base/macros.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

/// Axes of a program's launch: step, item and those of an item.
inline constexpr int max_program_axes = 8;

/// Extents of a launch, the innermost one last; n of them are in use.
struct ProgramAxes {
    int n = 0;
    Index extent[max_program_axes] = {};

    Index size() const {
        Index elements = 1;
        for (int k = 0; k < n; ++k) {
            elements *= extent[k];
        }
        return elements;
    }
};

/// Where the numbers of an input or output lie along the axes.
template <class Real>
struct ProgramOperand {
    Real* data = nullptr;
    Index stride[max_program_axes] = {};
    bool accumulate = false;  ///< of outputs: added to what is there
    /// How many elements, from the innermost axis outwards, follow one another.
    Index run = 1;

    void find_run(const ProgramAxes& axes) {
        run = 1;
        for (int k = axes.n - 1; k >= 0 && stride[k] == run; --k) {
            run *= axes.extent[k];
        }
    }
};

template <class Real>
ProgramOperand<Real> operand_of(const View<Real>& view) {
    ProgramOperand<Real> operand{view.data, {view.steps.stride, view.batch.stride}};
    for (int k = 0; k < max_item_axes; ++k) {
        operand.stride[2 + k] = view.item[static_cast<std::size_t>(k)].stride;
    }
    return operand;
}

template <class Real>
ProgramAxes axes_of(const View<Real>& view) {
    ProgramAxes axes{max_program_axes, {view.steps.extent, view.batch.extent}};
    for (int k = 0; k < max_item_axes; ++k) {
        axes.extent[2 + k] = view.item[static_cast<std::size_t>(k)].extent;
    }
    return axes;
}

/// Axes `outer` and `outer + 1` are one in an operand.
template <class Real>
bool can_join(const ProgramAxes& axes, const ProgramOperand<Real>& operand, int outer) {
    return operand.stride[outer] == operand.stride[outer + 1] * axes.extent[outer + 1];
}

/// Drops axes of one element and joins neighbours that all operands run through as
/// through one: what is left decides how an element is found, and finds the operands'
/// dense runs. `each_operand(visit)` visits all operands.
template <class EachOperand>
void join_axes(ProgramAxes& axes, const EachOperand& each_operand) {
    const auto remove = [&](int axis) {
        for (int k = axis; k + 1 < axes.n; ++k) {
            axes.extent[k] = axes.extent[k + 1];
        }
        each_operand([&](auto& operand) {
            for (int k = axis; k + 1 < axes.n; ++k) {
                operand.stride[k] = operand.stride[k + 1];
            }
        });
        --axes.n;
    };
    for (int k = axes.n - 1; k >= 0 && axes.n > 1; --k) {
        if (axes.extent[k] == 1) {
            remove(k);
        }
    }
    for (int k = axes.n - 2; k >= 0; --k) {
        bool all = true;
        each_operand([&](auto& operand) { all = all && can_join(axes, operand, k); });
        if (all) {
            axes.extent[k + 1] *= axes.extent[k];
            remove(k);
        }
    }
    each_operand([&](auto& operand) { operand.find_run(axes); });
}

}  // namespace nengine::kernels
