#pragma once

#include "kernels/base/macros.hpp"

namespace nengine::kernels {

/// One step of a first-order filter, x = a x + b u: what Lowpass becomes. The fused and
/// the unfused form both come here, and so give the same bits.
template <class Real>
NENGINE_HD Real first_order_step(Real a, Real b, Real x, Real u) {
    return a * x + b * u;
}

}  // namespace nengine::kernels
