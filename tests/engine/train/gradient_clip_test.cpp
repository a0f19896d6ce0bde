// Clipping of gradients beside Keras's, whose numbers tests/keras/make_rules.py has
// written.

#include "engine/train/gradient_clip.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "tests/support/on_each_device.hpp"

namespace nengine::test {
namespace {

using engine::GradientClip;
using engine::ParameterStore;
using engine::SignalId;
using nlohmann::json;
using Values = std::vector<double>;

class ClipBesideKeras : public OnEachDevice {
protected:
    /// Gradients of parameters of these sizes, one after the other, once clipped.
    Values clipped(const Clipping& clipping, const std::vector<Values>& gradients,
                   DType dtype) const {
        engine::Model model;
        for (const Values& gradient : gradients) {
            engine::Signal signal;
            signal.name = "w";
            signal.shape = {static_cast<Index>(gradient.size())};
            signal.trainable = true;
            model.add_signal(std::move(signal));
        }
        ParameterStore store(device(), model, dtype);
        for (const auto& [signal, offset] : store.layout()) {
            const Values& gradient = gradients[static_cast<std::size_t>(signal.value)];
            engine::upload_as(device(),
                              engine::element_at(store.gradients(), dtype, offset),
                              dtype, gradient.data(), gradient.size());
        }
        GradientClip clip(device());
        clip.set(clipping);
        clip.apply(store);
        clip.apply(store);  // which changes nothing more
        Values result;
        for (const auto& [signal, offset] : store.layout()) {
            const Values part = store.read(signal, true);
            result.insert(result.end(), part.begin(), part.end());
        }
        return result;
    }

    void compare(DType dtype, double tolerance) const {
        const json keras = json::parse(
            std::ifstream(NENGINE_SOURCE_DIR "/tests/keras/data/rules.json"));
        for (const json& of : keras.at("clippings")) {
            const auto limit = [&](const char* name) {
                return of.at("clip").contains(name)
                           ? std::optional(of.at("clip").at(name).get<double>())
                           : std::nullopt;
            };
            const Clipping clipping{limit("norm"), limit("global_norm"),
                                    limit("value")};
            Values want;
            for (const json& part : of.at("clipped")) {
                for (const double value : part.get<Values>()) {
                    want.push_back(value);
                }
            }
            const Values got =
                clipped(clipping, of.at("gradients").get<std::vector<Values>>(), dtype);
            ASSERT_EQ(got.size(), want.size());
            for (std::size_t i = 0; i < got.size(); ++i) {
                ASSERT_NEAR(got[i], want[i], tolerance)
                    << of.at("clip") << " number " << i;
            }
        }
    }
};

TEST_P(ClipBesideKeras, LeavesTheSameInDouble) {
    compare(DType::float64, 1e-14);
}

TEST_P(ClipBesideKeras, LeavesNearlyTheSameInSingle) {
    compare(DType::float32, 1e-6);
}

TEST_P(ClipBesideKeras, NormsDoNotOverflowInSingle) {
    const Values got = clipped({.norm = 5}, {{3e30, 4e30}, {1, 2}}, DType::float32);
    EXPECT_NEAR(got[0], 3, 1e-6);
    EXPECT_NEAR(got[1], 4, 1e-6);
    EXPECT_EQ(got[2], 1);
    EXPECT_EQ(got[3], 2);
}

TEST_P(ClipBesideKeras, WhatHasNoNormIsNotFiniteAfterwards) {
    const double inf = std::numeric_limits<double>::infinity();
    for (const double wrong : {inf, -inf, std::nan(""), 1e200}) {
        const std::vector<Values> gradients = {{1, wrong, 2}, {3}};
        const Values each = clipped({.norm = 1}, gradients, DType::float64);
        EXPECT_TRUE(std::isnan(each[0]));
        EXPECT_TRUE(std::isnan(each[1]));
        EXPECT_EQ(each[3], 1);
        const Values all = clipped({.global_norm = 1}, gradients, DType::float64);
        EXPECT_TRUE(std::isnan(all[3]));
    }
    EXPECT_TRUE(std::isnan(clipped({.value = 1}, {{std::nan("")}}, DType::float32)[0]));
}

TEST_P(ClipBesideKeras, TakesNoMemoryWhereNothingIsClipped) {
    engine::Model model;
    engine::Signal signal;
    signal.shape = {3};
    signal.trainable = true;
    model.add_signal(std::move(signal));
    ParameterStore store(device(), model, DType::float32);
    GradientClip clip(device());
    clip.apply(store);
    EXPECT_EQ(clip.bytes(), 0U);
    clip.set({.norm = 1});
    clip.apply(store);
    EXPECT_GT(clip.bytes(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Devices, ClipBesideKeras, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
