#include "engine/runtime/minibatch_data.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <vector>

#include "engine/ir/any_block.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace engine;
namespace {

constexpr Index n_items = 7, minibatch = 3;

/// Bytes of two steps for input 0, one step for input 2, and a weight for probe 0: each
/// number says where it is.
struct Given {
    std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(n_items * 2 * 2);
    std::vector<float> held = std::vector<float>(n_items * 5);
    std::vector<double> weights = std::vector<double>(n_items);

    Given() {
        std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
        std::iota(held.begin(), held.end(), 100.0F);
        std::iota(weights.begin(), weights.end(), 200.0);
    }
    HostData data() const {
        return {.feeds = {{0, {bytes.data(), DType::uint8, n_items, 2, 2, 0.5}},
                          {2, {held.data(), DType::float32, n_items, 1, 5}}},
                .weights = {{0, {weights.data(), DType::float64, n_items, 1, 1}}}};
    }
};

class MinibatchDataTest : public OnEachDevice {
protected:
    /// [steps, minibatch, size], as a plan gets it.
    std::vector<float> select(const ItemSource& source, const Index* items,
                              Index steps) const {
        const AnyBlock extents{.dtype = DType::float32,
                               .steps = steps,
                               .batch = minibatch,
                               .cols = source.size()};
        const Buffer memory = device().allocate(extents.bytes(), "a test");
        source.select(device(), 0, items, without_gaps(extents, memory.data()));
        return download<float>(memory);
    }
    /// All that a minibatch has, one behind the other.
    std::vector<float> numbers(const Batch& batch) const {
        std::vector<float> all;
        for (const auto& numbers : {select(batch.data.feeds.at(0), batch.items, 2),
                                    select(batch.data.feeds.at(2), batch.items, 2),
                                    select(batch.data.weights.at(0), batch.items, 1)}) {
            all.insert(all.end(), numbers.begin(), numbers.end());
        }
        return all;
    }
};

TEST_P(MinibatchDataTest, AreTheSameStagedAndWhole) {
    const Given given;
    DataBudget none(device(), 0), enough(device(), 1000);
    MinibatchData staged(device(), given.data(), minibatch, none);
    MinibatchData whole(device(), given.data(), minibatch, enough);
    EXPECT_EQ(staged.is_staged(), device().is_cuda());
    EXPECT_FALSE(whole.is_staged());

    for (const std::vector<Index>& order :
         {std::vector<Index>{6, 0, 3, 2, 2}, {5}, {0, 1, 2, 3, 4, 5, 6}}) {
        staged.set_order(order);
        whole.set_order(order);
        ASSERT_EQ(staged.minibatches(), whole.minibatches());
        for (const Index number : {Index{0}, whole.minibatches() - 1, Index{0}}) {
            const Batch got = staged.batch(number), want = whole.batch(number);
            EXPECT_EQ(got.valid, want.valid);
            EXPECT_EQ(numbers(got), numbers(want));
            EXPECT_EQ(numbers(staged.batch(number)), numbers(want));  // asked again
        }
    }
    staged.set_order({6, 0});
    const auto first = numbers(staged.batch(0));
    EXPECT_EQ(first[0], 0.5F * 25);  // item 6 begins with the 25th byte
    EXPECT_EQ(first[2], 0.5F * 1);
    EXPECT_EQ(first[4], 0.5F * 1);  // padding repeats the last
}

TEST_P(MinibatchDataTest, HaveTwoPlacesThatStay) {
    const Given given;
    DataBudget none(device(), 0);
    MinibatchData staged(device(), given.data(), minibatch, none);
    staged.set_given_order();
    std::vector<std::uint64_t> places;
    for (const Index number : {0, 1, 2, 0}) {
        places.push_back(staged.batch(number).data.number);
    }

    EXPECT_EQ(places[0], places[2]);
    EXPECT_EQ(places[1], places[3]);
    EXPECT_EQ(places[0] == places[1], !device().is_cuda());
}

/// The one at hand stays while others are prepared, whether they are taken or not.
TEST_P(MinibatchDataTest, ArePreparedBesideTheOneAtHand) {
    const Given given;
    DataBudget none(device(), 0), enough(device(), 1000);
    MinibatchData staged(device(), given.data(), minibatch, none);
    MinibatchData whole(device(), given.data(), minibatch, enough);
    staged.set_order({4, 1, 6, 0, 2, 3, 5});
    whole.set_order({4, 1, 6, 0, 2, 3, 5});
    for (const Index number : {0, 2, 1, 1, 0}) {
        const Batch at_hand = staged.batch(number);
        for (const Index next : {0, 1, 2, 2}) {
            staged.prepare(next);
            whole.prepare(next);
        }
        EXPECT_EQ(numbers(at_hand), numbers(whole.batch(number))) << number;
        EXPECT_EQ(numbers(staged.batch(number)), numbers(whole.batch(number)));
    }
    staged.prepare(2);
    staged.set_order({0});
    whole.set_order({0});
    EXPECT_EQ(numbers(staged.batch(0)), numbers(whole.batch(0)));
}

TEST_P(MinibatchDataTest, OfNothingAreOneMinibatch) {
    DataBudget none(device(), 0);
    MinibatchData nothing(device(), {}, minibatch, none);
    nothing.set_given_order();

    EXPECT_FALSE(nothing.is_staged());
    EXPECT_EQ(nothing.minibatches(), 1);
    EXPECT_EQ(nothing.batch(0).valid, minibatch);
}

TEST_P(MinibatchDataTest, TakeWhatIsLeftOfABudget) {
    DataBudget budget(device(), 100);
    EXPECT_TRUE(budget.spend(60));
    EXPECT_EQ(budget.spend(41), !device().is_cuda());
    EXPECT_TRUE(budget.spend(40));
    EXPECT_TRUE(budget.spend(0));

    DataBudget half(device());
    EXPECT_EQ(half.spend(device().free_memory()), !device().is_cuda());
    EXPECT_TRUE(half.spend(device().free_memory() / 4));
}

/// What a source gives: other memory for each minibatch, which is not looked at again.
TEST_P(MinibatchDataTest, OfASourceAreGatheredAtOnce) {
    const Given given;
    StagedData staged(device(), given.data(), minibatch);
    const std::vector<Index> items{4, 5, 5};
    std::vector<float> got, want;
    {
        Given other;
        EXPECT_TRUE(staged.fits(other.data()));
        staged.prepare(other.data(), items);
        const Batch batch = staged.take(2);
        if (device().is_cuda()) {
            other = Given{};
            other.held.assign(other.held.size(), 0);
        }
        got = numbers(batch);
    }
    staged.prepare(given.data(), items);
    want = numbers(staged.take(2));

    EXPECT_EQ(got, want);
    HostData changed = given.data();
    changed.feeds.at(0).scale = 1;
    EXPECT_FALSE(staged.fits(changed));
    changed = given.data();
    changed.feeds.at(2).steps = 2;
    EXPECT_FALSE(staged.fits(changed));
    changed = given.data();
    changed.weights.clear();
    EXPECT_FALSE(staged.fits(changed));
    changed = given.data();
    changed.feeds.at(0).batch = 1;
    EXPECT_TRUE(staged.fits(changed));
}

INSTANTIATE_TEST_SUITE_P(Devices, MinibatchDataTest,
                         ::testing::ValuesIn(device_names()), device_label);

}  // namespace
}  // namespace nengine::test
