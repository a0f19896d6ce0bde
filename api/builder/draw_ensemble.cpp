#include <algorithm>
#include <cmath>

#include "api/builder/decode.hpp"
#include "api/builder/memory.hpp"
#include "api/numerics/distributions.hpp"
#include "api/numerics/text.hpp"
#include "api/objects/neuron_parts.hpp"

namespace nengine {

namespace {

using detail::EnsembleData;

void normalize_rows(Matrix& encoders, const std::string& where) {
    for (Eigen::Index row = 0; row < encoders.rows(); ++row) {
        const double length = encoders.row(row).norm();
        if (!(length > 0.0) || !std::isfinite(length)) {
            throw BuildError(where + ": got encoder " + std::to_string(row) +
                             " of length " + number_text(length) +
                             ", needs one with a direction");
        }
        encoders.row(row) /= length;
    }
}

std::span<const double> span_of(const Vector& values) {
    return {values.data(), static_cast<std::size_t>(values.size())};
}

/// max_rates and intercepts, or gain and bias, are drawn for Direct too; what follows
/// from them is not.
void draw_tuning(const EnsembleData& ensemble, const std::string& where,
                 RandomState& rng, BuiltEnsembleParts& parts) {
    const Index n = ensemble.n_neurons;
    if (ensemble.gain.has_value() != ensemble.bias.has_value()) {
        throw ValidationError(where +
                              ": got a gain or a bias alone, needs both or none");
    }
    if (ensemble.gain) {
        parts.gain = values_or_samples(*ensemble.gain, n, rng, where + ": gain");
        parts.bias = values_or_samples(*ensemble.bias, n, rng, where + ": bias");
        return;
    }
    parts.max_rates =
        values_or_samples(ensemble.max_rates, n, rng, where + ": max_rates");
    parts.intercepts =
        values_or_samples(ensemble.intercepts, n, rng, where + ": intercepts");
}

void complete_tuning(const EnsembleData& ensemble, const std::string& where,
                     BuiltEnsembleParts& parts) {
    const TunedNeuron neuron = tuned_neuron(ensemble.neuron_type);
    if (ensemble.gain) {
        const auto tuning = max_rates_intercepts(neuron, span_of(parts.gain),
                                                 span_of(parts.bias), where);
        parts.max_rates = tuning.max_rates;
        parts.intercepts = tuning.intercepts;
        return;
    }
    const auto found =
        gain_bias(neuron, span_of(parts.max_rates), span_of(parts.intercepts), where);
    parts.gain = found.gain;
    parts.bias = found.bias;
}

void need_eval_points(const std::vector<Index>& shape, const std::string& what) {
    kernels::need_host_memory(kernels::array_bytes(shape, 2 * sizeof(double)), [&] {
        return kernels::MemoryUse{what, "twice points of shape " + shape_text(shape),
                                  "n_eval_points, n_neurons or dimensions"};
    });
}

/// The ensemble's own points; where no decoder wants them, they are made when asked
/// for.
EvalPoints own_eval_points(const EnsembleData& ensemble, bool decoded, RandomState& rng,
                           const std::string& where) {
    const DistributionOrArray& points = ensemble.eval_points;
    const Index count = eval_point_count(ensemble), d = ensemble.dimensions;
    const double radius = ensemble.radius;
    RandomState before = rng;
    const std::string what = where + ": eval_points";
    if (decoded || points.is_array() ||
        !skip_sample(points.distribution(), count, d, rng)) {
        return EvalPoints(
            Matrix(draw_eval_points(points, ensemble, rng, what) * radius));
    }
    return EvalPoints([=, dist = points.distribution()]() mutable {
        need_eval_points({count, d}, what);
        return Matrix(sample(dist, count, d, before, what) * radius);
    });
}

/// Encoders times gain over radius.
Matrix scaled_encoders(const EnsembleData& ensemble, const BuiltEnsembleParts& parts) {
    const auto& frozen = ensemble.frozen;
    if (frozen && !ensemble.normalize_encoders && ensemble.gain == frozen->gain &&
        ensemble.encoders == frozen->encoders && ensemble.radius == frozen->radius) {
        return Eigen::Map<const Matrix>(frozen->scaled.values.data(),
                                        parts.encoders.rows(), parts.encoders.cols());
    }
    return (parts.gain / ensemble.radius).asDiagonal() * parts.encoders;
}

}  // namespace

Index eval_point_count(const EnsembleData& ensemble) {
    const Index by_size = 2 * ensemble.n_neurons;
    const Index by_dimensions = std::clamp<Index>(500 * ensemble.dimensions, 750, 2500);
    return ensemble.n_eval_points.value_or(std::max(by_size, by_dimensions));
}

Matrix draw_eval_points(const DistributionOrArray& points, const EnsembleData& ensemble,
                        RandomState& rng, const std::string& what) {
    const Index count =
        points.is_array() ? points.array().extent(0) : eval_point_count(ensemble);
    need_eval_points({count, ensemble.dimensions}, what);
    return values_or_samples(points, count, ensemble.dimensions, rng, what);
}

BuiltEnsembleParts draw_ensemble(const EnsembleData& ensemble, std::uint32_t seed,
                                 bool decoded) {
    const std::string where = describe(ensemble);
    RandomState rng(seed);
    BuiltEnsembleParts parts;
    need_memory(ensemble, "encoders",
                {is_direct(ensemble) ? ensemble.dimensions : ensemble.n_neurons,
                 ensemble.dimensions},
                "n_neurons or dimensions", 2);
    need_memory(ensemble, "gains and biases", {ensemble.n_neurons}, "n_neurons", 4);
    parts.radius = ensemble.radius;
    parts.neuron_type = ensemble.neuron_type;
    parts.eval_points = own_eval_points(ensemble, decoded, rng, where);
    if (is_direct(ensemble)) {
        parts.encoders = parts.scaled_encoders =
            Matrix::Identity(ensemble.dimensions, ensemble.dimensions);
        draw_tuning(ensemble, where, rng, parts);
        return parts;
    }
    parts.encoders = values_or_samples(ensemble.encoders, ensemble.n_neurons,
                                       ensemble.dimensions, rng, where + ": encoders");
    if (ensemble.normalize_encoders) {
        normalize_rows(parts.encoders, where);
    }
    draw_tuning(ensemble, where, rng, parts);
    complete_tuning(ensemble, where, parts);
    parts.scaled_encoders = scaled_encoders(ensemble, parts);
    return parts;
}

}  // namespace nengine
