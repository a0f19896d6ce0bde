#include <cmath>
#include <cstdio>
#include <cstring>
#include <random>

#include "api/builder/nengo_order/process_seeds.hpp"
#include "api/numerics/random_state.hpp"
#include "api/numerics/steps.hpp"
#include "api/numerics/text.hpp"
#include "api/simulator/data_values.hpp"
#include "api/simulator/device_choice.hpp"
#include "api/simulator/simulator_impl.hpp"
#include "engine/ir/sampling.hpp"

namespace nengine {

using namespace detail;

namespace {

bool any_synapse(const NetworkData& network) {
    for (const auto& connection : network.connections) {
        if (!connection->synapse.is_none()) {
            return true;
        }
    }
    for (const auto& child : network.networks) {
        if (any_synapse(*child)) {
            return true;
        }
    }
    return false;
}

std::uint32_t pick_seed(const SimulatorOptions& options, const NetworkData& network) {
    if (options.seed) {
        return *options.seed;
    }
    if (network.seed) {
        return *network.seed + 1;
    }
    return static_cast<std::uint32_t>(std::random_device{}() % max_drawn_seed);
}

const NetworkData& top_level(const NetworkData& network) {
    if (!network.parent.expired()) {
        throw ValidationError("Simulator: got the inner network '" + network.label +
                              "', needs the one that contains it");
    }
    return network;
}

}  // namespace

Simulator::Impl::Impl(const NetworkData& network, SimulatorOptions given)
    : options(std::move(given)),
      built(build(top_level(network), options.dt, options.rng, options.spike_gradient)),
      seed(pick_seed(options, network)),
      has_synapses(any_synapse(network)) {
    check_options(options);
    if (options.dtype == DType::float32) {
        check_single(*built.model);
    }
    built.process_seeds->reset(seed);
    *built.prints = {options.on_print, options.dtype};
    engine::ReplicaOptions settings;
    settings.minibatch = minibatch();
    settings.dtype = options.dtype;
    settings.seed = seed;
    settings.planner = planner_options(options.plan);
    settings.data_budget = options.data_budget;
    const auto [device, reason] =
        choose_device(options.device, *built.model, minibatch());
    device_reason = reason;
    device.set_gemm_math(options.gemm_math);
    simulation.emplace(built.model, device, settings);
    recordings.resize(built.probes.size());
    name_data();
    for (const std::string& warning : built.warnings) {
        warn(warning);
    }
}

bool Simulator::Impl::shows_progress() const {
    return options.progress_bar.value_or(stderr_is_terminal());
}

void Simulator::Impl::warn(const std::string& message) const {
    if (options.on_warning) {
        options.on_warning(message);
    } else {
        std::fprintf(stderr, "nengine: warning: %s\n", message.c_str());
    }
}

std::vector<double> Simulator::Impl::live(engine::SignalId signal) const {
    const engine::Signal& found = model().signal(signal);
    if (simulation && !found.learned) {
        return simulation->parameter(found.parameter);
    }
    return found.initial;
}

Simulator::Simulator(const Network& network, SimulatorOptions options) try
    : impl_(std::make_unique<Impl>(*network.data_, std::move(options))) {
    impl_->call_ready_hooks(*this);
} catch (const std::bad_alloc&) {
    refuse_call("Simulator");
}
Simulator::Simulator(Simulator&&) noexcept = default;
Simulator& Simulator::operator=(Simulator&&) noexcept = default;
Simulator::~Simulator() = default;

Simulator::Impl& Simulator::there(const char* call) const {
    if (impl_ == nullptr) {
        throw SimulatorClosed(std::string(call) +
                              ": the simulator was moved to another one");
    }
    return *impl_;
}

Simulator::Impl& Simulator::open(const char* call) const {
    Impl& impl = there(call);
    if (!impl.simulation) {
        throw SimulatorClosed(std::string(call) + ": the simulator is closed");
    }
    return impl;
}

void Simulator::run(double seconds, RunOptions options) {
    const Impl& impl = open("run");
    const Index n_steps = steps_in(seconds, impl.options.dt, "run");
    if (n_steps == 0) {
        impl.warn("run: " + number_text(seconds) +
                  " seconds are no step; the simulator stays at " +
                  number_text(time()) + " s");
        return;
    }
    run_steps(n_steps, std::move(options));
}

namespace {

/// With a progress bar long runs go in pieces, so that there is something to show.
Index piece_of(bool shown, Index n_steps) {
    constexpr Index pieces = 50, least = 1000;
    return shown ? std::max(least, n_steps / pieces) : n_steps;
}

/// Steps [first, first + count) of data over all steps; held data as it is.
engine::Feeds part_of(const engine::Feeds& feeds, Index first, Index count,
                      std::vector<std::vector<std::byte>>& storage) {
    engine::Feeds result;
    for (const auto& [input, whole] : feeds) {
        engine::HostTensor part = whole;
        if (whole.steps > 1) {
            const auto row =
                static_cast<std::size_t>(whole.size) * itemsize(whole.dtype);
            const auto bytes = static_cast<std::size_t>(count) * row;
            auto& copy =
                storage.emplace_back(static_cast<std::size_t>(whole.batch) * bytes);
            for (Index b = 0; b < whole.batch; ++b) {
                const auto from =
                    static_cast<std::size_t>(b * whole.steps + first) * row;
                std::memcpy(copy.data() + static_cast<std::size_t>(b) * bytes,
                            static_cast<const std::byte*>(whole.data) + from, bytes);
            }
            part.data = copy.data();
            part.steps = count;
        }
        result[input] = part;
    }
    return result;
}

}  // namespace

void Simulator::run_steps(std::int64_t n_steps, RunOptions options) try {
    Impl& impl = open("run_steps");
    check_steps(n_steps, 0, impl.simulation->step(), "run_steps");
    if (n_steps == 0) {
        impl.warn("run_steps: 0 steps; the simulator stays at " + number_text(time()) +
                  " s");
        return;
    }
    const CallData data = impl.call_data(options.data, nullptr, n_steps, "run_steps");
    if (!data.feeds.empty() && data.items != impl.minibatch()) {
        throw ValidationError("run_steps: got data for " + std::to_string(data.items) +
                              " items, needs the minibatch size " +
                              std::to_string(impl.minibatch()));
    }
    if (!options.stateful) {
        for (auto& [probe, tensor] : impl.predict_isolated(
                 data, impl.all_probes(), "run_steps", options.phase)) {
            impl.recordings[static_cast<std::size_t>(probe)].parts.push_back(tensor);
        }
        return;
    }
    impl.need_memory_to_record("run_steps", impl.all_probes(), data.items, n_steps);
    const bool shown = impl.shows_progress() && n_steps > 1;
    const Index piece = piece_of(shown, n_steps);
    ProgressBar bar(shown, "simulating", n_steps, "steps");
    for (Index done = 0; done < n_steps; done += piece) {
        const Index count = std::min(piece, n_steps - done);
        std::vector<std::vector<std::byte>> storage;
        impl.record(
            count,
            count == n_steps ? data.feeds : part_of(data.feeds, done, count, storage),
            options.phase);
        bar.update(done + count);
    }
    bar.finish("");
} catch (const std::bad_alloc&) {
    refuse_call("run_steps");
}

void Simulator::step(RunOptions options) {
    run_steps(1, std::move(options));
}

Tensor Simulator::data(const Probe& probe) const try {
    const Impl& impl = there("data");
    const Tensor all = impl.recorded(impl.probe_index(probe));
    if (impl.options.minibatch_size) {
        return all;
    }
    const Tensor::Shape shape = {all.extent(1), all.extent(2)};
    return all.reshaped(shape);
} catch (const std::bad_alloc&) {
    refuse_call("data");
}

std::vector<double> Simulator::trange(std::optional<double> sample_every) const try {
    there("trange");
    if (sample_every && !(*sample_every > 0.0)) {
        throw ValidationError("trange: sample_every: got " +
                              number_text(*sample_every) + ", needs a time above 0");
    }
    const double period = sample_every ? *sample_every / impl_->options.dt : 1.0;
    std::vector<double> times;
    const engine::Sampling sampling(period);
    for (Index n = 1; n <= sampling.count(n_steps()); ++n) {
        times.push_back(static_cast<double>(sampling.step(n)) * impl_->options.dt);
    }
    return times;
} catch (const std::bad_alloc&) {
    refuse_call("trange");
}

void Simulator::reset(ResetOptions options) try {
    Impl& impl = open("reset");
    if (options.seed) {
        impl.seed = *options.seed;
        impl.epochs_run = 0;
    }
    if (options.include_processes) {
        impl.built.process_seeds->reset(impl.seed);
    }
    impl.simulation->reset(options.include_trainable, impl.seed,
                           options.include_processes);
    if (options.include_probes) {
        impl.clear_recordings();
    }
} catch (const std::bad_alloc&) {
    refuse_call("reset");
}

void Simulator::clear_probes() {
    open("clear_probes").clear_recordings();
}

std::int64_t Simulator::n_steps() const {
    const Impl& impl = there("n_steps");
    return impl.simulation ? impl.simulation->step() : impl.steps;
}
double Simulator::time() const {
    const double step = there("time").options.dt;
    return static_cast<double>(n_steps()) * step;
}
double Simulator::dt() const {
    return there("dt").options.dt;
}
std::uint32_t Simulator::seed() const {
    return there("seed").seed;
}
std::int64_t Simulator::minibatch_size() const {
    return there("minibatch_size").minibatch();
}
std::string Simulator::device() const {
    return open("device").simulation->device().name();
}
std::size_t Simulator::peak_memory() const {
    return open("peak_memory").simulation->peak_memory_bytes();
}
std::string Simulator::explain(std::int64_t n_steps, bool training) const try {
    Impl& impl = open("explain");
    check_steps(n_steps, 1, 0, "explain");
    return "runs on " + impl.simulation->device().name() + " (" + impl.device_reason +
           ")\n" + impl.simulation->explain(n_steps, {}, training);
} catch (const std::bad_alloc&) {
    refuse_call("explain");
}

void Simulator::close() {
    if (!closed()) {
        impl_->simulation->need_idle("close");
        impl_->steps = impl_->simulation->step();
        impl_->simulation.reset();
    }
}

bool Simulator::closed() const {
    return impl_ == nullptr || !impl_->simulation;
}

}  // namespace nengine
