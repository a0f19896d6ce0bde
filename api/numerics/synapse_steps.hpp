#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "api/numerics/linear_filter_math.hpp"
#include "kernels/filter_scan.hpp"
#include "nengine/synapses.hpp"

// Synapses as recurrences: for the engine where it has a kernel for them, else, and
// outside of models, step by step on the host.

namespace nengine {

/// The weights of a Triangle: n from `first` down to `last` in steps of `last`.
struct TriangleStep {
    Index n = 1;
    double first = 1.0, last = 1.0;
};
/// @throws ValidationError  t < 0
TriangleStep triangle_step(const Triangle& triangle, double dt);

/// The transfer function of a synapse that has one.
/// @throws ValidationError  None, a Triangle, or a filter that cannot be
LinearFilter linear_filter(const Synapse& synapse);

/// The recurrence of a linear synapse.
/// @throws ValidationError  None, a Triangle, or a filter that cannot be
FilterStep filter_step_of(const Synapse& synapse, double dt);

/// What makes Brown noise of white noise: `x += dt * noise`.
LinearFilter integral_of_noise();

/// A synapse as the engine runs it (kernels/filter_scan.hpp). A Triangle is a finite
/// filter.
/// @throws ValidationError  None, or a filter that cannot be
struct EngineFilter {
    kernels::FilterForm form{};
    Index order = 0;
    std::vector<double> coefficients;
};
EngineFilter engine_filter(const Synapse& synapse, double dt);

/// A synapse on the host, for `size` channels, with its state: a value.
class HostFilter {
public:
    /// Starts as if the output had been y0 for ever.
    /// @throws ValidationError  as filter_step_of; y0 with a filter that lets no
    ///                          constant input through
    HostFilter(const Synapse& synapse, double dt, Index size, double y0 = 0.0);
    void step(std::span<const double> in, std::span<double> out);

private:
    void start_at(double y0);
    void step_linear(std::span<const double> in, std::span<double> out);
    void step_triangle(std::span<const double> in, std::span<double> out);

    std::variant<FilterStep, TriangleStep> recurrence_;
    Matrix state_;  ///< [order, size]; of a Triangle [n, size], a ring
    Vector sum_;    ///< of a Triangle: its output
    Index newest_ = 0;
};

}  // namespace nengine
