#pragma once

#include "kernels/base/export.hpp"
#include "nengine/network.hpp"

namespace nengine {

/// Sets of defaults for common purposes, to be used by `Network::with`.
namespace presets {

/// For ensembles of one dimension that represent values above `threshold` and are
/// silent below: positive encoders, most intercepts right above the threshold, and
/// evaluation points in [threshold, radius].
///
///     const auto defaults = net.with(presets::thresholding_ensembles(0.3));
///     auto a = net.ensemble(50, 1);
///
/// @param intercept_width  the intercepts' scale: Exponential(intercept_width,
///                         threshold, radius)
NENGINE_API Config thresholding_ensembles(double threshold,
                                          double intercept_width = 0.15,
                                          double radius = 1.0);

}  // namespace presets
}  // namespace nengine
