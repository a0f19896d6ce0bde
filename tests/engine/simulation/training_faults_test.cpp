#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/ir/host_call.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/host_function.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_process.hpp"
#include "engine/simulation/simulation.hpp"
#include "kernels/base/error.hpp"
#include "tests/support/on_each_device.hpp"
#include "tests/support/train_epoch.hpp"

namespace nengine::test {

using namespace engine;
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr Index items = 3, steps = 5;

/// y = w (f(t) + g(x) + h(t)), compared with 0, and the same with another w. f and g
/// are functions, h a process, of the user's: they count their calls, and h how often
/// it is made for an item.
struct Trained {
    std::shared_ptr<Model> model = std::make_shared<Model>(0.001);
    std::shared_ptr<std::vector<int>> calls = std::make_shared<std::vector<int>>(4, 0);
    std::unique_ptr<Simulation> simulation;

    Trained(const Device& device, double w, double other) {
        const SignalId x = add("x", {1});
        model->inputs.push_back({"x", x, -1});
        const SignalId f = add("f", {1}), g = add("g", {1}), h = add("h", {1});
        const SignalId sum = add("sum", {1});
        model->add(HostFunction(
            [calls = calls](double, std::span<const double>, std::span<double> out) {
                ++calls->at(0);
                out[0] = 0.5;
            },
            f, no_signal));
        model->add(HostFunction(
            [calls = calls](double, std::span<const double> in, std::span<double> out) {
                ++calls->at(1);
                out[0] = in[0];
            },
            g, x));
        model->add(SimProcess(
            [calls = calls](Index) -> ProcessStep {
                ++calls->at(3);
                return [calls](double, std::span<const double>, std::span<double> out) {
                    ++calls->at(2);
                    out[0] = 0;
                };
            },
            h, no_signal, {.users_own = true}));
        model->add(Copy(f, sum, false));
        model->add(Copy(h, sum, true));
        model->add(Copy(g, sum, true));
        compare("w", w, sum);
        compare("other", other, sum);
        simulation = std::make_unique<Simulation>(model, device,
                                                  ReplicaOptions{.minibatch = items});
    }

    SignalId add(const std::string& name, Shape shape,
                 std::vector<double> initial = {}) const {
        Signal signal{.name = name, .shape = std::move(shape)};
        if (!initial.empty()) {
            signal.initial = std::move(initial);
            signal.trainable = true;
            signal.parameter = name;
        }
        return model->add_signal(std::move(signal));
    }
    void compare(const std::string& name, double value, SignalId in) const {
        const SignalId y = add(name + ".y", {1});
        model->add(Reset(y));
        model->add(DotInc(add(name, {1, 1}, {value}), in, y));
        model->probes.push_back({.name = name + ".y", .signal = y});
    }

    /// The error of an epoch of one minibatch.
    std::string fails(const Optimizer& optimizer, float x = 0.5F) const {
        simulation->trainer().set_optimizer(optimizer);
        const std::vector<float> in(items * steps, x), zeros(items * steps, 0.0F);
        const HostTensor fed{in.data(), DType::float32, items, steps, 1};
        const HostTensor wanted{zeros.data(), DType::float32, items, steps, 1};
        const Objective objective{.losses = {{.probe = 0}, {.probe = 1}}};
        try {
            train_epoch(*simulation, steps, {{0, fed}}, {{0, wanted}, {1, wanted}},
                        objective, {0, 1, 2});
        } catch (const SimulationError& error) {
            return error.what();
        }
        return "nothing";
    }
};

class TrainingFaults : public OnEachDevice {};

/// Where a NaN began is looked for in its minibatch, which is run once more.
TEST_P(TrainingFaults, AreLookedForWithoutCallingAFunctionAgain) {
    const Trained of(device(), 1e30, 1);
    for (int epoch = 1; epoch <= 2; ++epoch) {
        EXPECT_THAT(of.fails(SGD{}),
                    HasSubstr("the loss became NaN or infinite in minibatch 1"));
        const int of_item = epoch * int{steps}, of_all = of_item * int{items};
        EXPECT_EQ(*of.calls,
                  (std::vector<int>{of_item, of_all, of_all, epoch * int{items}}));
    }
}

TEST_P(TrainingFaults, UpdatesThatWouldOverflowChangeNoParameter) {
    for (const double momentum : {0.0, 0.9}) {
        const Trained of(device(), 1e10, 1e-20);

        EXPECT_THAT(of.fails(SGD{.learning_rate = 1e30, .momentum = momentum}),
                    AllOf(HasSubstr("the update of parameter 'w' would be 2e+40"),
                          HasSubstr("in minibatch 1; the parameters are those before"),
                          HasSubstr("lower the learning rate")));

        EXPECT_NEAR(of.simulation->parameter("w").front(), 1e10, 1e4);
        EXPECT_NEAR(of.simulation->parameter("other").front(), 1e-20, 1e-26);
    }
}

TEST_P(TrainingFaults, LearningRatesThatMakeParametersInfiniteAreRefused) {
    for (const Optimizer& optimizer : std::vector<Optimizer>{
             SGD{1e38}, Adam{.learning_rate = 1e38}, RMSprop{.learning_rate = 1e38}}) {
        const Trained of(device(), 1, 1);
        EXPECT_THAT(of.fails(optimizer),
                    AllOf(HasSubstr("got a learning rate of 1e+38"),
                          HasSubstr("needs at most 2.03e+31 in float32"),
                          HasSubstr("lower the learning rate")));
        EXPECT_EQ(of.simulation->parameter("w").front(), 1);
    }
}

/// 0 / 0, of which neither the gradient nor the learning rate tells beforehand.
TEST_P(TrainingFaults, UpdatesThatAreNoNumbersAreSaidToHaveLostTheParameters) {
    const Trained of(device(), 1, 1);
    EXPECT_THAT(of.fails(Adam{.epsilon = 0}, -0.5F),
                AllOf(HasSubstr("an update made parameter 'w' NaN or infinite"),
                      HasSubstr("the parameters before it are not kept"),
                      HasSubstr("lower the learning rate")));
}

INSTANTIATE_TEST_SUITE_P(Devices, TrainingFaults, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
