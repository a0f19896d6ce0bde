#include "tests/support/random_model.hpp"

#include <cmath>

#include "engine/operators/host_function.hpp"
#include "engine/operators/sim_process.hpp"
#include "engine/operators/sim_random.hpp"
#include "engine/operators/time_update.hpp"
#include "tests/support/random_generator.hpp"

namespace nengine::test {

using namespace engine;

SignalId Generator::signal(const std::string& name, Shape shape,
                           std::vector<double> initial) {
    Signal made;
    made.name = name;
    made.shape = std::move(shape);
    made.initial = std::move(initial);
    return model_->add_signal(std::move(made));
}

SignalId Generator::constant(const std::string& name, Shape shape, double low,
                             double high) {
    const Index size = shape_size(shape);
    const SignalId id = signal(name, std::move(shape), draw_.numbers(size, low, high));
    model_->signal(id).readonly = true;
    return id;
}

SignalId Generator::parameter(const std::string& name, Shape shape, double low,
                              double high) {
    const Index size = shape_size(shape);
    const SignalId id = signal(name, std::move(shape), draw_.numbers(size, low, high));
    Signal& made = model_->signal(id);
    made.trainable = draw_.chance(0.7);
    if (made.trainable || draw_.chance(0.5)) {
        made.parameter = name;
    }
    return id;
}

SignalId Generator::per_element(const std::string& name, Index size, double low,
                                double high) {
    return draw_.chance(0.5) ? constant(name, {}, low, high)
                             : constant(name, {size}, low, high);
}

void Generator::make_input() {
    const Index size = draw_.one_of<Index>({1, 3, 5, 8});
    const std::string name = fresh("input");
    const SignalId id = signal(name, {size}, draw_.numbers(size, -1, 1));
    int producer = -1;
    if (options_.host_functions && draw_.chance(0.5)) {
        const double rate = draw_.uniform(5, 50);
        producer =
            add(HostFunction(
                    [rate](double t, std::span<const double>, std::span<double> out) {
                        for (std::size_t i = 0; i < out.size(); ++i) {
                            out[i] = std::sin(rate * t + static_cast<double>(i));
                        }
                    },
                    id, no_signal),
                name);
    }
    model_->inputs.push_back({name, id, producer});
    using enum RandomModel::Feed;
    result_.feeds.push_back(
        draw_.one_of<RandomModel::Feed>({none, steps, steps, held}));
    offer(id, size, 1);
}

void Generator::make_constant() {
    const Index size = draw_.between(1, 7);
    offer(parameter(fresh("constant"), {size}, -1, 1), size, 1);
}

void Generator::make_time() {
    const SignalId id = signal(fresh("time"), {});
    add(TimeUpdate(id), "time");
    const SignalId flat = model_->add_reshape(id, {1});
    offer(flat, 1, 0.1);
}

void Generator::make_function() {
    const Index size = draw_.between(1, 5);
    const SignalId id = signal(fresh("function"), {size});
    const double rate = draw_.uniform(5, 50);
    using enum HostFunction::Order;
    const auto order = draw_.chance(0.2) ? ordered : automatic;
    add(HostFunction(
            [rate](double t, std::span<const double>, std::span<double> out) {
                for (std::size_t i = 0; i < out.size(); ++i) {
                    out[i] = std::cos(rate * t * (1.0 + static_cast<double>(i)));
                }
            },
            id, no_signal, order),
        "function");
    offer(id, size, 1);
}

/// A signal that remembers: each item's own, or one for all.
void Generator::make_process() {
    const Index size = draw_.between(1, 5);
    const SignalId id = signal(fresh("process"), {size});
    const double rate = draw_.uniform(5, 50);
    const bool per_item = draw_.chance(0.6);
    const auto factory = [rate](Index item) -> ProcessStep {
        return [rate, phase = static_cast<double>(item)](
                   double t, std::span<const double>, std::span<double> out) mutable {
            phase += 0.1 + 0.01 * phase;
            for (std::size_t i = 0; i < out.size(); ++i) {
                out[i] = std::cos(rate * t + phase * (1.0 + static_cast<double>(i)));
            }
        };
    };
    const Role role = draw_.chance(0.3) ? Role::update : Role::set;
    add(SimProcess(
            factory, id, no_signal,
            {.role = role, .per_item = per_item, .users_own = draw_.chance(0.2)}),
        "process");
    offer(id, size, 1);
    if (role == Role::update) {
        filtered_.push_back(sources_.back());
    }
}

/// Numbers that the device draws.
void Generator::make_random() {
    const Index size = draw_.between(1, 6);
    const SignalId id = signal(fresh("random"), {size});
    using enum RandomKind;
    SimRandom::Options options{.kind = draw_.one_of<RandomKind>({uniform, normal}),
                               .scale = draw_.one_of<double>({1, 0.5}),
                               .shift = draw_.one_of<double>({0, -0.25})};
    if (draw_.chance(0.3)) {
        options.seed = static_cast<std::uint32_t>(draw_.between(0, 1000));
    }
    add(SimRandom(id, options), "random");
    offer(id, size, 1);
}

void Generator::probes() {
    // The last signals hang on most of what came before.
    const Index count = draw_.between(2, 5);
    for (Index i = 0; i < count; ++i) {
        ProbePoint probe;
        probe.name = "probe" + std::to_string(i);
        probe.signal = i == 0 ? sources_.back().signal : draw_.one_of(seen_);
        probe.period = i == 0 ? 1.0 : draw_.one_of<double>({1, 1, 2, 2.5});
        probe.keep_history = i == 0 || draw_.chance(0.85);
        model_->probes.push_back(probe);
    }
}

RandomModel Generator::generate() {
    make_input();
    make_constant();
    for (const auto make : {&Generator::make_input, &Generator::make_time}) {
        if (draw_.chance(0.5)) {
            (this->*make)();
        }
    }
    if (draw_.chance(0.4)) {
        make_random();
        make_random();
    }
    if (options_.host_functions && draw_.chance(0.4)) {
        make_function();
    }
    if (options_.host_functions && draw_.chance(0.4)) {
        make_process();
        make_process();
    }
    std::vector<void (Generator::*)()> units{
        &Generator::population,     &Generator::population, &Generator::population,
        &Generator::decoder,        &Generator::decoder,    &Generator::filter,
        &Generator::filter,         &Generator::filter,     &Generator::scale_unit,
        &Generator::multiply,       &Generator::slices,     &Generator::index_lists,
        &Generator::sparse_product, &Generator::volume,     &Generator::image,
        &Generator::matrix_copy,    &Generator::loop_start, &Generator::loop_start};
    if (!options_.gentle_neurons) {
        units.push_back(&Generator::random_spikes);
    }
    if (options_.host_functions) {
        units.push_back(&Generator::function_of_x);
        units.push_back(&Generator::process_of_x);
    }
    if (options_.learning) {
        units.push_back(&Generator::learning);
    }
    for (int unit = 0; unit < options_.units; ++unit) {
        (this->*draw_.one_of(units))();
    }
    close_loops();
    probes();
    result_.model = model_;
    return result_;
}

RandomModel random_model(std::uint64_t seed, const RandomModelOptions& options) {
    return Generator(seed, options).generate();
}

RandomModel::Feeds RandomModel::data(Index batch, Index steps) const {
    Draw draw(seed + 1);
    Feeds result;
    for (std::size_t i = 0; i < feeds.size(); ++i) {
        if (feeds[i] == Feed::none) {
            continue;
        }
        const Index size = model->signal(model->inputs[i].signal).size();
        const Index rows = feeds[i] == Feed::held ? 1 : steps;
        result[static_cast<int>(i)] = {batch, rows, size,
                                       draw.numbers(batch * rows * size, -1, 1)};
    }
    return result;
}

std::string describe(const Model& model) {
    std::string text;
    for (const int i : model.operators().ids()) {
        const Operator& op = *model.operators()[i];
        text += "  " + std::to_string(i) + ": " + std::string(op.type()) + " '" +
                op.label + "'";
        constexpr const char* roles[] = {" set ", " inc ", " read ", " update ",
                                         " state "};
        for (const Slot& slot : op.slots()) {
            const Signal& signal = model.signal(slot.signal);
            text += std::string(roles[static_cast<int>(slot.role)]) + signal.name +
                    to_string(signal.shape) + (signal.trainable ? "*" : "");
        }
        text += '\n';
    }
    for (const ProbePoint& probe : model.probes) {
        text += "  " + probe.name + ": " + model.signal(probe.signal).name + " every " +
                std::to_string(probe.period) +
                (probe.keep_history ? "\n" : ", last only\n");
    }
    return text;
}

std::string RandomModel::describe() const {
    std::string text = "random model, seed " + std::to_string(seed) + "\n";
    for (std::size_t i = 0; i < feeds.size(); ++i) {
        constexpr const char* kinds[] = {"not fed", "fed per step", "held"};
        text += "  " + model->inputs[i].name + ": " +
                kinds[static_cast<int>(feeds[i])] + '\n';
    }
    return text + test::describe(*model);
}

}  // namespace nengine::test
