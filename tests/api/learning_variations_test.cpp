#include "learning_variations.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <span>

namespace nengine::test {

namespace {

using namespace learning;

Digest digest(std::span<const double> numbers) {
    Digest result{0, 0};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        result.sum += numbers[i] * std::cos(static_cast<double>(i));
        result.magnitude += std::abs(numbers[i]);
    }
    return result;
}

void compare(const Variation& variation, const SimulatorOptions& options) {
    World world;
    variation.make(world);
    Simulator sim(world.net, options);

    sim.run_steps(33);
    sim.run_steps(47);

    ASSERT_EQ(world.probes.size(), variation.digests.size());
    const auto items = static_cast<std::size_t>(options.minibatch_size.value_or(1));
    for (std::size_t i = 0; i < world.probes.size(); ++i) {
        const std::vector<double> all = sim.data(world.probes[i]).to_vector();
        const std::size_t size = all.size() / items;
        const Digest want = variation.digests[i];
        const Digest got = digest(std::span(all).last(size));
        const double tolerance = 1e-9 * want.magnitude;
        EXPECT_NEAR(got.sum, want.sum, tolerance) << variation.name << ", probe " << i;
        EXPECT_NEAR(got.magnitude, want.magnitude, tolerance)
            << variation.name << ", probe " << i;
    }
}

TEST(LearningVariations, AreNengosFolded) {
    for (const Variation& variation : variations()) {
        compare(variation, quiet());
    }
}

TEST(LearningVariations, AreNengosStepByStep) {
    SimulatorOptions options = quiet();
    options.plan.fold = options.plan.fuse = false;
    for (const Variation& variation : variations()) {
        compare(variation, options);
    }
}

TEST(LearningVariations, AreNengosInEveryItem) {
    for (const Variation& variation : variations()) {
        compare(variation, quiet(3));
    }
}

}  // namespace
}  // namespace nengine::test
