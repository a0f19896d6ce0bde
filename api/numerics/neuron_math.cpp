#include "api/numerics/neuron_math.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "api/numerics/interpolate.hpp"
#include "api/numerics/text.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

const kernels::NeuronCurveFunctions& functions_of(const TunedNeuron& neuron) {
    return kernels::registered_neuron(kernels::neuron_info(neuron.type).rate_type)
        .curve;
}

/// Currents evenly over [low, high], and the rates that they give.
struct SampledCurve {
    static constexpr int points = 101;
    std::vector<double> current, rates;

    SampledCurve(const TunedNeuron& neuron, double low, double high) {
        for (int i = 0; i < points; ++i) {
            current.push_back(low + (high - low) / (points - 1) * i);
        }
        rates = current;
        functions_of(neuron).rates(neuron.params.data(), rates.data(), points);
        current.back() = high;
    }
};

/// From the highest current without a rate to the lowest with one of `max_rate`.
/// @throws ValidationError  there is none within the currents that are tried
SampledCurve rising_part(const TunedNeuron& neuron, double max_rate,
                         const std::string& owner) {
    constexpr double first_bound = 10.0;
    constexpr int doublings = 10;
    std::optional<double> threshold, top;
    double bound = first_bound;
    for (int i = 0; i < doublings && !(threshold && top); ++i, bound *= 2.0) {
        const SampledCurve sampled(neuron, -bound, bound);
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
    return SampledCurve(neuron, *threshold, *top);
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

void check_max_rate(const TunedNeuron& neuron, double max_rate, Eigen::Index index,
                    const std::string& owner) {
    const kernels::NeuronInfo& info =
        kernels::neuron_info(kernels::neuron_info(neuron.type).rate_type);
    if (info.interval < 0) {
        return;
    }
    const auto interval = static_cast<std::size_t>(info.interval);
    const double bound = 1.0 / neuron.params[interval];
    if (!(max_rate < bound)) {
        throw ValidationError(owner + ": " + element("max_rates", index) + ": got " +
                              number_text(max_rate) + " Hz, needs less than " +
                              number_text(bound) + " Hz (1 / " +
                              std::string(info.params[interval]) + ")");
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

/// The rate at x = 1, and the last of 101 places before the first with a rate.
std::pair<double, double> numeric_max_rate_and_intercept(const TunedNeuron& neuron,
                                                         double gain, double bias) {
    constexpr int points = 101;
    const auto place = [](int i) { return -1.0 + 2.0 / (points - 1) * i; };
    int first = 0;
    for (int i = 0; i < points; ++i) {
        if (rate(neuron, gain * place(i) + bias) > 0.0) {
            first = i;
            break;
        }
    }
    return {rate(neuron, gain + bias), place(std::max(first - 1, 0))};
}

}  // namespace

GainBias gain_bias(const TunedNeuron& neuron, std::span<const double> max_rates,
                   std::span<const double> intercepts, const std::string& owner) {
    check_lengths(owner, "max_rates", max_rates.size(), "intercepts",
                  intercepts.size());
    const auto n = static_cast<Eigen::Index>(max_rates.size());
    GainBias result{Vector(n), Vector(n)};
    std::optional<SampledCurve> sampled;
    const kernels::NeuronCurveFunctions& functions = functions_of(neuron);
    if (functions.gain_bias == nullptr && n > 0) {
        sampled = rising_part(neuron, *std::ranges::max_element(max_rates), owner);
    }
    for (Eigen::Index i = 0; i < n; ++i) {
        check_max_rate(neuron, max_rates[static_cast<std::size_t>(i)], i, owner);
    }
    for (Eigen::Index i = 0; i < n; ++i) {
        const double max_rate = max_rates[static_cast<std::size_t>(i)];
        const double intercept = intercepts[static_cast<std::size_t>(i)];
        double gain = 0.0, bias = 0.0;
        if (sampled) {
            std::tie(gain, bias) = numeric_gain_and_bias(*sampled, max_rate, intercept);
        } else {
            functions.gain_bias(neuron.params.data(), max_rate, intercept, gain, bias);
        }
        check_gain(gain, max_rate, intercept, i, owner);
        result.gain[i] = gain;
        result.bias[i] = bias;
    }
    return result;
}

MaxRatesIntercepts max_rates_intercepts(const TunedNeuron& neuron,
                                        std::span<const double> gain,
                                        std::span<const double> bias,
                                        const std::string& owner) {
    check_lengths(owner, "gains", gain.size(), "biases", bias.size());
    const auto n = static_cast<Eigen::Index>(gain.size());
    MaxRatesIntercepts result{Vector(n), Vector(n)};
    const kernels::NeuronCurveFunctions& functions = functions_of(neuron);
    for (Eigen::Index i = 0; i < n; ++i) {
        const auto at = static_cast<std::size_t>(i);
        double &max_rate = result.max_rates[i], &intercept = result.intercepts[i];
        if (functions.max_rate_intercept == nullptr) {
            std::tie(max_rate, intercept) =
                numeric_max_rate_and_intercept(neuron, gain[at], bias[at]);
        } else {
            functions.max_rate_intercept(neuron.params.data(), gain[at], bias[at],
                                         max_rate, intercept);
        }
    }
    return result;
}

double rate(const TunedNeuron& neuron, double current) {
    functions_of(neuron).rates(neuron.params.data(), &current, 1);
    return current;
}

Matrix rates_of(const TunedNeuron& neuron, const Matrix& x, const Vector& gain,
                const Vector& bias) {
    Matrix current = (x * gain.asDiagonal()).rowwise() + bias.transpose();
    functions_of(neuron).rates(neuron.params.data(), current.data(), current.size());
    return current;
}

}  // namespace nengine
