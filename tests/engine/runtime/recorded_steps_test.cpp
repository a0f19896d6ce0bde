#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "engine/simulation/simulation.hpp"
#include "tests/engine/planner/populations.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace engine;
namespace {

class RecordedSteps : public OnEachDevice {
protected:
    /// What a population with feedback gives in calls of these lengths, one after the
    /// other.
    std::vector<float> course(const std::vector<Index>& calls, Index chunk,
                              ExecutorMode executor) const {
        constexpr Index items = 3;
        ReplicaOptions options{.minibatch = items};
        options.planner.chunk_steps = chunk;
        options.planner.executor = executor;
        Simulation simulation(populations({.count = 2, .feedback = true}), device(),
                              options);
        std::vector<float> result;
        unsigned seed = 0;
        for (const Index steps : calls) {
            const auto inputs = uniform<float>(items * steps * 2, -1, 1, ++seed);
            simulation.run(
                steps, {{0, {inputs.data(), DType::float32, items, steps, 2}}},
                [&](int, Index, Index n, Index, Index rows, const void* from) {
                    const auto* values = static_cast<const float*>(from);
                    result.insert(result.end(), values, values + n * rows * 2);
                });
        }
        return result;
    }
};

// Groups of all sizes, each for the first, second and third time.
TEST_P(RecordedSteps, GiveTheBitsOfStepsOneByOne) {
    const std::vector<Index> calls{1, 40, 1, 40, 16, 33, 1, 40, 15, 17, 96, 15, 15};
    for (const Index chunk : {Index{0}, Index{37}}) {
        const auto want = course(calls, chunk, ExecutorMode::direct);
        EXPECT_GT(*std::ranges::max_element(want), 0.0F);

        EXPECT_EQ(course(calls, chunk, ExecutorMode::recorded), want);
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, RecordedSteps, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
