#pragma once

#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine {

/// dst = (or +=) the sum of a * b over every extent in which dst has 1 and a has more.
///
/// The gradient of whatever was broadcast: a bias over batch and positions, a shared
/// factor of a product. `b.data` may be null (a factor of 1); otherwise it has a's
/// extents. Sums run in a fixed order that depends on the extents alone, in Real
/// (columns) with float64 partial sums where a column has more than 4096 terms.
template <class Exec, class Real>
void sum_product(const Exec& exec, const Block<const Real>& a,
                 const Block<const Real>& b, const Block<Real>& dst, bool accumulate);

}  // namespace nengine
