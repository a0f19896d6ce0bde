#include "api/numerics/neuron_math.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "api/numerics/interpolate.hpp"
#include "api/numerics/lif_rates.hpp"
#include "api/numerics/text.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

bool is_linear(NeuronKind kind) {
    return kind == NeuronKind::rectified_linear ||
           kind == NeuronKind::spiking_rectified_linear ||
           kind == NeuronKind::leaky_relu;
}

/// Types without formulas for gain and bias.
bool is_numeric(const NeuronCurve& curve) {
    return curve.kind == NeuronKind::izhikevich ||
           (curve.kind == NeuronKind::custom && curve.functions.gain_bias == nullptr);
}

/// One step of Izhikevich's neuron (kernels/neurons/izhikevich.hpp) of 1 ms.
struct IzhikevichState {
    double v = 0.0, u = 0.0;

    bool step(const NeuronCurve& curve, double current) {
        v += 0.04 * (v * v) + 5.0 * v + 140.0 - u + std::max(-30.0, current);
        const bool spiked = v >= 30.0;
        v = spiked ? curve.params[2] : v;
        u += curve.params[0] * (curve.params[1] * v - u);
        u += spiked ? curve.params[3] : 0.0;
        return spiked;
    }
};

/// The mean rate over one second, after 1 ms to settle.
double izhikevich_rate(const NeuronCurve& curve, double current) {
    constexpr int steps = 1000;
    IzhikevichState state;
    state.step(curve, current);
    int spikes = 0;
    for (int i = 0; i < steps; ++i) {
        spikes += state.step(curve, current) ? 1 : 0;
    }
    return spikes;
}

/// Currents evenly over [low, high], and the rates that they give.
struct SampledCurve {
    static constexpr int points = 101;
    std::vector<double> current, rates;

    SampledCurve(const NeuronCurve& curve, double low, double high) {
        for (int i = 0; i < points; ++i) {
            current.push_back(low + (high - low) / (points - 1) * i);
            rates.push_back(rate(curve, current.back()));
        }
        current.back() = high;
    }
};

/// From the highest current without a rate to the lowest with one of `max_rate`.
/// @throws ValidationError  there is none within the currents that are tried
SampledCurve rising_part(const NeuronCurve& curve, double max_rate,
                         const std::string& owner) {
    constexpr double first_bound = 10.0;
    constexpr int doublings = 10;
    std::optional<double> threshold, top;
    double bound = first_bound;
    for (int i = 0; i < doublings && !(threshold && top); ++i, bound *= 2.0) {
        const SampledCurve sampled(curve, -bound, bound);
        for (std::size_t k = SampledCurve::points; k-- > 0 && !threshold;) {
            if (sampled.rates[k] <= 0.0) {
                threshold = sampled.current[k];
            }
        }
        for (std::size_t k = 0; k < SampledCurve::points && !top; ++k) {
            if (sampled.rates[k] >= max_rate) {
                top = sampled.current[k];
            }
        }
    }
    if (!threshold || !top) {
        throw ValidationError(owner + ": got a rate curve that " +
                              (threshold
                                   ? "does not reach " + number_text(max_rate) + " Hz"
                                   : std::string("is silent nowhere")) +
                              " within currents of +-" + number_text(bound / 2.0) +
                              ", needs one that rises from 0");
    }
    return SampledCurve(curve, *threshold, *top);
}

std::string element(const std::string& name, Eigen::Index index) {
    return name + "[" + std::to_string(index) + "]";
}

void check_lengths(const std::string& owner, const char* first, std::size_t n_first,
                   const char* second, std::size_t n_second) {
    if (n_first != n_second) {
        throw ShapeError(owner,
                         std::to_string(n_first) + " " + first + " and " +
                             std::to_string(n_second) + " " + second,
                         "as many of both");
    }
}

void check_max_rate(const NeuronCurve& curve, double max_rate, Eigen::Index index,
                    const std::string& owner) {
    if (is_linear(curve.kind) || curve.kind == NeuronKind::izhikevich ||
        curve.kind == NeuronKind::custom) {
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

std::pair<double, double> numeric_gain_and_bias(const SampledCurve& sampled,
                                                double max_rate, double intercept) {
    const double top = interpolate(sampled.rates, sampled.current, max_rate);
    const double gain = (sampled.current.front() - top) / (intercept - 1.0);
    return {gain, top - gain};
}

std::pair<double, double> gain_and_bias(const NeuronCurve& curve, double max_rate,
                                        double intercept) {
    switch (curve.kind) {
        case NeuronKind::rectified_linear:
        case NeuronKind::spiking_rectified_linear:
        case NeuronKind::leaky_relu: {
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
        case NeuronKind::custom: {
            double gain = 0.0, bias = 0.0;
            curve.functions.gain_bias(curve.params.data(), max_rate, intercept, gain,
                                      bias);
            return {gain, bias};
        }
        default: {
            const double current =
                1.0 / (1.0 - std::exp((curve.tau_ref - 1.0 / max_rate) / curve.tau_rc));
            const double gain = (1.0 - current) / (intercept - 1.0);
            return {gain, 1.0 - gain * intercept};
        }
    }
}

/// The rate at x = 1, and the last of 101 places before the first with a rate.
std::pair<double, double> numeric_max_rate_and_intercept(const NeuronCurve& curve,
                                                         double gain, double bias) {
    constexpr int points = 101;
    const auto place = [](int i) { return -1.0 + 2.0 / (points - 1) * i; };
    int first = 0;
    for (int i = 0; i < points; ++i) {
        if (rate(curve, gain * place(i) + bias) > 0.0) {
            first = i;
            break;
        }
    }
    return {rate(curve, gain + bias), place(std::max(first - 1, 0))};
}

std::pair<double, double> max_rate_and_intercept(const NeuronCurve& curve, double gain,
                                                 double bias) {
    switch (curve.kind) {
        case NeuronKind::rectified_linear:
        case NeuronKind::spiking_rectified_linear:
        case NeuronKind::leaky_relu: {
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
        case NeuronKind::izhikevich:
            return numeric_max_rate_and_intercept(curve, gain, bias);
        case NeuronKind::custom: {
            if (curve.functions.max_rate_intercept == nullptr) {
                return numeric_max_rate_and_intercept(curve, gain, bias);
            }
            double max_rate = 0.0, intercept = 0.0;
            curve.functions.max_rate_intercept(curve.params.data(), gain, bias,
                                               max_rate, intercept);
            return {max_rate, intercept};
        }
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
    std::optional<SampledCurve> sampled;
    if (is_numeric(curve) && n > 0) {
        sampled = rising_part(curve, *std::ranges::max_element(max_rates), owner);
    }
    for (Eigen::Index i = 0; i < n; ++i) {
        check_max_rate(curve, max_rates[static_cast<std::size_t>(i)], i, owner);
    }
    for (Eigen::Index i = 0; i < n; ++i) {
        const double max_rate = max_rates[static_cast<std::size_t>(i)];
        const double intercept = intercepts[static_cast<std::size_t>(i)];
        const auto [gain, bias] =
            sampled ? numeric_gain_and_bias(*sampled, max_rate, intercept)
                    : gain_and_bias(curve, max_rate, intercept);
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
        case NeuronKind::leaky_relu:
            return curve.amplitude *
                   (current > 0.0 ? current : curve.negative_slope * current);
        case NeuronKind::izhikevich:
            return izhikevich_rate(curve, current);
        case NeuronKind::custom:
            return curve.functions.rate(curve.params.data(), current);
        case NeuronKind::direct:
            return current;
        default:
            // A current that is no number must not pass as silence.
            return current <= 1.0 ? 0.0
                                  : lif_rate(curve, std::log1p(1.0 / (current - 1.0)));
    }
}

Matrix rates_of(const NeuronCurve& curve, const Matrix& x, const Vector& gain,
                const Vector& bias) {
    Matrix current = (x * gain.asDiagonal()).rowwise() + bias.transpose();
    switch (curve.kind) {
        case NeuronKind::lif:
        case NeuronKind::lif_rate:
            lif_rates({current.data(), static_cast<std::size_t>(current.size())},
                      curve.tau_rc, curve.tau_ref, curve.amplitude);
            return current;
        case NeuronKind::rectified_linear:
        case NeuronKind::spiking_rectified_linear:
            return current.unaryExpr(
                [&](double j) { return curve.amplitude * std::max(j, 0.0); });
        default:
            return current.unaryExpr([&](double j) { return rate(curve, j); });
    }
}

}  // namespace nengine
