#include <gtest/gtest.h>

#include "engine/operators/conv_inc.hpp"
#include "tests/conformance/operator_cases.hpp"
#include "tests/support/on_each_device.hpp"
#include "tests/support/train_epoch.hpp"

// Devices keep filters of convolutions in an order of their own. Whatever changes a
// filter, the next convolution takes what it is then.

namespace nengine::test {

using namespace engine;
namespace {

constexpr Index items = 3, steps = 2, n_in = 5 * 4 * 2, n_out = 2 * 1 * 3;

/// Two convolutions, so that a gradient goes back through the second one's filter.
std::shared_ptr<const Model> two_layers() {
    const Conv2DShape first{.images = 1,
                            .in_h = 5,
                            .in_w = 4,
                            .in_c = 2,
                            .out_h = 3,
                            .out_w = 2,
                            .out_c = 4,
                            .k_h = 3,
                            .k_w = 3};
    const Conv2DShape second{.images = 1,
                             .in_h = 3,
                             .in_w = 2,
                             .in_c = 4,
                             .out_h = 2,
                             .out_w = 1,
                             .out_c = 3,
                             .k_h = 2,
                             .k_w = 2};
    ModelMaker m(5);
    const SignalId x = m.input("x", n_in), h = m.signal("h", {3 * 2 * 4});
    const SignalId y = m.signal("y", {n_out});
    m.add(ConvInc(m.parameter("first", {3, 3, 2, 4}), x, h, first, false), "first");
    m.add(ConvInc(m.parameter("second", {2, 2, 4, 3}), h, y, second, false), "second");
    m.probe(y);
    return m.model;
}

reference::Data numbers(Index size, unsigned seed) {
    return {items, steps, size, uniform<double>(items * steps * size, -1, 1, seed)};
}

class Filters : public OnEachDevice {
protected:
    static Simulation simulation(const Device& device, DType dtype) {
        Simulation made(two_layers(), device, {.minibatch = items, .dtype = dtype});
        made.trainer().set_optimizer(SGD{0.1});
        return made;
    }
    Simulation simulation() const { return simulation(device(), DType::float32); }

    static std::vector<float> outputs(Simulation& of) {
        std::vector<float> values;
        const InputData data{{0, numbers(n_in, 1)}};
        of.predict(steps, borrow(data), {},
                   [&](int, Index, Index count, Index, Index rows, const void* from) {
                       const auto* first = static_cast<const float*>(from);
                       values.insert(values.end(), first, first + count * rows * n_out);
                   });
        return values;
    }

    static void train(Simulation& of) {
        const InputData data{{0, numbers(n_in, 1)}}, targets{{0, numbers(n_out, 2)}};
        train_epoch(of, steps, borrow(data), borrow(targets),
                    {.losses = {{.probe = 0}}, .metrics = {}}, {0, 1, 2});
    }
};

TEST_P(Filters, ThatAreSetAreUsedAtOnce) {
    Simulation changed = simulation(), fresh = simulation();
    const auto before = outputs(changed);
    const std::vector<double> other(3 * 3 * 2 * 4, 0.25);

    changed.set_parameter("first", other);
    fresh.set_parameter("first", other);

    const auto after = outputs(changed);
    EXPECT_EQ(after, outputs(fresh));
    EXPECT_NE(after, before);
}

TEST_P(Filters, ThatAreTrainedAreUsedAtOnce) {
    Simulation trained = simulation(), fresh = simulation();
    const auto before = outputs(trained);

    for (int epoch = 0; epoch < 3; ++epoch) {
        train(trained);
        for (const char* name : {"first", "second"}) {
            fresh.set_parameter(name, trained.parameter(name));
        }
        EXPECT_EQ(outputs(trained), outputs(fresh)) << "epoch " << epoch;
    }
    EXPECT_NE(outputs(trained), before);
}

TEST_P(Filters, LearnWhatTheyDoInDoublePrecision) {
    Simulation single = simulation(),
               exact = simulation(Device::cpu(1), DType::float64);

    for (int epoch = 0; epoch < 5; ++epoch) {
        train(single);
        train(exact);
    }

    for (const char* name : {"first", "second"}) {
        const auto got = single.parameter(name), want = exact.parameter(name);
        ASSERT_EQ(got.size(), want.size());
        for (std::size_t i = 0; i < got.size(); ++i) {
            EXPECT_NEAR(got[i], want[i], 1e-5) << name << ", element " << i;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, Filters, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
