#include "api/builder/layer_parameter.hpp"

#include <cmath>

#include "api/builder/memory.hpp"
#include "api/numerics/distributions.hpp"
#include "api/numerics/text.hpp"

namespace nengine {

namespace {

using namespace detail;

struct Fans {
    double in, out;
};

/// Keras's: of a kernel [..., in, out] the extents before are its field.
Fans fans_of(const Shape& shape) {
    if (shape.size() < 2) {
        const double n = shape.empty() ? 1 : static_cast<double>(shape.front());
        return {n, n};
    }
    double field = 1;
    for (std::size_t k = 0; k + 2 < shape.size(); ++k) {
        field *= static_cast<double>(shape[k]);
    }
    return {field * static_cast<double>(shape[shape.size() - 2]),
            field * static_cast<double>(shape.back())};
}

/// Keras's formulas: it divides the deviation of a truncated normal by that of a
/// standard normal cut at two deviations.
Vector scaled_variance(const VarianceScaling& scaling, Index count, Fans fans,
                       RandomState& rng) {
    constexpr double truncated_deviation = 0.87962566103423978;
    double fan = 0.5 * (fans.in + fans.out);
    if (scaling.mode == FanMode::fan_in) {
        fan = fans.in;
    } else if (scaling.mode == FanMode::fan_out) {
        fan = fans.out;
    }
    const double variance = scaling.scale / fan;
    if (scaling.distribution == ScalingDistribution::uniform) {
        const double limit = std::sqrt(3.0 * variance);
        return sample(Uniform{.low = -limit, .high = limit}, count, rng);
    }
    return sample(TruncatedNormal{.stddev = std::sqrt(variance) / truncated_deviation},
                  count, rng);
}

Vector initial_values(const DistributionOrArray& initializer, const Shape& shape,
                      RandomState& rng, const std::string& where) {
    const Index count = product(shape);
    const Fans fans = fans_of(shape);
    if (initializer.is_array()) {
        const Array& array = initializer.array();
        if (array.rank() == 0) {
            return Vector::Constant(count, array.values.front());
        }
        if (array.shape != shape) {
            throw ShapeError(where, "values of shape " + shape_text(array.shape),
                             shape_text(shape));
        }
        return Eigen::Map<const Vector>(array.values.data(), count);
    }
    const Distribution& distribution = initializer.distribution();
    if (const auto* scaling = std::get_if<VarianceScaling>(&distribution)) {
        return scaled_variance(*scaling, count, fans, rng);
    }
    if (const auto* glorot = std::get_if<Glorot>(&distribution)) {
        return scaled_variance({glorot->scale, FanMode::fan_avg, glorot->distribution},
                               count, fans, rng);
    }
    if (const auto* he = std::get_if<He>(&distribution)) {
        return scaled_variance(
            {he->scale * he->scale, FanMode::fan_in, he->distribution}, count, fans,
            rng);
    }
    return sample(distribution, count, rng, where);
}

/// What freeze() found; else what is said.
DistributionOrArray initializer_of(const NodeData& node,
                                   const ParameterOptions& options) {
    const auto found = node.layer->frozen.find(options.name);
    return found == node.layer->frozen.end() ? options.initializer : found->second;
}

}  // namespace

engine::SignalId layer_parameter(BuildState& state, const NodeData& node,
                                 BuiltNodeParts& parts, RandomState& rng,
                                 const ParameterOptions& options) {
    const std::string where = describe(node) + ": " + options.name;
    const auto& shared = node.layer->shared;
    if (shared != nullptr) {
        const auto known = state.shared_parameters.find({shared.get(), options.name});
        if (known != state.shared_parameters.end()) {
            const Shape& shape = state.model->signal(known->second).shape;
            if (shape != options.shape) {
                throw ShapeError(where,
                                 "a shared parameter of shape " + shape_text(shape),
                                 shape_text(options.shape));
            }
            return parts.parameters[options.name] = known->second;
        }
    }
    need_memory(node, options.name.c_str(), {product(options.shape)}, "its sizes", 2);
    const Vector values =
        initial_values(initializer_of(node, options), options.shape, rng, where);
    const engine::SignalId id =
        state.parameter(node, options.name, options.shape, values_of(values),
                        options.trainable && is_trainable(node));
    if (shared != nullptr) {
        state.shared_parameters[{shared.get(), options.name}] = id;
    }
    return parts.parameters[options.name] = id;
}

}  // namespace nengine
