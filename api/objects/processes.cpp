#include "nengine/processes.hpp"

#include <cmath>
#include <random>

#include "api/numerics/distributions.hpp"
#include "api/numerics/process_steps.hpp"
#include "api/numerics/steps.hpp"
#include "api/numerics/synapse_steps.hpp"
#include "api/numerics/text.hpp"
#include "api/objects/objects.hpp"
#include "kernels/base/host_memory.hpp"

namespace nengine {

namespace {

using Span = std::span<const double>;

[[noreturn]] void fail(const std::string& where, double got, const std::string& needs) {
    throw ValidationError(where + ": got " + number_text(got) + ", needs " + needs);
}

/// Noise, through a filter if there is one.
StepFunction noise_step(const Distribution& dist, double scale,
                        std::optional<HostFilter> filter, RandomStream rng) {
    return [dist, scale, filter = std::move(filter), rng = std::move(rng)](
               double, Span, std::span<double> out) mutable {
        auto values = rng.sample(dist, 1, static_cast<std::int64_t>(out.size())).values;
        for (double& value : values) {
            value *= scale;
        }
        if (filter) {
            filter->step(values, out);
        } else {
            std::ranges::copy(values, out.begin());
        }
    };
}

double noise_scale(bool scaled, double dt) {
    return scaled ? 1.0 / std::sqrt(dt) : 1.0;
}

/// A process that has no input.
void need_no_input(const char* name, ProcessSizes sizes) {
    if (sizes.size_in != 0) {
        throw ValidationError(std::string(name) + ": got size_in " +
                              std::to_string(sizes.size_in) + ", needs 0");
    }
}

StepFunction step_of(const WhiteNoise& noise, ProcessSizes sizes, RandomStream rng) {
    need_no_input("WhiteNoise", sizes);
    return noise_step(noise.dist, noise_scale(noise.scale, sizes.dt), std::nullopt,
                      std::move(rng));
}

StepFunction step_of(const FilteredNoise& noise, ProcessSizes sizes, RandomStream rng) {
    need_no_input("FilteredNoise", sizes);
    return noise_step(noise.dist, noise_scale(noise.scale, sizes.dt),
                      HostFilter(noise.synapse, sizes.dt, sizes.size_out),
                      std::move(rng));
}

StepFunction step_of(const BrownNoise& noise, ProcessSizes sizes, RandomStream rng) {
    need_no_input("BrownNoise", sizes);
    return noise_step(noise.dist, noise_scale(true, sizes.dt),
                      HostFilter(integral_of_noise(), sizes.dt, sizes.size_out),
                      std::move(rng));
}

StepFunction step_of(const WhiteSignal& signal, ProcessSizes sizes, RandomStream rng) {
    need_no_input("WhiteSignal", sizes);
    const auto course = std::make_shared<const std::vector<double>>(
        white_signal(signal, sizes.size_out, sizes.dt, rng.state()));
    return [course, dt = sizes.dt](double t, Span, std::span<double> out) {
        const std::size_t steps = course->size() / out.size();
        const std::size_t at =
            static_cast<std::size_t>(std::nearbyint(t / dt)) % steps * out.size();
        std::copy_n(course->begin() + static_cast<std::ptrdiff_t>(at), out.size(),
                    out.begin());
    };
}

StepFunction step_of(const PresentInput& present, ProcessSizes sizes, RandomStream) {
    need_no_input("PresentInput", sizes);
    const auto inputs =
        std::make_shared<const std::vector<double>>(present.inputs.values);
    return [inputs, dt = sizes.dt, n = present.inputs.shape.front(),
            time = present.presentation_time](double t, Span, std::span<double> out) {
        constexpr double slack = 1e-7;  // so that rounding does not delay an input
        // Counted in double: there may be more presentations than an integer holds.
        const double i = std::floor((t - dt) / time + slack);
        const auto row =
            static_cast<std::size_t>(std::fmod(i, static_cast<double>(n))) * out.size();
        std::copy_n(inputs->begin() + static_cast<std::ptrdiff_t>(row), out.size(),
                    out.begin());
    };
}

StepFunction step_of(const Piecewise& piecewise, ProcessSizes sizes, RandomStream) {
    need_no_input("Piecewise", sizes);
    const auto course =
        std::make_shared<const PiecewiseCourse>(piecewise, sizes.size_out, sizes.dt);
    return [course](double t, Span, std::span<double> out) { (*course)(t, out); };
}

StepFunction step_of(const CustomProcess& process, ProcessSizes sizes,
                     RandomStream rng) {
    return process.make_step(sizes, std::move(rng));
}

StepFunction step_of(const Synapse& synapse, ProcessSizes sizes, RandomStream) {
    if (sizes.size_in != sizes.size_out) {
        throw ValidationError("synapse as a process: got size_in " +
                              std::to_string(sizes.size_in) + " and size_out " +
                              std::to_string(sizes.size_out) + ", needs equal ones");
    }
    return [filter = HostFilter(synapse, sizes.dt, sizes.size_in)](
               double, Span x, std::span<double> out) mutable { filter.step(x, out); };
}

void check_value(const WhiteSignal& signal) {
    if (!(signal.period > 0.0) || !std::isfinite(signal.period)) {
        fail("WhiteSignal: period", signal.period,
             "a finite number of seconds above 0");
    }
    if (!(signal.high >= 1.0 / signal.period) || !std::isfinite(signal.high)) {
        fail("WhiteSignal: high", signal.high,
             "at least 1 / period = " + number_text(1.0 / signal.period) + " Hz");
    }
    if (!(signal.rms > 0.0) || !std::isfinite(signal.rms)) {
        fail("WhiteSignal: rms", signal.rms, "a finite number above 0");
    }
    if (signal.y0) {
        detail::check_array(*signal.y0, "WhiteSignal: y0");
    }
}

void check_value(const PresentInput& present) {
    if (!(present.presentation_time >= 1e-10) ||
        !std::isfinite(present.presentation_time)) {
        fail("PresentInput: presentation_time", present.presentation_time,
             "a finite number of seconds above 0 (1e-10 at least)");
    }
    if (present.inputs.rank() < 1 || present.inputs.values.empty()) {
        throw ValidationError("PresentInput: got no inputs, needs [n, ...]");
    }
    detail::check_array(present.inputs, "PresentInput: inputs");
}

void check_value(const Piecewise& piecewise) {
    if (piecewise.data.empty()) {
        throw ValidationError("Piecewise: got no points, needs at least one");
    }
    for (const auto& [time, value] : piecewise.data) {
        if (!std::isfinite(time)) {
            fail("Piecewise: a time", time, "a finite one");
        }
        for (const double number : value.values()) {
            if (!std::isfinite(number)) {
                fail("Piecewise: a value at " + number_text(time), number,
                     "a finite one");
            }
        }
    }
}

void check_value(const CustomProcess& process) {
    if (!process.make_step) {
        throw ValidationError("CustomProcess: got no make_step, needs one");
    }
    detail::need_size(process.size_in, 0, "CustomProcess: size_in");
    detail::need_size(process.size_out, 0, "CustomProcess: size_out");
}

void check_value(const Synapse& synapse) {
    if (synapse.is_none()) {
        throw ValidationError("Process: got no synapse, needs one");
    }
    detail::check_synapse(synapse, "Process");
}

void check_value(const auto&) {}

}  // namespace

void Process::check() const {
    std::visit([](const auto& process) { check_value(process); }, value_);
}

std::optional<Seed> Process::seed() const {
    return std::visit(
        [](const auto& process) -> std::optional<Seed> {
            if constexpr (requires { process.seed; }) {
                return process.seed;
            } else {
                return std::nullopt;
            }
        },
        value_);
}

bool Process::is_random() const {
    return std::visit(
        []<class P>(const P&) {
            return requires(P process) {
                process.seed;
            }
            &&!std::is_same_v<P, PresentInput> && !std::is_same_v<P, Piecewise>;
        },
        value_);
}

bool Process::calls_functions() const {
    const auto* piecewise = std::get_if<Piecewise>(&value_);
    return std::holds_alternative<CustomProcess>(value_) ||
           (piecewise != nullptr &&
            std::ranges::any_of(piecewise->data, [](const auto& point) {
                return point.second.is_call();
            }));
}

std::int64_t Process::default_size_in() const {
    if (const auto* custom = std::get_if<CustomProcess>(&value_)) {
        return custom->size_in;
    }
    return std::holds_alternative<Synapse>(value_) ? 1 : 0;
}

std::int64_t Process::default_size_out() const {
    if (const auto* custom = std::get_if<CustomProcess>(&value_)) {
        return custom->size_out;
    }
    if (const auto* present = std::get_if<PresentInput>(&value_)) {
        return static_cast<std::int64_t>(present->inputs.values.size()) /
               present->inputs.shape.front();
    }
    if (const auto* piecewise = std::get_if<Piecewise>(&value_)) {
        const auto& [time, first] = *piecewise->data.begin();
        return static_cast<std::int64_t>(first.is_call() ? first.call()(time).size()
                                                         : first.values().size());
    }
    return 1;
}

StepFunction Process::make_step(ProcessSizes sizes, RandomStream rng) const {
    check_dt(sizes.dt, "Process");
    detail::need_size(sizes.size_in, 0, "Process: size_in");
    detail::need_size(sizes.size_out, 0, "Process: size_out");
    if (std::holds_alternative<PresentInput>(value_) &&
        sizes.size_out != default_size_out()) {
        throw ValidationError("PresentInput: got size_out " +
                              std::to_string(sizes.size_out) + ", needs the inputs' " +
                              std::to_string(default_size_out()));
    }
    return std::visit(
        [&](const auto& process) { return step_of(process, sizes, std::move(rng)); },
        value_);
}

namespace {

RandomStream stream(const Process& process, const RunProcessOptions& options) {
    if (process.seed()) {
        return RandomStream(*process.seed());
    }
    const std::uint32_t seed = options.seed.has_value() ? std::uint32_t{*options.seed}
                                                        : std::random_device{}();
    return RandomStream(RandomState(seed).draw_seed());
}

}  // namespace

Array Process::run(double seconds, RunProcessOptions options) const {
    check_dt(options.dt, "Process");
    return run_steps(steps_in(seconds, options.dt, "Process: run"), options);
}

Array Process::run_steps(std::int64_t n_steps, RunProcessOptions options) const {
    check_steps(n_steps, 0, 0, "Process: run_steps");
    return apply(Array({n_steps, 0}, {}), options);
}

Array Process::apply(const Array& x, RunProcessOptions options) const {
    if (x.rank() < 1) {
        throw ShapeError("Process: apply", "a number", "[steps, size_in]");
    }
    detail::check_whole(x, "Process: apply: x");
    const std::int64_t steps = x.extent(0), size_in = x.rank() < 2 ? 1 : x.shape[1];
    const bool same = std::holds_alternative<Synapse>(value_);
    const ProcessSizes sizes{
        size_in, options.size_out.value_or(same ? size_in : default_size_out()),
        options.dt};
    const StepFunction step = make_step(sizes, stream(*this, options));
    kernels::need_host_memory(
        kernels::array_bytes({steps, sizes.size_out}, sizeof(double)), [&] {
            return kernels::MemoryUse{
                "Process", "a signal of shape " + shape_text({steps, sizes.size_out}),
                "the number of steps"};
        });
    Array y({steps, sizes.size_out},
            std::vector<double>(static_cast<std::size_t>(steps * sizes.size_out)));
    const auto n_in = static_cast<std::size_t>(size_in),
               n_out = static_cast<std::size_t>(sizes.size_out);
    for (std::size_t i = 0; i < static_cast<std::size_t>(steps); ++i) {
        step(static_cast<double>(i + 1) * options.dt,
             {x.values.data() + i * n_in, n_in}, {y.values.data() + i * n_out, n_out});
    }
    return y;
}

std::vector<double> Process::trange(double seconds, double dt) const {
    check_dt(dt, "Process: trange");
    return ntrange(steps_in(seconds, dt, "Process: trange"), dt);
}

std::vector<double> Process::ntrange(std::int64_t n_steps, double dt) const {
    check_steps(n_steps, 0, 0, "Process: ntrange");
    kernels::need_host_memory(kernels::array_bytes({n_steps}, sizeof(double)), [&] {
        return kernels::MemoryUse{"Process: ntrange",
                                  std::to_string(n_steps) + " times",
                                  "the number of steps"};
    });
    std::vector<double> times;
    for (std::int64_t step = 1; step <= n_steps; ++step) {
        times.push_back(static_cast<double>(step) * dt);
    }
    return times;
}

}  // namespace nengine
