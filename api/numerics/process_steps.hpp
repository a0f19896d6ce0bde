#pragma once

#include "api/numerics/random_state.hpp"
#include "nengine/processes.hpp"

namespace nengine {

/// The course of a Piecewise signal.
class PiecewiseCourse {
public:
    /// @throws ValidationError  too few points for the interpolation, or sizes that
    ///                          differ
    PiecewiseCourse(const Piecewise& piecewise, std::int64_t size, double dt);
    void operator()(double t, std::span<double> out) const;

private:
    void hold(double t, std::span<double> out) const;
    void nearest(double t, std::span<double> out) const;
    void spline(double t, std::span<double> out) const;
    void fit_spline(std::size_t degree);

    Interpolation interpolation_;
    double dt_;
    std::size_t size_;
    std::vector<double> times_;
    std::vector<PiecewiseValue> values_;
    std::size_t degree_ = 1;
    std::vector<double> knots_;
    std::vector<double> coefficients_;  ///< [points, size]
};

/// One period of a WhiteSignal, [steps, size].
/// @throws ValidationError  `high` above the Nyquist frequency
std::vector<double> white_signal(const WhiteSignal& signal, std::int64_t size,
                                 double dt, RandomState& rng);

}  // namespace nengine
