#pragma once

#include "kernels/base/args.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

// Elements along an axis that are chosen by computed numbers. The nearest whole number
// is meant; below 0 it counts from the axis's end. What lies outside of the axis, and
// NaN, names no element: memory outside of the axis is never touched.

namespace nengine::kernels {

/// y = (or +=) x[index], the elements along one axis of x that `index` names; NaN where
/// it names none.
///
/// All have y's extents: x repeats (stride 0) along the axes that y has from the index,
/// the index along the others. The axis of x that is chosen from is none of them.
template <class Ref>
struct GatherArgs {
    typename Ref::ReadView x, index;
    typename Ref::WriteView y;
    Axis axis;  ///< of x
    bool accumulate = false;

    constexpr auto fields() const {
        return std::tuple{reads(&GatherArgs::x).as_wide_as(&GatherArgs::y),
                          reads(&GatherArgs::index).as_wide_as(&GatherArgs::y),
                          writes(&GatherArgs::y, accumulate),
                          constant(&GatherArgs::axis),
                          constant(&GatherArgs::accumulate)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        gather(exec, *this);
    }
};
template <class Exec, class Real>
void gather(const Exec& exec, const GatherArgs<Bound<Real>>& args);

/// dx = 0 (or what it is), then dx[index] += dy: the gradient of gather by x.
///
/// dy and index have y's extents, as in gather. Where dx has 1 and dy has more, in the
/// axes of the index and maybe in steps and items, all of dy are added to the same
/// elements: in Real, in the order of steps, items and positions, whatever the device.
template <class Ref>
struct ScatterAddArgs {
    typename Ref::ReadView dy, index;
    typename Ref::WriteView dx;
    Axis axis;  ///< of dx
    bool accumulate = false;

    constexpr auto fields() const {
        return std::tuple{reads(&ScatterAddArgs::dy),
                          reads(&ScatterAddArgs::index).as_wide_as(&ScatterAddArgs::dy),
                          writes(&ScatterAddArgs::dx, accumulate),
                          constant(&ScatterAddArgs::axis),
                          constant(&ScatterAddArgs::accumulate)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        scatter_add(exec, *this);
    }
};
template <class Exec, class Real>
void scatter_add(const Exec& exec, const ScatterAddArgs<Bound<Real>>& args);

}  // namespace nengine::kernels
