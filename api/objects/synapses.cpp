#include "nengine/synapses.hpp"

#include <cmath>
#include <complex>
#include <numbers>

#include "api/numerics/synapse_steps.hpp"
#include "api/objects/objects.hpp"

namespace nengine {
namespace {

using Complex = std::complex<double>;

Complex polynomial(const std::vector<double>& coefficients, Complex at) {
    Complex value = 0.0;
    for (const double coefficient : coefficients) {
        value = value * at + coefficient;
    }
    return value;
}

/// The coefficients of the product of two polynomials.
std::vector<double> product(const std::vector<double>& a,
                            const std::vector<double>& b) {
    std::vector<double> result(a.size() + b.size() - 1, 0.0);
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (std::size_t j = 0; j < b.size(); ++j) {
            result[i + j] += a[i] * b[j];
        }
    }
    return result;
}

/// Runs rows [0, steps) of x, in reverse if wanted; writes to `y`.
void run_rows(HostFilter& filter, const std::vector<double>& x, std::vector<double>& y,
              std::size_t size, bool reverse) {
    const std::size_t steps = size == 0 ? 0 : x.size() / size;
    for (std::size_t i = 0; i < steps; ++i) {
        const std::size_t row = (reverse ? steps - 1 - i : i) * size;
        filter.step({x.data() + row, size}, {y.data() + row, size});
    }
}

std::size_t row_size(const Array& x) {
    if (x.rank() < 1) {
        throw ShapeError("filt", "a number", "an array of at least one axis");
    }
    detail::check_whole(x, "filt: x");
    return static_cast<std::size_t>(
        detail::product({x.shape.begin() + 1, x.shape.end()}));
}

}  // namespace

Array filt(const Synapse& synapse, const Array& x, FiltOptions options) {
    const std::size_t size = row_size(x);
    HostFilter filter(synapse, options.dt, static_cast<Index>(size), options.y0);
    Array y = x;
    run_rows(filter, x.values, y.values, size, false);
    return y;
}

Array filtfilt(const Synapse& synapse, const Array& x, FiltOptions options) {
    const std::size_t size = row_size(x);
    HostFilter filter(synapse, options.dt, static_cast<Index>(size), options.y0);
    Array forth = x, back = x;
    run_rows(filter, x.values, forth.values, size, false);
    run_rows(filter, forth.values, back.values, size, true);
    return back;
}

std::vector<Complex> evaluate(const Synapse& synapse,
                              const std::vector<double>& frequencies) {
    const LinearFilter filter = linear_filter(synapse);
    std::vector<Complex> response;
    for (const double frequency : frequencies) {
        const Complex angle(0.0, 2.0 * std::numbers::pi * frequency);
        const Complex at = filter.analog ? angle : std::exp(angle);
        response.push_back(polynomial(filter.num, at) / polynomial(filter.den, at));
    }
    return response;
}

LinearFilter combine(const Synapse& first, const Synapse& second) {
    const LinearFilter a = linear_filter(first), b = linear_filter(second);
    if (a.analog != b.analog) {
        throw ValidationError(
            "combine: got an analog and a digital filter, needs two of one kind");
    }
    return {
        .num = product(a.num, b.num), .den = product(a.den, b.den), .analog = a.analog};
}

}  // namespace nengine
