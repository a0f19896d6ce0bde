// The main job's network with the parameters and the answers of NengoDL: see
// tests/golden/data/main_job.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "engine/io/npz.hpp"
#include "nengine/nengine.hpp"
#include "samples/support/image_set.hpp"
#include "samples/support/spiking_classifier.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {
namespace {

using samples::ImageSet;
using samples::SpikingClassifier;
namespace fs = std::filesystem;

constexpr std::int64_t n_classes = SpikingClassifier::n_classes, n_steps = 30;

fs::path golden_file(const char* name) {
    return fs::path(NENGINE_TEST_DATA) / "main_job" / name;
}

class MainJobAnswers : public OnEachDevice {
protected:
    SpikingClassifier classifier_ =
        SpikingClassifier::make(LIF{.amplitude = SpikingClassifier::amplitude}, 3);
    ImageSet digits_ =
        samples::read_image_set(samples::digits_folder(), "t10k", 0, 255.0, n_classes);

    /// The network as NengoDL trained it.
    Simulator loaded() const {
        Simulator sim(classifier_.net, {.minibatch_size = 200,
                                        .device = GetParam(),
                                        .seed = 0,
                                        .progress_bar = false});
        sim.load_params(golden_file("parameters.npz"));
        return sim;
    }
};

std::int64_t answer(const double* outputs) {
    return std::max_element(outputs, outputs + n_classes) - outputs;
}

TEST_P(MainJobAnswers, AreTheClassesThatNengoDlAnswers) {
    Simulator sim = loaded();
    const auto outputs =
        sim.predict({digits_.input(classifier_.input)},
                    {.n_steps = n_steps, .probes = {classifier_.filtered}});
    const Tensor& filtered = outputs[classifier_.filtered];
    const auto want =
        engine::read_npz(golden_file("answers.npz")).at("filtered_last_step");
    ASSERT_EQ(want.shape, (std::vector<Index>{2000, n_classes}));
    int equal = 0;
    for (std::int64_t i = 0; i < 2000; ++i) {
        std::vector<double> got;
        for (std::int64_t k = 0; k < n_classes; ++k) {
            got.push_back(filtered(i, n_steps - 1, k));
        }
        equal += answer(got.data()) == answer(want.values.data() + i * n_classes);
    }
    EXPECT_GE(equal, 1996);
}

TEST_P(MainJobAnswers, TakeTheCourseThatTheyTakeInNengoDl) {
    Simulator sim = loaded();
    const auto outputs =
        sim.predict({{classifier_.input, digits_.images.items(0, 20)}},
                    {.n_steps = n_steps, .probes = {classifier_.filtered}});
    const Tensor& filtered = outputs[classifier_.filtered];
    const auto want =
        engine::read_npz(golden_file("answers.npz")).at("filtered_first_20");
    ASSERT_EQ(want.shape, (std::vector<Index>{20, n_steps, n_classes}));
    int close = 0;
    for (std::int64_t i = 0; i < 20; ++i) {
        double largest = 0;
        for (std::int64_t j = 0; j < n_steps * n_classes; ++j) {
            const std::int64_t at = i * n_steps * n_classes + j;
            largest = std::max(
                largest,
                std::abs(filtered[at] - want.values[static_cast<std::size_t>(at)]));
        }
        close += largest < 1e-4;
    }
    EXPECT_GE(close, 18);
}

TEST_P(MainJobAnswers, AreRightAsOftenAsNengoDls) {
    Simulator sim = loaded();
    sim.compile({.metrics = {{classifier_.filtered, Accuracy{.last_step = true}}}});
    const auto scores =
        sim.evaluate({digits_.input(classifier_.input)},
                     {{classifier_.filtered, digits_.targets}}, {.n_steps = n_steps});
    EXPECT_NEAR(scores.at("filtered_accuracy"), 0.9735, 0.0015);
}

#if NENGINE_WITH_CUDA
INSTANTIATE_TEST_SUITE_P(Devices, MainJobAnswers, ::testing::Values("cpu", "cuda"),
                         device_label);
#else
INSTANTIATE_TEST_SUITE_P(Devices, MainJobAnswers, ::testing::Values("cpu"),
                         device_label);
#endif

}  // namespace
}  // namespace nengine::test
