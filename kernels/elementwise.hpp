#pragma once

#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine {

// All operands of one call have the extents of the written block; what is broadcast has
// stride 0 there. Written blocks never have a zero stride over an extent above 1, and
// do not overlap what is read, unless they are the very same elements.

/// dst = value
template <class Exec, class Real>
void fill(const Exec& exec, const Block<Real>& dst, Real value);

/// dst = src, or dst += src
template <class Exec, class Real>
void copy(const Exec& exec, const Block<const Real>& src, const Block<Real>& dst,
          bool accumulate);

/// y = a * x, or y += a * x, element by element
template <class Exec, class Real>
void multiply(const Exec& exec, const Block<const Real>& a, const Block<const Real>& x,
              const Block<Real>& y, bool accumulate);

/// time(t) = (first_step + t) * dt: the clock, in double until it is stored. Step k,
/// counted from 1, runs at k * dt.
template <class Exec, class Real>
void write_time(const Exec& exec, Index first_step, double dt, const Block<Real>& time);

}  // namespace nengine
