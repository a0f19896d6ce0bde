#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/operators/sim_filter.hpp"
#include "engine/operators/sim_neurons.hpp"
#include "kernels/base/error.hpp"
#include "tests/reference/naive_training.hpp"
#include "tests/support/model_runs.hpp"
#include "tests/support/on_each_device.hpp"
#include "tests/support/train_epoch.hpp"

// Trainable constants of neurons and filters, where most models have fixed ones.

namespace nengine::test {

using namespace engine;
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Values = std::vector<double>;

constexpr Index n = 4, steps = 3;

/// What a test changes between models.
struct Constant {
    Shape shape;
    Values values;
};

struct Built {
    std::shared_ptr<Model> model = std::make_shared<Model>();

    SignalId signal(const std::string& name, Shape shape, Values values = {}) {
        return model->add_signal(
            {.name = name, .shape = std::move(shape), .initial = std::move(values)});
    }
    SignalId parameter(const std::string& name, const Constant& is) {
        const SignalId id = signal(name, is.shape, is.values);
        model->signal(id).trainable = true;
        model->signal(id).parameter = name;
        return id;
    }
    SignalId input() {
        const SignalId x = signal("x", {n});
        model->inputs.push_back({"x", x, -1});
        return x;
    }
};

/// LIF neurons' rates of what is fed.
std::shared_ptr<Model> rates(const Constant& amplitude) {
    Built b;
    const SignalId x = b.input(), y = b.signal("y", {n});
    SimNeurons neurons(
        neuron_type("LIFRate"), x, y, {},
        {b.signal("tau_rc", {}, {0.02}), b.signal("tau_ref", {}, {0.002}),
         b.parameter("amplitude", amplitude)});
    neurons.label = "lif";
    b.model->add(std::move(neurons));
    b.model->probes.push_back({.name = "y", .signal = y});
    return b.model;
}

/// Two filters of one input; they may merge.
std::shared_ptr<Model> filters(const Constant& first, const Constant& second) {
    Built b;
    const SignalId x = b.input();
    for (const auto& [name, constant] : {std::pair("a", first), {"b", second}}) {
        const std::string label = name;
        const SignalId y = b.signal(label, {n});
        SimFilter filter(FilterForm::first_order, 1, x, y,
                         b.parameter(label + ".coefficients", constant),
                         b.signal(label + ".state", {1, n}));
        filter.label = label;
        b.model->add(std::move(filter));
        b.model->probes.push_back({.name = label, .signal = y});
    }
    return b.model;
}

reference::Data numbers(Index size, double low, double high, unsigned seed) {
    return {2, steps, size, uniform<double>(2 * steps * size, low, high, seed)};
}

class TrainedConstants : public OnEachDevice {
protected:
    Simulation simulation(const std::shared_ptr<const Model>& model) const {
        return Simulation(model, device(), {.minibatch = 2, .dtype = DType::float64});
    }

    /// What all probes show, of currents that make neurons fire.
    static Values predict(Simulation& of) {
        Values values;
        const InputData data{{0, numbers(n, 1.5, 3, 1)}};
        of.predict(steps, borrow(data), {},
                   [&](int, Index, Index items, Index, Index rows, const void* from) {
                       const auto* first = static_cast<const double*>(from);
                       values.insert(values.end(), first, first + items * rows * n);
                   });
        return values;
    }

    static reference::TrainingCall training() {
        reference::TrainingCall call;
        call.items = 2;
        call.steps = steps;
        call.feeds = {{0, numbers(n, 1.5, 3, 1)}};
        call.targets = {{0, numbers(n, -1, 1, 2)}};
        call.objective.losses.push_back({.probe = 0});
        return call;
    }
};

TEST_P(TrainedConstants, AmplitudesHaveTheGradientOfCentralDifferences) {
    for (const Constant& amplitude : {Constant{{n}, {0.01, 0.02, 0.03, 0.04}},
                                      Constant{{}, {0.02}}, Constant{{1}, {0.03}}}) {
        const auto model = rates(amplitude);
        const reference::TrainingCall call = training();
        const SignalId signal = model->operators()[0]->signal(4);
        Simulation trained = simulation(model);
        trained.trainer().set_optimizer(SGD{0});

        const Scores scores = train_epoch(trained, steps, borrow(call.feeds),
                                          borrow(call.targets), call.objective, {0, 1});
        const auto got = trained
                             .gradients(steps, borrow(call.feeds), borrow(call.targets),
                                        call.objective)
                             .parameters.at("amplitude");

        ASSERT_EQ(got.size(), amplitude.values.size());
        for (std::size_t i = 0; i < got.size(); ++i) {
            const auto want = reference::naive_derivative(*model, call, signal,
                                                          static_cast<Index>(i));
            EXPECT_TRUE(want.trusted && std::abs(want.value) > 1);
            EXPECT_NEAR(got[i], want.value, 1e-6 * std::abs(want.value));
        }
        // The forward pass of training has all elements, too.
        EXPECT_NEAR(scores.losses.at(0), reference::naive_loss(*model, call), 1e-9);
    }
}

TEST_P(TrainedConstants, AmplitudesThatAreTrainedAreUsed) {
    Simulation trained = simulation(rates({{}, {0.02}}));
    trained.trainer().set_optimizer(SGD{1e-5});
    const Values before = predict(trained);
    const reference::TrainingCall call = training();

    train_epoch(trained, steps, borrow(call.feeds), borrow(call.targets),
                call.objective, {0, 1});
    const Values after = predict(trained);

    const double factor = trained.parameter("amplitude")[0] / 0.02;
    ASSERT_GT(std::abs(factor - 1), 1e-3);
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_NEAR(after[i], factor * before[i], 1e-9 * before[i]);
    }
}

TEST_P(TrainedConstants, CoefficientsThatAreSetAreUsedAtOnce) {
    const Constant first{{2}, {0.9, 0.1}}, second{{2}, {0.5, 0.4}};
    Simulation changed = simulation(filters(first, first)),
               fresh = simulation(filters(first, second));
    const Values before = predict(changed);

    changed.set_parameter("b.coefficients", second.values);

    const Values after = predict(changed);
    EXPECT_EQ(after, predict(fresh));
    EXPECT_NE(after, before);
}

TEST_P(TrainedConstants, CoefficientsAreNotTrainedInSilence) {
    const Constant numbers_of{{2}, {0.9, 0.1}};
    const reference::TrainingCall call = training();
    Simulation of = simulation(filters(numbers_of, numbers_of));

    try {
        of.gradients(steps, borrow(call.feeds), borrow(call.targets), call.objective);
        FAIL() << "no error";
    } catch (const BuildError& error) {
        EXPECT_THAT(error.what(), AllOf(HasSubstr("SimFilter 'a'"), HasSubstr("slot 2"),
                                        HasSubstr("'a.coefficients'"),
                                        HasSubstr("trainable = false")));
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, TrainedConstants, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
