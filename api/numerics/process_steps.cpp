#include "api/numerics/process_steps.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <unsupported/Eigen/FFT>

#include "api/numerics/matrix.hpp"
#include "api/numerics/steps.hpp"
#include "api/numerics/text.hpp"
#include "kernels/base/host_memory.hpp"

namespace nengine {

namespace {

/// The spectrum of one component, of a signal of 2 n steps.
void shape_spectrum(const WhiteSignal& signal, double dt,
                    std::vector<std::complex<double>>& spectrum) {
    const std::size_t n = spectrum.size() - 1;
    const double spacing = 1.0 / (2.0 * static_cast<double>(n) * dt);
    spectrum.front() = 0.0;
    spectrum.back().imag(0.0);
    std::size_t cut = 0;
    for (std::size_t k = 0; k <= n; ++k) {
        if (static_cast<double>(k) * spacing > signal.high) {
            spectrum[k] = 0.0;
            ++cut;
        }
    }
    const double left =
        std::sqrt(1.0 - static_cast<double>(cut) / static_cast<double>(n));
    const double scale =
        std::sqrt(2.0 * static_cast<double>(n)) / (left > 0.0 ? left : 1.0);
    for (auto& coefficient : spectrum) {
        coefficient *= scale;
    }
}

/// The real signal of 2 n steps with this half of a spectrum.
std::vector<double> inverse(const std::vector<std::complex<double>>& half) {
    const std::size_t n = half.size() - 1;
    std::vector<std::complex<double>> full(2 * n), course;
    for (std::size_t k = 0; k <= n; ++k) {
        full[k] = half[k];
        if (k > 0 && k < n) {
            full[2 * n - k] = std::conj(half[k]);
        }
    }
    Eigen::FFT<double> fft;
    fft.inv(course, full);
    std::vector<double> result;
    for (const auto& value : course) {
        result.push_back(value.real());
    }
    return result;
}

/// Shifted so that the value nearest to y0 comes in the first step, at t = dt.
void align(std::vector<double>& course, double y0) {
    const auto nearest = std::ranges::min_element(
        course, {}, [&](double value) { return std::abs(y0 - value); });
    std::ranges::rotate(course, nearest);
    std::ranges::rotate(course, course.end() - 1);
}

}  // namespace

std::vector<double> white_signal(const WhiteSignal& signal, std::int64_t size,
                                 double dt, RandomState& rng) {
    const double nyquist = 0.5 / dt;
    if (signal.high > nyquist) {
        throw ValidationError("WhiteSignal: got high " + number_text(signal.high) +
                              " Hz, needs at most " + number_text(nyquist) +
                              " at this dt");
    }
    const std::int64_t half =
        steps_in(signal.period, dt, "WhiteSignal: period") / 2 + 1;
    kernels::need_host_memory(
        kernels::array_bytes({6, half, size}, sizeof(double)), [&] {
            return kernels::MemoryUse{"WhiteSignal",
                                      "a spectrum of shape " + shape_text({half, size}),
                                      "the period or size_out"};
        });
    const auto n = static_cast<std::size_t>(std::ceil(signal.period / dt / 2.0));
    const auto width = static_cast<std::size_t>(size);
    const double deviation = signal.rms * std::sqrt(0.5);
    std::vector<std::vector<std::complex<double>>> spectra(
        width, std::vector<std::complex<double>>(n + 1));
    for (const bool imaginary : {true, false}) {
        for (std::size_t k = 0; k <= n; ++k) {
            for (auto& spectrum : spectra) {
                const double value = rng.normal(0.0, deviation);
                imaginary ? spectrum[k].imag(value) : spectrum[k].real(value);
            }
        }
    }
    std::vector<double> result(2 * n * width);
    for (std::size_t d = 0; d < width; ++d) {
        shape_spectrum(signal, dt, spectra[d]);
        std::vector<double> course = inverse(spectra[d]);
        if (signal.y0) {
            const auto& y0 = signal.y0->values;
            if (y0.size() != 1 && y0.size() != width) {
                throw ValidationError("WhiteSignal: got " + std::to_string(y0.size()) +
                                      " values of y0, needs 1 or " +
                                      std::to_string(width));
            }
            align(course, y0.size() == 1 ? y0.front() : y0[d]);
        }
        for (std::size_t i = 0; i < course.size(); ++i) {
            result[i * width + d] = course[i];
        }
    }
    return result;
}

PiecewiseCourse::PiecewiseCourse(const Piecewise& piecewise, std::int64_t size,
                                 double dt)
    : interpolation_(piecewise.interpolation),
      dt_(dt),
      size_(static_cast<std::size_t>(size)) {
    for (const auto& [time, value] : piecewise.data) {
        times_.push_back(time);
        values_.push_back(value);
        if (value.is_call()) {
            interpolation_ = Interpolation::zero;
        } else if (value.values().size() != size_) {
            throw ValidationError("Piecewise: at " + number_text(time) + " got " +
                                  std::to_string(value.values().size()) +
                                  " values, needs " + std::to_string(size));
        }
    }
    using enum Interpolation;
    if (interpolation_ == linear || interpolation_ == slinear) {
        fit_spline(1);
    } else if (interpolation_ == quadratic) {
        fit_spline(2);
    } else if (interpolation_ == cubic) {
        fit_spline(3);
    }
}

void PiecewiseCourse::operator()(double t, std::span<double> out) const {
    std::ranges::fill(out, 0.0);
    if (interpolation_ == Interpolation::zero) {
        hold(t, out);
    } else if (t >= times_.front() && t <= times_.back()) {
        interpolation_ == Interpolation::nearest ? nearest(t, out) : spline(t, out);
    }
}

/// The last point that has come: half a step early, whatever the rounding.
void PiecewiseCourse::hold(double t, std::span<double> out) const {
    const auto after = std::ranges::lower_bound(times_, t + 0.5 * dt_);
    if (after == times_.begin()) {
        return;
    }
    const PiecewiseValue& value =
        values_[static_cast<std::size_t>(after - times_.begin()) - 1];
    const auto numbers = value.is_call() ? value.call()(t) : value.values();
    if (numbers.size() != out.size()) {
        throw SimulationError("Piecewise: at t = " + number_text(t) + " got " +
                              std::to_string(numbers.size()) + " numbers, needs " +
                              std::to_string(out.size()));
    }
    std::ranges::copy(numbers, out.begin());
}

void PiecewiseCourse::nearest(double t, std::span<double> out) const {
    std::size_t i = 0;
    // Half way belongs to the earlier point; rounded as interp1d rounds it.
    while (i + 1 < times_.size() && t > times_[i] / 2.0 + times_[i + 1] / 2.0) {
        ++i;
    }
    std::ranges::copy(values_[i].values(), out.begin());
}

namespace {

/// The values at t of the degree + 1 basis splines that are not zero between knots
/// [interval, interval + 1) (Cox and de Boor).
std::vector<double> basis(const std::vector<double>& knots, std::size_t interval,
                          std::size_t degree, double t) {
    std::vector<double> value(degree + 1, 0.0);
    value[0] = 1.0;
    for (std::size_t d = 1; d <= degree; ++d) {
        double carried = 0.0;
        for (std::size_t i = 0; i < d; ++i) {
            const double right = knots[interval + i + 1];
            const double left = knots[interval + i + 1 - d];
            const double share = right > left ? value[i] / (right - left) : 0.0;
            value[i] = carried + (right - t) * share;
            carried = (t - left) * share;
        }
        value[d] = carried;
    }
    return value;
}

/// The interval of knots that holds t; the last one is closed.
std::size_t interval_of(const std::vector<double>& knots, std::size_t degree,
                        double t) {
    std::size_t i = degree;
    while (i + degree + 2 < knots.size() && t >= knots[i + 1]) {
        ++i;
    }
    return i;
}

}  // namespace

/// Knots in the points (odd degrees, but for those next to the ends: "not a knot") or
/// half way between them (even degrees), so that there are as many splines as points.
void PiecewiseCourse::fit_spline(std::size_t degree) {
    const std::size_t n = times_.size();
    if (n <= degree) {
        throw ValidationError("Piecewise: got " + std::to_string(n) +
                              " points, needs more than " + std::to_string(degree) +
                              " for this interpolation");
    }
    degree_ = degree;
    knots_.assign(degree + 1, times_.front());
    for (std::size_t i = 0; i + degree + 1 < n; ++i) {
        const std::size_t at = i + (degree + 1) / 2;
        knots_.push_back(degree % 2 == 1 ? times_[at]
                                         : (times_[at] + times_[at + 1]) / 2.0);
    }
    knots_.insert(knots_.end(), degree + 1, times_.back());
    const auto rows = static_cast<Eigen::Index>(n);
    kernels::need_host_memory(
        kernels::array_bytes({2, rows, rows}, sizeof(double)), [&] {
            return kernels::MemoryUse{
                "Piecewise", "a spline of " + std::to_string(n) + " points",
                "their number, or interpolate by zero or nearest"};
        });
    Eigen::MatrixXd collocation = Eigen::MatrixXd::Zero(rows, rows);
    Matrix points(rows, static_cast<Eigen::Index>(size_));
    for (std::size_t i = 0; i < n; ++i) {
        const auto row = static_cast<Eigen::Index>(i);
        const std::size_t interval = interval_of(knots_, degree, times_[i]);
        const auto value = basis(knots_, interval, degree, times_[i]);
        for (std::size_t b = 0; b <= degree; ++b) {
            collocation(row, static_cast<Eigen::Index>(interval - degree + b)) =
                value[b];
        }
        for (std::size_t d = 0; d < size_; ++d) {
            points(row, static_cast<Eigen::Index>(d)) = values_[i].values()[d];
        }
    }
    const Matrix solved = collocation.partialPivLu().solve(points);
    coefficients_.assign(solved.data(), solved.data() + solved.size());
}

void PiecewiseCourse::spline(double t, std::span<double> out) const {
    const std::size_t interval = interval_of(knots_, degree_, t);
    const auto value = basis(knots_, interval, degree_, t);
    for (std::size_t b = 0; b <= degree_; ++b) {
        for (std::size_t d = 0; d < size_; ++d) {
            out[d] += value[b] * coefficients_[(interval - degree_ + b) * size_ + d];
        }
    }
}

}  // namespace nengine
