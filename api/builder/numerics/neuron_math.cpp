#include "api/builder/numerics/neuron_math.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "api/builder/numerics/text.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

bool is_linear(NeuronKind kind) {
    return kind == NeuronKind::rectified_linear ||
           kind == NeuronKind::spiking_rectified_linear;
}

std::string element(const std::string& name, Eigen::Index index) {
    return name + "[" + std::to_string(index) + "]";
}

void check_lengths(const std::string& owner, const char* first, std::size_t n_first,
                   const char* second, std::size_t n_second) {
    if (n_first != n_second) {
        throw ShapeError(owner + ": got " + std::to_string(n_first) + " " + first +
                         " and " + std::to_string(n_second) + " " + second +
                         ", needs as many of both");
    }
}

void check_max_rate(const NeuronCurve& curve, double max_rate, Eigen::Index index,
                    const std::string& owner) {
    if (is_linear(curve.kind)) {
        return;
    }
    const double bound = 1.0 / curve.tau_ref;
    if (!(max_rate < bound)) {
        throw ValidationError(owner + ": " + element("max_rates", index) + ": got " +
                              number_text(max_rate) + " Hz, needs less than " +
                              number_text(bound) + " Hz (1 / tau_ref)");
    }
}

void check_gain(double gain, double max_rate, double intercept, Eigen::Index index,
                const std::string& owner) {
    if (!(std::isfinite(gain) && gain > 0.0)) {
        throw BuildError(owner + ": " + element("gain", index) + ": got " +
                         number_text(gain) + " from max rate " + number_text(max_rate) +
                         " Hz and intercept " + number_text(intercept) +
                         ", needs a finite value above 0");
    }
}

std::pair<double, double> gain_and_bias(const NeuronCurve& curve, double max_rate,
                                        double intercept) {
    switch (curve.kind) {
        case NeuronKind::rectified_linear:
        case NeuronKind::spiking_rectified_linear: {
            const double gain = max_rate / (1.0 - intercept);
            return {gain, -intercept * gain};
        }
        case NeuronKind::sigmoid: {
            const double current = -std::log(1.0 / (curve.tau_ref * max_rate) - 1.0);
            const double gain = current / (1.0 - intercept);
            return {gain, current - gain};
        }
        case NeuronKind::tanh: {
            const double gain =
                std::atanh(max_rate * curve.tau_ref) / (1.0 - intercept);
            return {gain, -gain * intercept};
        }
        default: {
            const double current =
                1.0 / (1.0 - std::exp((curve.tau_ref - 1.0 / max_rate) / curve.tau_rc));
            const double gain = (1.0 - current) / (intercept - 1.0);
            return {gain, 1.0 - gain * intercept};
        }
    }
}

std::pair<double, double> max_rate_and_intercept(const NeuronCurve& curve, double gain,
                                                 double bias) {
    switch (curve.kind) {
        case NeuronKind::rectified_linear:
        case NeuronKind::spiking_rectified_linear: {
            const double intercept = -bias / gain;
            return {gain * (1.0 - intercept), intercept};
        }
        case NeuronKind::sigmoid: {
            const double current = gain + bias;
            return {1.0 / curve.tau_ref / (1.0 + std::exp(-current)),
                    1.0 - current / gain};
        }
        case NeuronKind::tanh:
            return {std::tanh(gain + bias) / curve.tau_ref, -bias / gain};
        default: {
            const double intercept = (1.0 - bias) / gain;
            const double above = gain * (intercept - 1.0);
            return {
                1.0 / (curve.tau_ref - curve.tau_rc * std::log1p(1.0 / (above - 1.0))),
                intercept};
        }
    }
}

double lif_rate(const NeuronCurve& curve, double log_term) {
    return curve.amplitude / (curve.tau_ref + curve.tau_rc * log_term);
}

double soft_lif_rate(const NeuronCurve& curve, double current) {
    const double x = (current - 1.0) / curve.sigma;
    // Far below threshold softplus is exp(x), which underflows before its logarithm.
    if (x <= -20.0) {
        return lif_rate(curve, -x - std::log(curve.sigma));
    }
    const double softplus = std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
    return lif_rate(curve, std::log1p(1.0 / (curve.sigma * softplus)));
}

}  // namespace

GainBias gain_bias(const NeuronCurve& curve, std::span<const double> max_rates,
                   std::span<const double> intercepts, const std::string& owner) {
    check_lengths(owner, "max_rates", max_rates.size(), "intercepts",
                  intercepts.size());
    const auto n = static_cast<Eigen::Index>(max_rates.size());
    GainBias result{Vector(n), Vector(n)};
    for (Eigen::Index i = 0; i < n; ++i) {
        const double max_rate = max_rates[static_cast<std::size_t>(i)];
        const double intercept = intercepts[static_cast<std::size_t>(i)];
        check_max_rate(curve, max_rate, i, owner);
        const auto [gain, bias] = gain_and_bias(curve, max_rate, intercept);
        check_gain(gain, max_rate, intercept, i, owner);
        result.gain[i] = gain;
        result.bias[i] = bias;
    }
    return result;
}

MaxRatesIntercepts max_rates_intercepts(const NeuronCurve& curve,
                                        std::span<const double> gain,
                                        std::span<const double> bias,
                                        const std::string& owner) {
    check_lengths(owner, "gains", gain.size(), "biases", bias.size());
    const auto n = static_cast<Eigen::Index>(gain.size());
    MaxRatesIntercepts result{Vector(n), Vector(n)};
    for (Eigen::Index i = 0; i < n; ++i) {
        const auto at = static_cast<std::size_t>(i);
        std::tie(result.max_rates[i], result.intercepts[i]) =
            max_rate_and_intercept(curve, gain[at], bias[at]);
    }
    return result;
}

double rate(const NeuronCurve& curve, double current) {
    switch (curve.kind) {
        case NeuronKind::rectified_linear:
        case NeuronKind::spiking_rectified_linear:
            return curve.amplitude * std::max(current, 0.0);
        case NeuronKind::sigmoid:
            return 1.0 / curve.tau_ref / (1.0 + std::exp(-current));
        case NeuronKind::tanh:
            return 1.0 / curve.tau_ref * std::tanh(current);
        case NeuronKind::soft_lif_rate:
            return soft_lif_rate(curve, current);
        default:
            // A current that is no number must not pass as silence.
            return current <= 1.0 ? 0.0
                                  : lif_rate(curve, std::log1p(1.0 / (current - 1.0)));
    }
}

Matrix rates(const NeuronCurve& curve, const Matrix& x, const Vector& gain,
             const Vector& bias) {
    const Matrix current = (x * gain.asDiagonal()).rowwise() + bias.transpose();
    return current.unaryExpr([&](double j) { return rate(curve, j); });
}

}  // namespace nengine
