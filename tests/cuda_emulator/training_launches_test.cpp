#include <gtest/gtest.h>

#include <vector>

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
