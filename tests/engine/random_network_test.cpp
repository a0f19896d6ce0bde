#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/model_runs.hpp"
#include "tests/support/on_each_device.hpp"
#include "tests/support/random_model.hpp"
#include "tests/support/random_options.hpp"

namespace nengine::test {

using namespace engine;
namespace {

/// How many random models each test tries; NENGINE_RANDOM_MODELS asks for more.
std::uint64_t how_many(std::uint64_t usual) {
    const char* asked = std::getenv("NENGINE_RANDOM_MODELS");
    return asked == nullptr ? usual : std::strtoull(asked, nullptr, 10);
}

/// Small models come first, so that the first failure is easy to read.
int units_of(std::uint64_t seed) {
    return static_cast<int>(1 + seed % 64 / 4);
}

class RandomNetwork : public OnEachDevice {};

TEST_P(RandomNetwork, PlannedIsNaiveWhateverThePlannerDoes) {
    constexpr Index items = 3, steps = 23;
    for (std::uint64_t seed = 0; seed < how_many(128); ++seed) {
        const RandomModel random =
            random_model(seed, {.units = units_of(seed), .learning = true});
        const InputData data = random.data(items, steps);
        Draw draw(seed + 1000);
        ReplicaOptions options = random_options(draw);
        const Index run_items = data.empty() ? options.minibatch : items;
        const Recordings want =
            run_naive(*random.model, run_items, steps, data, false, options.minibatch);
        SCOPED_TRACE(random.describe() + describe(options));

        Recordings got;
        try {
            got =
                run_simulation(random.model, device(), options, run_items, steps, data);
        } catch (const std::exception& error) {
            FAIL() << error.what();
        }

        ASSERT_TRUE(near(got, want, 1e-10));
    }
}

TEST_P(RandomNetwork, InTheTrainingPhaseHasRateCurves) {
    constexpr Index items = 3, steps = 11;
    std::size_t compared = 0;
    for (std::uint64_t seed = 0; seed < how_many(64); ++seed) {
        const RandomModel random =
            random_model(seed, {.units = units_of(seed), .gentle_neurons = true});
        const InputData data = random.data(items, steps);
        Draw draw(seed + 3000);
        ReplicaOptions options = random_options(draw);
        const Index run_items = data.empty() ? options.minibatch : items;
        SCOPED_TRACE(random.describe() + describe(options));
        const Recordings want =
            run_naive(*random.model, run_items, steps, data, true, options.minibatch);

        const Recordings got = run_simulation(random.model, device(), options,
                                              run_items, steps, data, Phase::training);

        for (std::size_t p = 0; p < want.size(); ++p) {
            if (!holds_state(*random.model, random.model->probes[p].signal)) {
                ASSERT_TRUE(near({got[p]}, {want[p]}, 1e-10)) << "probe " << p;
                ++compared;
            }
        }
    }
    EXPECT_GT(compared, how_many(64));
}

TEST_P(RandomNetwork, DefaultOptionsInFloat32AreNearFloat64) {
    constexpr Index items = 2, steps = 11;
    for (std::uint64_t seed = 500; seed < 500 + how_many(64); ++seed) {
        const RandomModel random =
            random_model(seed, {.units = units_of(seed), .gentle_neurons = true});
        const InputData data = random.data(items, steps);
        const Index run_items = data.empty() ? 1 : items;
        ReplicaOptions options{.minibatch = run_items};
        SCOPED_TRACE(random.describe() + describe(options));
        options.dtype = DType::float64;
        const Recordings want =
            run_simulation(random.model, device(), options, run_items, steps, data);
        options.dtype = DType::float32;

        const Recordings got =
            run_simulation(random.model, device(), options, run_items, steps, data);

        // A spike may fall into the neighbouring step; what hangs on it is not
        // compared.
        std::size_t same = 0;
        for (std::size_t p = 0; p < want.size(); ++p) {
            same += near({got[p]}, {want[p]}, 1e-3) ? 1U : 0U;
        }
        ASSERT_GT(2 * same, want.size());
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, RandomNetwork, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
