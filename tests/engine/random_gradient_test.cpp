#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/reference/naive_training.hpp"
#include "tests/support/model_runs.hpp"
#include "tests/support/on_each_device.hpp"
#include "tests/support/random_model.hpp"
#include "tests/support/random_options.hpp"

namespace nengine::test {

using namespace engine;
namespace {

/// How many samples a probe shows of the first steps.
Index samples_of(const ProbePoint& probe, Index steps) {
    Index samples = 0;
    for (Index step = 1; step <= steps; ++step) {
        samples += std::fmod(static_cast<double>(step), probe.period) < 1 ? 1 : 0;
    }
    return probe.keep_history ? samples : std::min<Index>(samples, 1);
}

/// Targets of a probe of `size` components, and what compares them.
LossSpec random_loss(int probe, Index size, Index rows, reference::TrainingCall& call,
                     Draw& draw) {
    LossSpec loss{.probe = probe, .weight = draw.uniform(0.2, 1)};
    loss.last_step = draw.chance(0.3);
    if (size > 1 && draw.chance(0.3)) {
        loss.kind = LossKind::sparse_categorical_crossentropy;
        loss.from_logits = true;
        reference::Data labels{call.items, rows, 1, {}};
        for (Index i = 0; i < call.items * rows; ++i) {
            labels.values.push_back(static_cast<double>(draw.between(0, size - 1)));
        }
        call.targets[probe] = labels;
    } else {
        call.targets[probe] = {call.items, rows, size,
                               draw.numbers(call.items * rows * size, -1, 1)};
    }
    return loss;
}

/// Losses on each probe that training has, small models first.
reference::TrainingCall random_call(const RandomModel& random, Draw& draw) {
    reference::TrainingCall call;
    call.items = draw.between(1, 3);
    call.steps = draw.between(1, 6);
    call.feeds = random.data(call.items, call.steps);
    for (std::size_t p = 0; p < random.model->probes.size(); ++p) {
        const ProbePoint& probe = random.model->probes[p];
        const Index samples = samples_of(probe, call.steps);
        if (samples == 0 || holds_state(*random.model, probe.signal)) {
            continue;
        }
        const Index rows = draw.chance(0.5) ? samples : 1;
        LossSpec loss =
            random_loss(static_cast<int>(p), random.model->signal(probe.signal).size(),
                        rows, call, draw);
        call.objective.losses.push_back(loss);
        if (draw.chance(0.2)) {
            loss.last_step = !loss.last_step;
            call.objective.losses.push_back(loss);
        }
    }
    return call;
}

class RandomGradient : public OnEachDevice {};

/// Compares one of each parameter's and each input's derivatives.
struct Comparison {
    void expect(double got, const reference::Derivative& want, const std::string& of) {
        ++compared;
        trusted += want.trusted ? 1 : 0;
        if (want.trusted) {
            EXPECT_NEAR(got, want.value, 1e-5 * (1e-2 + std::abs(want.value))) << of;
        }
    }
    int compared = 0, trusted = 0;
};

TEST_P(RandomGradient, IsThatOfCentralDifferences) {
    Comparison parameters, inputs;
    for (std::uint64_t seed = 0; seed < 96 && !HasFailure(); ++seed) {
        const RandomModel random =
            random_model(seed, {.units = static_cast<int>(1 + seed % 48 / 4),
                                .host_functions = false,
                                .gentle_neurons = true});
        Draw draw(seed + 2000);
        const reference::TrainingCall call = random_call(random, draw);
        ReplicaOptions options = random_options(draw);
        options.minibatch = call.items;
        SCOPED_TRACE(random.describe() + describe(options));
        Simulation simulation(random.model, device(), options);

        const Gradients got = simulation.gradients(
            call.steps, borrow(call.feeds), borrow(call.targets), call.objective, true);

        for (const SignalId s : random.model->signal_ids()) {
            const Signal& parameter = random.model->signal(s);
            if (parameter.trainable) {
                const Index element = draw.between(0, parameter.size() - 1);
                parameters.expect(
                    got.parameters.at(
                        parameter.parameter)[static_cast<std::size_t>(element)],
                    reference::naive_derivative(*random.model, call, s, element),
                    parameter.parameter + ", element " + std::to_string(element));
            }
        }
        for (const auto& [input, data] : call.feeds) {
            const auto element = static_cast<std::size_t>(
                draw.between(0, static_cast<Index>(data.values.size()) - 1));
            const auto found = got.inputs.find(input);
            inputs.expect(
                found == got.inputs.end() ? 0.0 : found->second.at(element),
                reference::naive_input_derivative(*random.model, call, input, element),
                "input " + std::to_string(input) + ", element " +
                    std::to_string(element));
        }
    }
    // Kinks are rare enough that most derivatives say something.
    for (const Comparison& of : {parameters, inputs}) {
        EXPECT_GT(3 * of.trusted, 2 * of.compared)
            << of.trusted << " of " << of.compared;
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, RandomGradient, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
