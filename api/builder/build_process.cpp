#include <cmath>

#include "api/builder/build_state.hpp"
#include "api/numerics/named.hpp"
#include "api/numerics/synapse_steps.hpp"
#include "engine/ir/host_call.hpp"
#include "engine/operators/sim_filter.hpp"
#include "engine/operators/sim_process.hpp"
#include "engine/operators/sim_random.hpp"

namespace nengine {

namespace {

using namespace detail;

/// A filter of so high an order that the engine has no kernel for it.
int add_host_filter(BuildState& state, const Synapse& synapse, engine::SignalId input,
                    engine::SignalId output, engine::Role role,
                    const std::string& label) {
    const Index size = state.model->signal(input).size();
    HostFilter filter =
        named(label, [&] { return HostFilter(synapse, state.dt, size); });
    return state.add(engine::SimProcess(
                         [filter](Index) -> engine::ProcessStep {
                             return [filter](double, std::span<const double> x,
                                             std::span<double> out) mutable {
                                 filter.step(x, out);
                             };
                         },
                         output, input, {.role = role, .per_item = false}),
                     label);
}

}  // namespace

int add_filter(BuildState& state, const Synapse& synapse, engine::SignalId input,
               engine::SignalId output, engine::Role role, const std::string& label) {
    auto [form, order, values] =
        named(label, [&] { return engine_filter(synapse, state.dt); });
    if (form != kernels::FilterForm::finite && order > kernels::max_filter_order) {
        return add_host_filter(state, synapse, input, output, role, label);
    }
    const Index size = state.model->signal(input).size();
    const Shape shape = {static_cast<Index>(values.size())};
    const engine::SignalId coefficients =
        state.constant(label + ".coefficients", shape, std::move(values));
    const engine::SignalId memory =
        order == 0 ? engine::no_signal
                   : state.variable(label + ".state", {order, size}, {});
    return state.add(
        engine::SimFilter(form, order, input, output, coefficients, memory, role),
        label);
}

engine::SignalId filter_signal(BuildState& state, const Synapse& synapse,
                               engine::SignalId input, const std::string& label,
                               engine::Role role) {
    if (synapse.is_none()) {
        return input;
    }
    const engine::SignalId output =
        state.signal(label, state.model->signal(input).size());
    add_filter(state, synapse, input, output, role, label);
    return output;
}

namespace {

/// A process whose numbers the device can draw, and the filter that they go through.
struct DrawnProcess {
    engine::SimRandom::Options numbers;
    std::optional<Synapse> filter;
};

std::optional<engine::SimRandom::Options> drawn_numbers(
    const Distribution& distribution, double scale) {
    if (const auto* normal = std::get_if<Gaussian>(&distribution)) {
        return engine::SimRandom::Options{kernels::RandomKind::normal,
                                          scale * normal->std, scale * normal->mean};
    }
    if (const auto* uniform = std::get_if<Uniform>(&distribution);
        uniform != nullptr && !uniform->integer) {
        return engine::SimRandom::Options{kernels::RandomKind::uniform,
                                          scale * (uniform->high - uniform->low),
                                          scale * uniform->low};
    }
    return std::nullopt;
}

std::optional<DrawnProcess> drawn_on_device(const Process& process, double dt) {
    const auto drawn = [&](const auto& noise, bool scaled,
                           std::optional<Synapse> filter) {
        auto numbers = drawn_numbers(noise.dist, scaled ? 1.0 / std::sqrt(dt) : 1.0);
        std::optional<DrawnProcess> result;
        if (numbers) {
            numbers->seed = noise.seed;
            result = DrawnProcess{*numbers, std::move(filter)};
        }
        return result;
    };
    if (const auto* noise = std::get_if<WhiteNoise>(&process.value())) {
        return drawn(*noise, noise->scale, std::nullopt);
    }
    if (const auto* noise = std::get_if<FilteredNoise>(&process.value())) {
        return drawn(*noise, noise->scale, noise->synapse);
    }
    if (const auto* noise = std::get_if<BrownNoise>(&process.value())) {
        return drawn(*noise, true, integral_of_noise());
    }
    return std::nullopt;
}

int add_drawn(BuildState& state, const DrawnProcess& process, engine::SignalId output,
              const std::string& label) {
    if (!process.filter) {
        return state.add(engine::SimRandom(output, process.numbers), label);
    }
    const engine::SignalId noise =
        state.signal(label + ".noise", state.model->signal(output).size());
    state.add(engine::SimRandom(noise, process.numbers), label + ".noise");
    return add_filter(state, *process.filter, noise, output, engine::Role::set, label);
}

/// A step of what draws numbers; not of what may call functions of the user's.
bool try_out(const Process& process, ProcessSizes sizes) {
    const StepFunction step = process.make_step(sizes, RandomStream(0));
    if (process.is_random()) {
        std::vector<double> out(static_cast<std::size_t>(sizes.size_out));
        step(sizes.dt, {}, out);
    }
    return true;
}

}  // namespace

int add_process(BuildState& state, const Process& process, const ObjectData& owner,
                OrderedProcess::Role role, engine::SignalId output, engine::SignalId x,
                const std::string& label, bool pure) {
    const auto size_of = [&](engine::SignalId signal) {
        return signal == engine::no_signal ? 0 : state.model->signal(signal).size();
    };
    const ProcessSizes sizes{size_of(x), size_of(output), state.dt};
    const bool own = std::holds_alternative<CustomProcess>(process.value());
    if (!own) {  // what cannot be is reported now, not when it is first run
        named(describe(owner), [&] { return try_out(process, sizes); });
    }
    if (state.rng == Rng::philox) {
        if (const auto drawn = drawn_on_device(process, state.dt)) {
            return add_drawn(state, *drawn, output, label);
        }
    }
    const bool drawn = process.is_random() && !process.seed();
    const int number = drawn ? state.built.process_seeds->add(owner, role) : -1;
    const auto factory = [process, sizes, number,
                          seeds = state.built.process_seeds](Index item) {
        const std::uint32_t seed = number >= 0
                                       ? seeds->seed(number, item)
                                       : std::uint32_t{process.seed().value_or(0)};
        return engine::ProcessStep(process.make_step(sizes, RandomStream(seed)));
    };
    const bool calls = process.calls_functions();
    engine::SimProcess op(factory, output, x,
                          {.per_item = drawn, .users_own = calls, .pure = pure});
    return calls ? state.add_call(std::move(op), label, owner, role)
                 : state.add(std::move(op), label);
}

}  // namespace nengine
