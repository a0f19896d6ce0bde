#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "environment.hpp"
#include "kernels/base/error.hpp"
#include "trained_network.hpp"

// Training with data that the device has a minibatch at a time of.

namespace nengine::test {
namespace {

/// Trains with minibatches of the network's items, of which the device has as many as
/// `bytes` allow.
std::vector<Counts> train_within(TrainedNetwork& of, std::size_t bytes, int epochs) {
    DataBudget budget(of.simulation.device(), bytes);
    MinibatchData data =
        of.simulation.minibatches_of(steps, of.host(), of.objective, budget);
    EXPECT_EQ(data.is_staged(), bytes == 0);
    data.set_given_order();
    return of.train_with(
        epochs, data.minibatches(), [&](Index m) { return data.batch(m); },
        [&](Index m) { data.prepare(m); });
}

/// The same from a source: each batch has memory of its own, which is gone when the
/// next one comes.
std::vector<Counts> train_from_source(TrainedNetwork& of, int epochs) {
    StagedData staged(of.simulation.device(), of.host(), minibatch);
    std::vector<float> data, targets;
    const auto some_of = [&](const std::vector<float>& all, Index first, Index n) {
        return std::vector<float>(all.begin() + first * steps,
                                  all.begin() + (first + n) * steps);
    };
    return of.train_with(epochs, (of.items + minibatch - 1) / minibatch, [&](Index m) {
        const Index first = m * minibatch,
                    valid = std::min(minibatch, of.items - first);
        std::ranges::fill(data, std::numeric_limits<float>::quiet_NaN());
        std::ranges::fill(targets, std::numeric_limits<float>::quiet_NaN());
        data = some_of(of.data, first, valid);
        targets = some_of(of.targets, first, valid);
        const PaddedOrder all(first_indices(valid), minibatch);
        staged.prepare({.feeds = {{0, TrainedNetwork::tensor(data)}},
                        .targets = {{0, TrainedNetwork::tensor(targets)}}},
                       all.of_minibatch(0));
        return staged.take(valid);
    });
}

class StagedTraining : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(WithAndWithoutFeedback, StagedTraining, testing::Bool());

/// An epoch asks for a graph for each minibatch, beside two copies: of its items, and
/// of its data, which is one copy, however many tensors there are. The host waits for
/// the upload before it writes over what that reads, and at the epoch's end.
void expect_graphs(const Counts& epoch, Index minibatches) {
    EXPECT_EQ(epoch.graphs, minibatches);
    EXPECT_LE(epoch.launches, 2 * minibatches + 4);
    // The epoch before has waited for the uploads that the first two places read.
    EXPECT_EQ(epoch.waits, minibatches - 2 + 1);
}

TEST_P(StagedTraining, IsAGraphForEachMinibatch) {
    constexpr Index minibatches = 10;
    TrainedNetwork items(Device::cuda(), minibatches * minibatch, GetParam(), Adam{});
    TrainedNetwork source(Device::cuda(), minibatches * minibatch, GetParam(), Adam{});

    for (const auto& asked :
         {train_within(items, 0, 3), train_from_source(source, 3)}) {
        expect_graphs(asked[1], minibatches);
        expect_graphs(asked[2], minibatches);
    }
}

/// The partial minibatch of an odd number of them comes to lie in either place.
TEST_P(StagedTraining, IsAGraphForAPartialMinibatchToo) {
    TrainedNetwork items(Device::cuda(), 4 * minibatch + 1, GetParam(), Adam{});
    TrainedNetwork source(Device::cuda(), 4 * minibatch + 1, GetParam(), Adam{});

    for (const auto& asked :
         {train_within(items, 0, 6), train_from_source(source, 6)}) {
        expect_graphs(asked[4], 5);
        expect_graphs(asked[5], 5);
    }
}

TEST_P(StagedTraining, GivesWhatItemsOnTheDeviceGive) {
    for (const Optimizer& with :
         {Optimizer(Adam{}), Optimizer(SGD{.learning_rate = 0.01, .momentum = 0.9}),
          Optimizer(Adam{.learning_rate = ExponentialDecay{0.01, 10, 0.9}})}) {
        const Index count = 6 * minibatch + 2;
        TrainedNetwork whole(Device::cuda(), count, GetParam(), with);
        TrainedNetwork within(Device::cuda(), count, GetParam(), with);
        TrainedNetwork staged(Device::cuda(), count, GetParam(), with);
        TrainedNetwork source(Device::cuda(), count, GetParam(), with);
        TrainedNetwork one_by_one(Device::cuda(), count, GetParam(), with);

        whole.train(4);
        train_within(within, 1 << 20, 4);
        train_within(staged, 0, 4);
        train_from_source(source, 4);
        {
            const Emulated refuses("NENGINE_EMULATOR_REFUSES", "captures");
            train_within(one_by_one, 0, 4);
        }

        for (const TrainedNetwork* got : {&within, &staged, &source, &one_by_one}) {
            EXPECT_EQ(got->losses, whole.losses);
            EXPECT_EQ(got->parameters(), whole.parameters());
        }
        EXPECT_NE(whole.losses[0], whole.losses[3]);
    }
}

/// Memory for a thousand items is not there; for two minibatches it is.
TEST(StagedTraining, NeedsNoMoreMemoryThanMinibatches) {
    const Emulated memory("NENGINE_EMULATOR_MEMORY", "128");
    constexpr Index count = 5 * minibatch;
    TrainedNetwork of(Device::cuda(), count, false, Adam{});
    const Buffer most = of.simulation.device().allocate(
        of.simulation.device().free_memory() - (std::size_t{40} << 20), "a test");
    const std::vector<std::uint8_t> large(std::size_t{count} * steps << 20);
    // A network of one input has no use for so much; the data only lie there.
    const HostTensor unused{large.data(), DType::uint8, count, steps, 1 << 20};
    HostData host = of.host();
    host.weights = {{0, unused}};

    // More than there is cannot be had by asking for it.
    for (const std::optional<std::size_t> bytes :
         {std::optional<std::size_t>(), std::optional(std::size_t{1} << 40)}) {
        DataBudget budget(of.simulation.device(), bytes);
        MinibatchData staged(of.simulation.device(), host, minibatch, budget);
        EXPECT_TRUE(staged.is_staged());
        staged.set_given_order();
        EXPECT_NO_THROW(staged.batch(4));
    }
}

/// Which minibatch was not finite is known at the end of an epoch alone: its items are
/// brought again.
TEST(StagedTraining, FindsWhatWasNotFiniteInAnEarlierMinibatch) {
    std::string said[2];
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{1} << 20}) {
        TrainedNetwork of(Device::cuda(), 5 * minibatch, false, SGD{});
        of.data[minibatch * steps + 1] = std::numeric_limits<float>::infinity();
        try {
            train_within(of, bytes, 1);
        } catch (const SimulationError& error) {
            said[bytes == 0 ? 0 : 1] = error.what();
        }
    }

    EXPECT_NE(said[0].find("minibatch 2, first at step 2 in signal"), std::string::npos)
        << said[0];
    EXPECT_EQ(said[0], said[1]);
}

}  // namespace
}  // namespace nengine::test
