#pragma once

#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine {

// A stepped region keeps its signals in fixed rows, so that one recorded step can be
// replayed. These move rows from and to histories by a step counter on the device.

/// row = (or +=) history(*step + shift, ...)
template <class Exec, class Real>
void load_row(const Exec& exec, const Index* step, Index shift,
              const Block<const Real>& history, const Block<Real>& row,
              bool accumulate);

/// history(*step + shift, ...) = (or +=) row
template <class Exec, class Real>
void store_row(const Exec& exec, const Index* step, Index shift,
               const Block<const Real>& row, const Block<Real>& history,
               bool accumulate);

/// steps[i] += by for `count` counters
template <class Exec>
void advance(const Exec& exec, Index* steps, Index count, Index by);

}  // namespace nengine
