#include "tests/reference/naive_interpreter.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/operators/conv_inc.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/host_function.hpp"
#include "engine/operators/pool_inc.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_filter.hpp"
#include "engine/operators/sim_neurons.hpp"
#include "engine/operators/sparse_dot_inc.hpp"
#include "engine/operators/time_update.hpp"
#include "kernels/base/error.hpp"
#include "tests/support/golden.hpp"

namespace nengine::reference {

using namespace engine;
namespace {

using Values = std::vector<double>;

SignalId signal(Model& model, Shape shape, Values initial = {}) {
    Signal made;
    made.name = "s" + std::to_string(model.signal_count());
    made.shape = std::move(shape);
    made.initial = std::move(initial);
    return model.add_signal(std::move(made));
}

SignalId scalar(Model& model, double value) {
    return signal(model, {}, {value});
}

void expect_near(const Values& got, const Values& want, double tolerance) {
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < want.size(); ++i) {
        ASSERT_NEAR(got[i], want[i], tolerance) << "number " << i;
    }
}

TEST(NaiveOrder, SetsComeBeforeIncsBeforeReads) {
    Model model;
    const SignalId x = signal(model, {2}, {1, 2}), y = signal(model, {2}),
                   z = signal(model, {2});
    model.add(Copy(y, z, false));
    model.add(Copy(x, y, true));
    model.add(Reset(y, 10));

    NaiveInterpreter interpreter(model);
    interpreter.run(3);

    EXPECT_EQ(interpreter.order(), (std::vector<int>{2, 1, 0}));
    EXPECT_EQ(interpreter.value(z), (Values{11, 12}));
}

TEST(NaiveOrder, FollowsElementsNotWholeSignals) {
    Model model;
    const SignalId v = signal(model, {3}, {1, 0, 0});
    const auto element = [&](Index i) { return model.add_slice(v, i, 1); };
    model.add(Copy(element(1), element(2), false));
    model.add(Copy(element(0), element(1), false));

    NaiveInterpreter interpreter(model);
    interpreter.step();

    EXPECT_EQ(interpreter.value(v), (Values{1, 1, 1}));
}

TEST(NaiveOrder, CyclesWithoutFilterAreErrors) {
    Model model;
    const SignalId x = signal(model, {1}), y = signal(model, {1});
    model.add(Copy(x, y, false));
    model.add(Copy(y, x, false));

    EXPECT_THROW(NaiveInterpreter(model).step(), BuildError);
}

/// x feeds a filter of this form and role; `reader` copies its output in the same step.
struct FilterModel {
    FilterModel(FilterForm form, Index order, Values coefficients, Role role)
        : x(signal(model, {1})), y(signal(model, {1})), reader(signal(model, {1})) {
        const SignalId numbers =
            signal(model, {static_cast<Index>(coefficients.size())}, coefficients);
        const SignalId state = order > 0 ? signal(model, {order, 1}) : no_signal;
        model.inputs.push_back({"x", x, -1});
        model.add(SimFilter(form, order, x, y, numbers, state, role));
        model.add(Copy(y, reader, false));
    }

    /// What the reader and a probe of y see when x is 1, 2, 3, 4.
    std::pair<Values, Values> respond() const {
        const Data ramp{1, 4, 1, {1, 2, 3, 4}};
        NaiveInterpreter interpreter(model);
        interpreter.feed(0, ramp);
        std::pair<Values, Values> seen;
        for (int k = 0; k < 4; ++k) {
            interpreter.step();
            seen.first.push_back(interpreter.value(reader)[0]);
            seen.second.push_back(interpreter.value(y)[0]);
        }
        return seen;
    }

    Model model;
    SignalId x, y, reader;
};

TEST(NaiveDelay, SynapseOfNoneIsNoDelay) {
    Model model;
    const SignalId x = signal(model, {1}), y = signal(model, {1});
    model.inputs.push_back({"x", x, -1});
    model.add(Reset(y));
    model.add(Copy(x, y, true));
    const Data data{1, 2, 1, {3, 5}};
    NaiveInterpreter interpreter(model);
    interpreter.feed(0, data);

    interpreter.step();
    EXPECT_EQ(interpreter.value(y), (Values{3}));
    interpreter.step();
    EXPECT_EQ(interpreter.value(y), (Values{5}));
}

TEST(NaiveDelay, LowpassOfZeroIsExactlyOneStep) {
    const FilterModel filter(FilterForm::first_order, 1, {0, 1}, Role::update);

    const auto [read, probed] = filter.respond();

    EXPECT_EQ(read, (Values{0, 1, 2, 3}));
    EXPECT_EQ(probed, (Values{1, 2, 3, 4}));
}

TEST(NaiveDelay, FilterThatSetsIsSeenAtOnce) {
    const FilterModel filter(FilterForm::first_order, 1, {0.5, 1}, Role::set);

    const auto [read, probed] = filter.respond();

    EXPECT_EQ(read, (Values{1, 2.5, 4.25, 6.125}));
    EXPECT_EQ(probed, read);
}

TEST(NaiveDelay, OutputFirstFormDelaysByOneMore) {
    const FilterModel filter(FilterForm::output_first, 1, {0, 1, 1, 0}, Role::update);

    const auto [read, probed] = filter.respond();

    EXPECT_EQ(read, (Values{0, 0, 1, 2}));
    EXPECT_EQ(probed, (Values{0, 1, 2, 3}));
}

TEST(NaiveOperators, BroadcastsByNumpysRules) {
    Model model;
    const SignalId row = signal(model, {3}, {1, 2, 3}),
                   column = signal(model, {2, 1}, {10, 20}), y = signal(model, {2, 3});
    model.add(Copy(row, y, false));
    model.add(ElementwiseInc(column, row, y));

    NaiveInterpreter interpreter(model);
    interpreter.step();

    EXPECT_EQ(interpreter.value(y), (Values{11, 22, 33, 21, 42, 63}));
}

TEST(NaiveOperators, RepeatedTargetsOfAnIncrementAddUp) {
    Model model;
    const SignalId x = signal(model, {3}, {1, 2, 4}), y = signal(model, {2});
    model.add(Reset(y, 100));
    model.add(Copy(x, y, true, {0, 1, 2, 2}, {1, 1, 1, 0}));

    NaiveInterpreter interpreter(model);
    interpreter.step();

    EXPECT_EQ(interpreter.value(y), (Values{104, 107}));
}

TEST(NaiveOperators, SignalWithIncsAndNoSetAccumulates) {
    Model model;
    const SignalId x = signal(model, {1}, {2}), y = signal(model, {1}, {1});
    model.add(Copy(x, y, true));

    NaiveInterpreter interpreter(model);
    interpreter.run(3);

    EXPECT_EQ(interpreter.value(y), (Values{7}));
}

/// A kernel of 2 x 2 over an image of 3 x 3.
constexpr Conv2DShape two_of_three{.images = 1,
                                   .in_h = 3,
                                   .in_w = 3,
                                   .in_c = 1,
                                   .out_h = 2,
                                   .out_w = 2,
                                   .out_c = 1,
                                   .k_h = 2,
                                   .k_w = 2};

TEST(NaiveOperators, ConvolutionAndPoolOfASmallImage) {
    Model model;
    const SignalId x = signal(model, {9}, {1, 2, 3, 4, 5, 6, 7, 8, 9}),
                   w = signal(model, {2, 2, 1, 1}, {1, 0, 0, 10}),
                   y = signal(model, {4}), bias = signal(model, {1}, {0.5}),
                   pooled = signal(model, {4});
    model.add(ConvInc(w, x, y, two_of_three, false, bias));
    model.add(PoolInc(x, pooled,
                      {.images = 1,
                       .in_h = 3,
                       .in_w = 3,
                       .channels = 1,
                       .out_h = 2,
                       .out_w = 2,
                       .pad_top = 1,
                       .pad_left = 1},
                      false));

    NaiveInterpreter interpreter(model);
    interpreter.step();

    EXPECT_EQ(interpreter.value(y), (Values{51.5, 62.5, 84.5, 95.5}));
    // Cells outside the image are not counted.
    EXPECT_EQ(interpreter.value(pooled), (Values{1, 2.5, 5.5, 7}));
}

TEST(NaiveOperators, TransposedConvolutionSpreadsEachValue) {
    Model model;
    const SignalId x = signal(model, {4}, {1, 2, 3, 4}),
                   w = signal(model, {2, 2, 1, 1}, {1, 0, 0, 10}),
                   y = signal(model, {9});
    model.add(ConvInc(w, x, y, two_of_three, false, no_signal, true));

    NaiveInterpreter interpreter(model);
    interpreter.step();

    EXPECT_EQ(interpreter.value(y), (Values{1, 2, 0, 3, 14, 20, 0, 30, 40}));
}

TEST(NaiveOperators, ConvolutionWithADepthSumsOverPlanes) {
    Model model;
    const SignalId x = signal(model, {3}, {1, 2, 3}), w = signal(model, {2}, {1, 10}),
                   y = signal(model, {2});
    ConvShape shape = Conv2DShape{.images = 1,
                                  .in_h = 1,
                                  .in_w = 1,
                                  .in_c = 1,
                                  .out_h = 1,
                                  .out_w = 1,
                                  .out_c = 1};
    shape.in_d = 3;
    shape.out_d = shape.k_d = 2;
    model.add(ConvInc(w, x, y, shape, false));

    NaiveInterpreter interpreter(model);
    interpreter.step();

    EXPECT_EQ(interpreter.value(y), (Values{21, 32}));
}

TEST(NaiveOperators, SparseProductAddsValuesOfOnePlace) {
    Model model;
    const SignalId x = signal(model, {3}, {5, 6, 7}), a = signal(model, {3}, {1, 2, 3}),
                   y = signal(model, {2});
    model.add(SparseDotInc(a, x, y, {2, 3, {1, 0, 1}, {2, 0, 2}}, false));

    NaiveInterpreter interpreter(model);
    interpreter.step();

    EXPECT_EQ(interpreter.value(y), (Values{10, 28}));
}

TEST(NaiveProbes, SampleWhereTheStepFallsIntoThePeriod) {
    Model model;
    const SignalId time = signal(model, {});
    model.add(TimeUpdate(time));
    model.probes = {{"a", time, 2.5}, {"b", time, 1, false}};

    NaiveInterpreter interpreter(model);
    interpreter.run(8);

    expect_near(interpreter.samples(0), {0.003, 0.005, 0.008}, 1e-15);
    expect_near(interpreter.samples(1), {0.008}, 1e-15);
}

TEST(NaiveFeeds, ReplaceTheProducer) {
    Model model;
    const SignalId x = signal(model, {1});
    int calls = 0;
    const int producer = model.add(HostFunction(
        [&](double, std::span<const double>, std::span<double> out) {
            ++calls;
            out[0] = 7;
        },
        x, no_signal));
    model.inputs.push_back({"x", x, producer});
    const Data held{2, 1, 1, {3, 4}};
    NaiveInterpreter fed(model), alone(model);
    fed.feed(0, held, 1);

    fed.run(2);
    EXPECT_EQ(calls, 0);
    alone.run(2);

    EXPECT_EQ(fed.value(x), (Values{4}));
    EXPECT_EQ(alone.value(x), (Values{7}));
    EXPECT_EQ(calls, 2);
}

TEST(NaiveFeeds, EndOfTheDataIsAnError) {
    Model model;
    model.inputs.push_back({"x", signal(model, {1}), -1});
    const Data two{1, 2, 1, {1, 2}};
    NaiveInterpreter interpreter(model);
    interpreter.feed(0, two);
    interpreter.run(2);

    EXPECT_THROW(interpreter.step(), SimulationError);
}

TEST(NaiveTraining, SpikingNeuronsBecomeTheirRateCurve) {
    Model model;
    const SignalId j = signal(model, {1}, {3}), out = signal(model, {1}),
                   voltage = signal(model, {1}, {0.5}), refractory = signal(model, {1});
    SimNeurons lif(neuron_type("LIF"), j, out, {voltage, refractory},
                   {scalar(model, 0.02), scalar(model, 0.002), scalar(model, 0.01),
                    scalar(model, 0)});
    model.add(std::move(lif));
    NaiveInterpreter interpreter(model, {}, true);

    interpreter.step();

    const double rate = 0.01 / (0.002 + 0.02 * std::log(1.5));
    EXPECT_NEAR(interpreter.value(out)[0], rate, 1e-15);
    EXPECT_EQ(interpreter.value(voltage), (Values{0.5}));
}

TEST(NaiveTraining, SmoothingUsesSoftLif) {
    Model model;
    const SignalId j = signal(model, {1}, {1}), out = signal(model, {1}),
                   voltage = signal(model, {1}), refractory = signal(model, {1});
    SimNeurons lif(neuron_type("LIF"), j, out, {voltage, refractory},
                   {scalar(model, 0.02), scalar(model, 0.002), scalar(model, 1),
                    scalar(model, 0)});
    lif.smoothing = 0.1;
    model.add(std::move(lif));
    NaiveInterpreter interpreter(model, {}, true);

    interpreter.step();

    // At threshold LIF's rate is 0; the softened excess is sigma ln 2.
    const double excess = 0.1 * std::log(2.0);
    EXPECT_NEAR(interpreter.value(out)[0], 1 / (0.002 + 0.02 * std::log1p(1 / excess)),
                1e-12);
}

TEST(NaiveOverrides, ReplaceInitialValuesAndMustFit) {
    Model model;
    const SignalId x = signal(model, {2}, {1, 2});

    EXPECT_EQ(NaiveInterpreter(model, {{x, {5, 6}}}).value(x), (Values{5, 6}));
    EXPECT_THROW(NaiveInterpreter(model, {{x, {5}}}), BuildError);
}

}  // namespace
}  // namespace nengine::reference
