#include "nengine/presets.hpp"

namespace nengine {
namespace presets {

Config thresholding_ensembles(double threshold, double intercept_width, double radius) {
    Config config;
    config.ensemble.radius = radius;
    config.ensemble.intercepts =
        Exponential{.scale = intercept_width, .shift = threshold, .high = radius};
    config.ensemble.encoders = Choice{.options = Array{{1.0}}};
    config.ensemble.eval_points = Uniform{.low = threshold / radius, .high = 1.0};
    return config;
}

}  // namespace presets
}  // namespace nengine
