#include "engine/ir/model.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "engine/ir/host_call.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/cumulative_sum.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/gather.hpp"
#include "engine/operators/host_function.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_filter.hpp"
#include "engine/operators/sim_neurons.hpp"
#include "kernels/base/error.hpp"
#include "tests/reference/naive_interpreter.hpp"

namespace nengine::engine {
namespace {

SignalId vector(Model& model, const std::string& name, Index size) {
    Signal signal;
    signal.name = name;
    signal.shape = {size};
    std::vector<double> values;
    for (Index i = 0; i < size; ++i) {
        values.push_back(static_cast<double>(i));
    }
    signal.initial = std::move(values);
    return model.add_signal(std::move(signal));
}

/// The initial values that a signal names.
std::vector<double> named(const Model& model, SignalId signal) {
    return reference::NaiveInterpreter(model).value(signal);
}

/// Runs `action`, and gives the message of the BuildError that it throws.
template <class Action>
std::string build_error(Action&& action) {
    try {
        action();
    } catch (const BuildError& error) {
        return error.what();
    }
    return "no error";
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(ModelSignals, InitialValuesMustFillTheShape) {
    Model model;
    Signal signal;
    signal.name = "weights";
    signal.shape = {2, 3};
    signal.initial = {1, 2, 3, 4, 5};

    const auto message = build_error([&] { model.add_signal(signal); });

    EXPECT_TRUE(contains(message, "weights")) << message;
    EXPECT_TRUE(contains(message, "got 5")) << message;
    EXPECT_TRUE(contains(message, "needs 6")) << message;
}

TEST(ModelSignals, InitialValuesMustBeFinite) {
    for (const double bad : {std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::infinity()}) {
        Model model;
        Signal signal;
        signal.name = "bias";
        signal.shape = {2};
        signal.initial = {0, bad};

        const auto message = build_error([&] { model.add_signal(signal); });

        EXPECT_TRUE(contains(message, "bias")) << message;
    }
}

TEST(ModelSignals, NegativeExtentsAreRefused) {
    Model model;
    Signal signal;
    signal.shape = {3, -1};

    EXPECT_THROW(model.add_signal(signal), BuildError);
}

TEST(ModelViews, SlicesStepForwardsAndBackwards) {
    Model model;
    const SignalId v = vector(model, "v", 7);

    EXPECT_EQ(named(model, model.add_slice(v, 1, 3, 2)),
              (std::vector<double>{1, 3, 5}));
    EXPECT_EQ(named(model, model.add_slice(v, 6, 4, -2)),
              (std::vector<double>{6, 4, 2, 0}));
}

TEST(ModelViews, SlicesOfSlicesCompose) {
    Model model;
    const SignalId v = vector(model, "v", 9);
    const SignalId odd = model.add_slice(v, 1, 4, 2);

    const SignalId reversed = model.add_slice(odd, 3, 2, -2);

    EXPECT_EQ(named(model, reversed), (std::vector<double>{7, 3}));
    EXPECT_EQ(model.base(reversed), v);
}

TEST(ModelViews, TransposedMatrixIsAViewWithSwappedStrides) {
    Model model;
    const SignalId v = vector(model, "v", 6);
    const SignalId matrix = model.add_reshape(v, {2, 3});

    const SignalId transposed = model.add_view(matrix, "t", {3, 2}, 0, {1, 3});

    EXPECT_EQ(named(model, transposed), (std::vector<double>{0, 3, 1, 4, 2, 5}));
}

TEST(ModelViews, MayNotLeaveTheirBase) {
    Model model;
    const SignalId v = vector(model, "v", 5);

    EXPECT_THROW(model.add_slice(v, 0, 6), BuildError);
    EXPECT_THROW(model.add_slice(v, 3, 2, 2), BuildError);
    EXPECT_THROW(model.add_slice(v, 1, 3, -1), BuildError);
    EXPECT_THROW(model.add_view(v, "w", {2, 2}, 0, {4, 1}), BuildError);
    EXPECT_THROW(model.add_view(v, "w", {2, 2}, 0, {1}), BuildError);
    const auto message = build_error([&] { model.add_slice(v, 0, 6); });
    EXPECT_TRUE(contains(message, "v")) << message;
}

TEST(ModelViews, OnlyDenseSignalsAreReshaped) {
    Model model;
    const SignalId v = vector(model, "v", 6);

    EXPECT_THROW(model.add_reshape(model.add_slice(v, 0, 3, 2), {3, 1}), BuildError);
    EXPECT_THROW(model.add_reshape(v, {4, 2}), BuildError);
}

TEST(ModelCopy, OwnsItsOperators) {
    Model model;
    const SignalId v = vector(model, "v", 3);
    model.add(Reset(v, 2.0));
    model.probes.push_back({"p", v});

    const Model copy = model.copy();

    ASSERT_EQ(copy.operators().size(), 1U);
    EXPECT_NE(copy.operators()[0].get(), model.operators()[0].get());
    EXPECT_EQ(dynamic_cast<const Reset&>(*copy.operators()[0]).value(), 2.0);
    EXPECT_EQ(copy.probes.size(), 1U);
    EXPECT_EQ(copy.signal_count(), model.signal_count());
}

TEST(ModelValidate, TwoSetsOfOneElementAreRefused) {
    Model model;
    const SignalId v = vector(model, "v", 5);
    Reset whole(v);
    whole.label = "whole";
    model.add(std::move(whole));
    Reset part(model.add_slice(v, 2, 1));
    part.label = "part";
    model.add(std::move(part));

    const auto message = build_error([&] { model.validate(); });

    EXPECT_TRUE(contains(message, "whole") && contains(message, "part")) << message;
}

TEST(ModelValidate, SetsOfDifferentElementsOfOneSignalAreFine) {
    Model model;
    const SignalId v = vector(model, "v", 5);
    model.add(Reset(model.add_slice(v, 0, 3, 2)));
    model.add(Reset(model.add_slice(v, 1, 2, 2)));

    EXPECT_NO_THROW(model.validate());
}

TEST(ModelValidate, ReadonlySignalsAreNotWritten) {
    Model model;
    const SignalId v = vector(model, "v", 5);
    model.signal(v).readonly = true;
    model.add(Reset(v));

    const auto message = build_error([&] { model.validate(); });

    EXPECT_TRUE(contains(message, "readonly") && contains(message, "v")) << message;
}

TEST(ModelValidate, InputsAndProbesMustNameSignals) {
    Model inputs;
    inputs.inputs.push_back({"x", 3, -1});
    Model probes;
    probes.probes.push_back({"p", no_signal});
    Model periods;
    const SignalId v = vector(periods, "v", 2);
    periods.probes.push_back({"p", v, 0.5});

    EXPECT_THROW(inputs.validate(), BuildError);
    EXPECT_THROW(probes.validate(), BuildError);
    EXPECT_THROW(periods.validate(), BuildError);
}

TEST(CopyOperator, RepeatedTargetsNeedAnIncrement) {
    EXPECT_THROW(Copy(0, 1, false, {}, {2, 2}), BuildError);
    EXPECT_NO_THROW(Copy(0, 1, true, {}, {2, 2}));
    EXPECT_THROW(Copy(0, 1, true, {1, 2, 3}, {0, 1}), BuildError);
}

TEST(MergeKeys, EqualOperatorsAgreeAndDifferentOnesDoNot) {
    const std::vector<Shape> shapes{{3, 4}, {4}, {3}};

    EXPECT_EQ(DotInc(0, 1, 2).merge_key(shapes), DotInc(3, 4, 5).merge_key(shapes));
    EXPECT_NE(DotInc(0, 1, 2).merge_key(shapes),
              DotInc(3, 4, 5).merge_key({{3, 2}, {2}, {3}}));
    EXPECT_EQ(Reset(0, 0.5).merge_key({{3}}), Reset(1, 0.5).merge_key({{5}}));
    EXPECT_NE(Reset(0, 0.5).merge_key({{3}}), Reset(1, 0.25).merge_key({{3}}));
}

TEST(MergeKeys, TinyValuesAreDifferentValues) {
    EXPECT_NE(Reset(0, 1e-9).merge_key({{3}}), Reset(1, 2e-9).merge_key({{3}}));
    EXPECT_NE(Reset(0, 1e-9).merge_key({{3}}), Reset(1, 0).merge_key({{3}}));
}

TEST(SimNeuronsOperator, RateFormKeepsParametersAndDropsStates) {
    const SimNeurons lif(neuron_type("LIF"), 0, 1, {2, 3}, {4, 5, 6, 7});

    const SimNeurons rate = lif.as_rate();

    EXPECT_TRUE(rate.is_rate());
    EXPECT_EQ(rate.n_states(), 0);
    EXPECT_EQ(rate.signal(rate.first_param()), SignalId(4));
    for (const Slot& slot : rate.slots()) {
        EXPECT_NE(slot.role, Role::state);
    }
}

TEST(SimNeuronsOperator, StatesAndParametersMustFitTheType) {
    EXPECT_THROW(SimNeurons(neuron_type("LIF"), 0, 1, {2}, {4, 5, 6, 7}), BuildError);
    EXPECT_THROW(SimNeurons(neuron_type("Sigmoid"), 0, 1, {}, {}), BuildError);
}

TEST(HostFunctionOperator, PlaceInTheStepFollowsFromItsArgumentsUnlessSaid) {
    const HostCall nothing = [](double, std::span<const double>, std::span<double>) {};
    using enum HostFunction::Order;

    EXPECT_TRUE(HostFunction(nothing, 0, no_signal).properties().is_ordered());
    EXPECT_FALSE(HostFunction(nothing, 0, no_signal).properties().acts_within_step());
    EXPECT_TRUE(
        HostFunction(nothing, no_signal, no_signal).properties().acts_within_step());
    EXPECT_TRUE(HostFunction(nothing, 0, 1).properties().acts_within_step());
    EXPECT_FALSE(HostFunction(nothing, 0, 1, pure).properties().is_ordered());
    EXPECT_FALSE(HostFunction(nothing, 0, 1, pure).properties().acts_within_step());
    EXPECT_TRUE(
        HostFunction(nothing, 0, no_signal, ordered).properties().acts_within_step());
}

/// A model of one operator over the signals that `make` adds.
template <class Make>
void expect_refused(Make&& make, const std::string& part_of_message) {
    Model model;
    make(model);
    try {
        model.validate();
        FAIL() << "accepted, but should say: " << part_of_message;
    } catch (const BuildError& error) {
        EXPECT_NE(std::string(error.what()).find(part_of_message), std::string::npos)
            << error.what();
    }
}

TEST(Model, RefusesIndicesOutsideTheirSignal) {
    for (const bool source : {true, false}) {
        expect_refused(
            [&](Model& model) {
                const SignalId x = model.add_signal({.name = "x", .shape = {3}});
                const SignalId y = model.add_signal({.name = "y", .shape = {2}});
                const std::vector<Index> bad{0, 5}, good{0, 1};
                model.add(Copy(x, y, true, source ? bad : good, source ? good : bad));
            },
            "got index 5");
    }
}

TEST(Model, RefusesShapesThatDoNotFitTheOperator) {
    expect_refused(
        [](Model& model) {
            const SignalId a = model.add_signal({.name = "a", .shape = {3, 5}});
            const SignalId x = model.add_signal({.name = "x", .shape = {2}});
            const SignalId y = model.add_signal({.name = "y", .shape = {3}});
            model.add(DotInc(a, x, y, false));
        },
        "got X of 2 elements, needs 5");
    expect_refused(
        [](Model& model) {
            const SignalId a = model.add_signal({.name = "a", .shape = {2}});
            const SignalId x = model.add_signal({.name = "x", .shape = {3}});
            const SignalId y = model.add_signal({.name = "y", .shape = {3}});
            model.add(ElementwiseInc(a, x, y, false));
        },
        "one that broadcasts to (3,)");
}

TEST(Model, RefusesAxesThatATensorDoesNotHave) {
    const auto gather = [](int axis, Shape to) {
        return [=](Model& model) {
            const SignalId x = model.add_signal({.name = "x", .shape = {3, 5}});
            const SignalId index = model.add_signal({.name = "index", .shape = {2, 4}});
            const SignalId y = model.add_signal({.name = "y", .shape = to});
            model.add(Gather(x, index, y, axis));
        };
    };
    const auto sum = [](int axis, Shape to) {
        return [=](Model& model) {
            const SignalId x = model.add_signal({.name = "x", .shape = {3, 5}});
            const SignalId y = model.add_signal({.name = "y", .shape = to});
            model.add(CumulativeSum(x, y, axis, {}));
        };
    };
    expect_refused(gather(2, {2, 4}), "got axis 2, needs one of those of (3, 5)");
    expect_refused(gather(-1, {3, 2, 4}), "got axis -1, needs one of those of (3, 5)");
    expect_refused(gather(0, {3, 2, 4}), "got shape (3, 2, 4), needs (2, 4, 5)");
    expect_refused(gather(1, {2, 4, 5}), "got shape (2, 4, 5), needs (3, 2, 4)");
    expect_refused(sum(2, {3, 5}), "got axis 2, needs one of those of (3, 5)");
    expect_refused(sum(1, {5, 3}), "got shape (5, 3), needs (3, 5)");
}

TEST(Model, RefusesASignalThatIsSetInOnePartAndUpdatedInAnother) {
    expect_refused(
        [](Model& model) {
            const SignalId x = model.add_signal({.name = "x", .shape = {2}});
            const SignalId base = model.add_signal({.name = "base", .shape = {4}});
            const SignalId d = model.add_signal({.name = "d", .shape = {1}});
            model.add(Copy(x, model.add_slice(base, 0, 2), false));
            model.add(SimFilter(FilterForm::gain, 0, x, model.add_slice(base, 2, 2), d,
                                no_signal));
        },
        "set in one part and updated in another");
}

}  // namespace
}  // namespace nengine::engine
