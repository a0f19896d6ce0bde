#include "api/numerics/synapse_steps.hpp"

#include <Eigen/LU>
#include <cmath>
#include <numbers>

#include "api/numerics/steps.hpp"
#include "api/numerics/text.hpp"
#include "kernels/base/host_memory.hpp"
#include "nengine/error.hpp"

namespace nengine {

namespace {

FilterMethod method_of(Discretization method) {
    switch (method) {
        case Discretization::bilinear:
            return FilterMethod::bilinear;
        case Discretization::euler:
            return FilterMethod::euler;
        case Discretization::backward_diff:
            return FilterMethod::backward_diff;
        default:
            return FilterMethod::zoh;
    }
}

void check_time(const char* where, double time) {
    if (!(time >= 0.0) || !std::isfinite(time)) {
        throw ValidationError(std::string(where) + ": got " + number_text(time) +
                              ", needs a number of seconds of at least 0");
    }
}

}  // namespace

LinearFilter linear_filter(const Synapse& synapse) {
    if (const auto* lowpass = std::get_if<Lowpass>(&synapse.value())) {
        check_time("Lowpass: tau", lowpass->tau);
        return {.num = {1.0}, .den = {lowpass->tau, 1.0}};
    }
    if (const auto* alpha = std::get_if<Alpha>(&synapse.value())) {
        check_time("Alpha: tau", alpha->tau);
        return {.num = {1.0}, .den = {alpha->tau * alpha->tau, 2.0 * alpha->tau, 1.0}};
    }
    if (const auto* filter = std::get_if<LinearFilter>(&synapse.value())) {
        check_filter(filter->num, filter->den);
        return *filter;
    }
    throw ValidationError(std::string("synapse: got ") +
                          (synapse.is_none() ? "none" : "a Triangle") +
                          ", needs a linear filter");
}

TriangleStep triangle_step(const Triangle& triangle, double dt) {
    check_dt(dt, "Triangle");
    TriangleStep step;
    step.n = steps_in(triangle.t, dt, "Triangle: t") + 1;
    kernels::need_host_memory(kernels::array_bytes({step.n}, sizeof(double)), [&] {
        return kernels::MemoryUse{
            "Triangle", number_text(static_cast<double>(step.n)) + " weights", "t"};
    });
    const auto n = static_cast<double>(step.n);
    const double sum = n * (n + 1.0) / 2.0;
    step.first = n / sum;
    step.last = 1.0 / sum;
    return step;
}

FilterStep filter_step_of(const Synapse& synapse, double dt) {
    const LinearFilter filter = linear_filter(synapse);
    return filter_step(filter.num, filter.den, dt, method_of(filter.method),
                       filter.analog);
}

LinearFilter integral_of_noise() {
    return {.num = {1.0}, .den = {1.0, 0.0}, .method = Discretization::euler};
}

namespace {

kernels::FilterForm form_of(StepForm form) {
    switch (form) {
        case StepForm::no_x:
            return kernels::FilterForm::gain;
        case StepForm::one_x:
            return kernels::FilterForm::first_order;
        case StepForm::no_d:
            return kernels::FilterForm::state_first;
        default:
            return kernels::FilterForm::output_first;
    }
}

std::vector<double> coefficients_of(const FilterStep& step) {
    if (step.form == StepForm::no_x) {
        return {step.system.D};
    }
    if (step.form == StepForm::one_x) {
        return {step.a, step.b};
    }
    const auto& A = step.system.A;
    std::vector<double> result(A.data(), A.data() + A.size());
    const auto append = [&](const Vector& part) {
        result.insert(result.end(), part.data(), part.data() + part.size());
    };
    append(step.system.B);
    append(step.system.C);
    if (step.form == StepForm::general) {
        result.push_back(step.system.D);
    }
    return result;
}

EngineFilter finite_filter(const TriangleStep& step) {
    EngineFilter filter{kernels::FilterForm::finite, step.n - 1, {}};
    for (Index left = step.n; left > 0; --left) {
        filter.coefficients.push_back(static_cast<double>(left) * step.last);
    }
    if (filter.order == 0) {
        filter.form = kernels::FilterForm::gain;
    }
    return filter;
}

}  // namespace

EngineFilter engine_filter(const Synapse& synapse, double dt) {
    if (const auto* triangle = std::get_if<Triangle>(&synapse.value())) {
        return finite_filter(triangle_step(*triangle, dt));
    }
    const FilterStep step = filter_step_of(synapse, dt);
    return {form_of(step.form), step.system.order(), coefficients_of(step)};
}

HostFilter::HostFilter(const Synapse& synapse, double dt, Index size, double y0) {
    if (const auto* triangle = std::get_if<Triangle>(&synapse.value())) {
        const TriangleStep step = triangle_step(*triangle, dt);
        kernels::need_host_memory(
            kernels::array_bytes({step.n, size}, sizeof(double)), [&] {
                return kernels::MemoryUse{
                    "Triangle", "a window of shape " + shape_text({step.n, size}),
                    "t or the size of the signal"};
            });
        state_ = Matrix::Constant(step.n, size, step.last * y0);
        sum_ = Vector::Constant(size, y0);
        recurrence_ = step;
        return;
    }
    FilterStep step = filter_step_of(synapse, dt);
    state_ = Matrix::Zero(step.system.order(), size);
    recurrence_ = std::move(step);
    if (y0 != 0.0) {
        start_at(y0);
    }
}

void HostFilter::start_at(double y0) {
    const auto& step = std::get<FilterStep>(recurrence_);
    if (step.form == StepForm::no_x) {
        throw ValidationError("filt: got y0 " + number_text(y0) +
                              " for a filter without state, needs 0");
    }
    if (step.form == StepForm::one_x) {
        state_.setConstant(step.b / (1.0 - step.a) * y0);
        return;
    }
    const auto& system = step.system;
    const Eigen::MatrixXd rest =
        Eigen::MatrixXd::Identity(system.order(), system.order()) - system.A;
    const Vector x = rest.partialPivLu().solve(system.B);
    const double gain = system.C.dot(x) + system.D;
    constexpr double negligible = 1e-8;
    if (!(std::abs(gain) > negligible)) {
        throw ValidationError("filt: got y0 " + number_text(y0) +
                              " for a filter of gain 0 at rest, needs 0");
    }
    state_ = (x * (y0 / gain)).replicate(1, state_.cols());
}

void HostFilter::step(std::span<const double> in, std::span<double> out) {
    if (std::holds_alternative<TriangleStep>(recurrence_)) {
        step_triangle(in, out);
    } else {
        step_linear(in, out);
    }
}

void HostFilter::step_linear(std::span<const double> in, std::span<double> out) {
    const auto& filter = std::get<FilterStep>(recurrence_);
    const auto& [A, B, C, D] = filter.system;
    for (std::size_t k = 0; k < in.size(); ++k) {
        const auto col = static_cast<Eigen::Index>(k);
        const double u = in[k];
        switch (filter.form) {
            case StepForm::no_x:
                out[k] = D * u;
                break;
            case StepForm::one_x:
                out[k] = state_(0, col) = filter.a * state_(0, col) + filter.b * u;
                break;
            case StepForm::no_d:
                state_.col(col) = (A * state_.col(col) + B * u).eval();
                out[k] = C.dot(state_.col(col));
                break;
            default:
                out[k] = C.dot(state_.col(col)) + D * u;
                state_.col(col) = (A * state_.col(col) + B * u).eval();
        }
    }
}

/// The newest input gets the largest weight; everything that is still in the window
/// then loses one `last` per step.
void HostFilter::step_triangle(std::span<const double> in, std::span<double> out) {
    const auto& triangle = std::get<TriangleStep>(recurrence_);
    newest_ = (newest_ + 1) % triangle.n;
    for (std::size_t k = 0; k < in.size(); ++k) {
        const auto col = static_cast<Eigen::Index>(k);
        sum_[col] += triangle.first * in[k];
        sum_[col] -= state_.col(col).sum();
        state_(newest_, col) = triangle.last * in[k];
        out[k] = sum_[col];
    }
}

}  // namespace nengine
