#include <gtest/gtest.h>

#include <vector>

#include "engine/operators/moments.hpp"
#include "engine/operators/moving_average.hpp"
#include "engine/operators/pointwise.hpp"
#include "environment.hpp"
#include "trained_network.hpp"

// What an epoch of training asks of the device, and that it does not change results.

namespace nengine::test {
namespace {

class TrainingLaunches : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(WithAndWithoutFeedback, TrainingLaunches, testing::Bool());

TEST_P(TrainingLaunches, AreAGraphForEachMinibatchAndOneWaitForEachEpoch) {
    constexpr Index minibatches = 10;
    TrainedNetwork of(Device::cuda(), minibatches * minibatch, GetParam(), Adam{});

    const std::vector<Counts> asked = of.train(3);

    for (const Counts& epoch : {asked[1], asked[2]}) {
        EXPECT_EQ(epoch.graphs, minibatches);
        // The items of each minibatch; sums set to 0, looked at, copied to the host.
        EXPECT_LE(epoch.launches, minibatches + 4);
        EXPECT_EQ(epoch.waits, 1);
    }
}

TEST_P(TrainingLaunches, OfAPartialMinibatchAndOfASchedulesAreGraphsToo) {
    const Rate schedule = ExponentialDecay{0.01, 10, 0.9};
    TrainedNetwork of(Device::cuda(), 4 * minibatch + 1, GetParam(),
                      Adam{.learning_rate = schedule});

    const std::vector<Counts> asked = of.train(3);

    EXPECT_EQ(asked[2].graphs, 5);
    EXPECT_EQ(asked[2].waits, 1);
}

/// The minibatches of a device that records nothing are launched one by one.
TEST_P(TrainingLaunches, GiveWhatTheyGiveOneByOne) {
    for (const Optimizer& with :
         {Optimizer(Adam{}), Optimizer(SGD{.learning_rate = 0.01, .momentum = 0.9}),
          Optimizer(Adam{.learning_rate = ExponentialDecay{0.01, 10, 0.9}})}) {
        TrainedNetwork recorded(Device::cuda(), 3 * minibatch + 2, GetParam(), with);
        TrainedNetwork launched(Device::cuda(), 3 * minibatch + 2, GetParam(), with);
        TrainedNetwork on_cpu(Device::cpu(2), 3 * minibatch + 2, GetParam(), with);

        const std::vector<Counts> as_graphs = recorded.train(4);
        std::vector<Counts> one_by_one;
        {
            const Emulated refuses("NENGINE_EMULATOR_REFUSES", "captures");
            one_by_one = launched.train(4);
        }
        on_cpu.train(4);

        EXPECT_GT(as_graphs[3].graphs, 0);
        EXPECT_EQ(one_by_one[3].graphs, 0);
        EXPECT_EQ(recorded.losses, launched.losses);
        EXPECT_EQ(recorded.parameters(), launched.parameters());
        for (std::size_t epoch = 0; epoch < 4; ++epoch) {
            EXPECT_NEAR(recorded.losses[epoch], on_cpu.losses[epoch],
                        1e-5 * on_cpu.losses[epoch]);
        }
    }
}

/// x less its mean over the items, times a parameter; and a statistic that follows the
/// mean.
std::shared_ptr<Model> normalised() {
    auto model = std::make_shared<Model>(0.001);
    const auto add = [&](const std::string& name, std::vector<double> initial = {}) {
        Signal signal;
        signal.name = name;
        signal.shape = {1};
        signal.parameter = initial.empty() ? "" : name;
        signal.initial = std::move(initial);
        return model->add_signal(std::move(signal));
    };
    const SignalId x = add("x"), mean = add("mean"), variance = add("variance");
    const SignalId w = add("w", {0.5}), slow = add("slow", {0}), y = add("y");
    model->signal(w).trainable = true;
    model->signal(slow).statistic = true;
    model->inputs.push_back({"x", x, -1});
    model->add(Moments(x, mean, variance));
    model->add(MovingAverage(mean, slow, 0.75));
    const auto centred = [](auto u, auto m, auto factor, auto s) {
        return (u - m) * factor + s;
    };
    model->add(Pointwise({x, mean, w, slow}, y, false, pointwise_graph<4>(centred)));
    model->probes.push_back({.name = "y", .signal = y});
    return model;
}

TEST(TrainingLaunches, WithStatisticsAreAGraphForEachMinibatchToo) {
    constexpr Index count = 3 * minibatch + 2;
    TrainedNetwork recorded(Device::cuda(), count, normalised(), Adam{});
    TrainedNetwork launched(Device::cuda(), count, normalised(), Adam{});
    TrainedNetwork on_cpu(Device::cpu(2), count, normalised(), Adam{});

    const std::vector<Counts> as_graphs = recorded.train(4);
    {
        const Emulated refuses("NENGINE_EMULATOR_REFUSES", "captures");
        launched.train(4);
    }
    on_cpu.train(4);

    EXPECT_EQ(as_graphs[3].graphs, 4);
    EXPECT_EQ(as_graphs[3].waits, 1);
    EXPECT_EQ(recorded.parameters(), launched.parameters());
    EXPECT_NE(recorded.simulation.parameter("slow"), std::vector<double>{0});
    EXPECT_NEAR(recorded.simulation.parameter("slow")[0],
                on_cpu.simulation.parameter("slow")[0], 1e-6);
    for (std::size_t epoch = 0; epoch < 4; ++epoch) {
        EXPECT_NEAR(recorded.losses[epoch], on_cpu.losses[epoch],
                    1e-5 * on_cpu.losses[epoch]);
    }
}

/// Parameters that are copied side by side for a merged operator are copied anew where
/// a recording was to do that and has been refused.
TEST_P(TrainingLaunches, UseTheParametersOfNowWhereARecordingIsRefused) {
    constexpr int ensembles = 3;
    TrainedNetwork recorded(Device::cuda(), 3 * minibatch, GetParam(), Adam{},
                            ensembles);
    TrainedNetwork launched(Device::cuda(), 3 * minibatch, GetParam(), Adam{},
                            ensembles);

    recorded.train(2);
    {
        const Emulated refuses("NENGINE_EMULATOR_REFUSES", "captures");
        launched.train(2);
    }

    EXPECT_EQ(launched.losses, recorded.losses);
    EXPECT_EQ(launched.parameters(), recorded.parameters());
}

/// A learning rate that is set between minibatches is that of the next one.
TEST(TrainingLaunches, TakeANewLearningRate) {
    TrainedNetwork of(Device::cuda(), 4 * minibatch, false, SGD{.learning_rate = 0.1});
    of.train(2);
    const auto before = of.parameters();
    of.simulation.trainer().set_learning_rate(0);

    of.train(2);

    EXPECT_EQ(of.parameters(), before);
}

}  // namespace
}  // namespace nengine::test
