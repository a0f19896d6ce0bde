#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/ir/lowering.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/operator_base.hpp"
#include "engine/operators/sim_filter.hpp"
#include "engine/planner/make_plan.hpp"
#include "engine/planner/memory/layout.hpp"
#include "engine/planner/schedule/fold.hpp"
#include "kernels/base/error.hpp"
#include "kernels/elementwise.hpp"
#include "tests/engine/planner/populations.hpp"

// What the planner makes of what operators say of their gradients. The operators of the
// project keep to it, slot by slot (tests/conformance/slot_gradient_test.cpp); these
// are of tests' own, and do not.

namespace nengine::test {

using namespace engine;
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// y = a + b, forward; how it goes back is up to the test.
struct Sum : OperatorBase<Sum> {
    enum { a, b, y };
    Sum(SignalId a_signal, SignalId b_signal, SignalId y_signal)
        : OperatorBase(
              {{Role::read, a_signal}, {Role::read, b_signal}, {Role::set, y_signal}}) {
    }
    std::string_view type() const override { return "Sum"; }
    void check(const std::vector<Shape>&) const override {}
    MergeKey merge_key(const std::vector<Shape>&) const override { return {"Sum", {}}; }
    double flops(const std::vector<Shape>&) const override { return 1; }
    void lower(Lowering& low) const override {
        low.emit(CopyArgs<Planned>{low.flat(a), low.flat(y), false});
        low.emit(CopyArgs<Planned>{low.flat(b), low.flat(y), true});
    }

    SlotGradient gradient(int slot) const override { return slot == a ? of_a : of_b; }
    void lower_backward(BackwardLowering& low) const override {
        for (const int slot : {a, b}) {
            if (reads_value) {
                low.flat(slot, Of::saved);
            }
            if (!low.wants(slot) || slot == forgotten) {
                continue;
            }
            const auto dx = low.contribute(slot, BackwardLowering::Form::flat);
            low.emit(CopyArgs<Planned>{low.flat(y, Of::gradient), dx.operand,
                                       dx.accumulate});
            low.finish(dx);
        }
    }
    std::vector<int> saved_slots() const override { return saved; }

    SlotGradient of_a = SlotGradient::value, of_b = SlotGradient::value;
    int forgotten = -1;
    bool reads_value = false;
    std::vector<int> saved;
};

/// y = Sum(a, b), a and b the parameters "p" and "q" plus what is fed, all of 3
/// elements.
struct SumModel {
    SumModel() {
        const SignalId x = signal("x");
        model->inputs.push_back({"x", x, -1});
        a = of_parameter("a", "p", x);
        b = of_parameter("b", "q", x);
        y = signal("y");
        model->probes.push_back({.name = "y", .signal = y});
    }

    SignalId signal(const std::string& name) {
        return model->add_signal({.name = name, .shape = {3}});
    }
    SignalId of_parameter(const std::string& name, const std::string& parameter,
                          SignalId x) {
        const SignalId p = model->add_signal({.name = parameter,
                                              .shape = {3},
                                              .initial = std::vector<double>{1, 2, 3},
                                              .parameter = parameter,
                                              .trainable = true});
        const SignalId made = signal(name);
        model->add(Copy(x, made, false));
        model->add(Copy(p, made, true));
        return made;
    }
    void add(Sum op) {
        op.label = "op";
        model->add(std::move(op));
    }
    Sum sum() const { return Sum(a, b, y); }

    Plan plan(const PlannerOptions& options = {}) const {
        return make_plan({.model = model,
                          .fed = {1},
                          .observed = {.probes = {0}},
                          .mode = to_train,
                          .options = options});
    }
    std::string error() const {
        try {
            plan();
        } catch (const BuildError& error) {
            return error.what();
        }
        return "no error";
    }
    /// Whether a gradient is kept for the signal's value.
    bool needed(SignalId signal) const {
        const Graph graph = fold(normal_form(model, to_train), true);
        const GradientNeeds needs = find_gradient_needs(graph);
        bool found = false;
        for (const VersionId id : graph.versions.ids()) {
            found = found ||
                    (graph.version(id).signal == signal && needs.gradient[id] != 0);
        }
        return found;
    }

    std::shared_ptr<Model> model = std::make_shared<Model>();
    SignalId a, b, y;
};

TEST(GradientContract, AnOperatorThatKeepsItIsPlanned) {
    SumModel m;
    m.add(m.sum());

    EXPECT_EQ(m.error(), "no error");
    EXPECT_TRUE(m.needed(m.a) && m.needed(m.b));
}

TEST(GradientContract, AGradientThatIsPromisedAndNotComputedIsRefused) {
    SumModel m;
    Sum op = m.sum();
    op.forgotten = Sum::b;
    m.add(op);

    EXPECT_THAT(m.error(), AllOf(HasSubstr("Sum 'op' to its slot 1, 'b'"),
                                 HasSubstr("promises one and computes none")));
}

TEST(GradientContract, ThereIsNoneUnlessAnOperatorSaysSo) {
    SumModel m;
    Sum op = m.sum();
    op.of_b = op.Operator::gradient(Sum::b);
    op.forgotten = Sum::b;
    m.add(op);

    EXPECT_THAT(m.error(), AllOf(HasSubstr("Sum 'op' to its slot 1, 'b'"),
                                 HasSubstr("there is none")));
}

TEST(GradientContract, ASlotWithoutASlopeIsNotAskedAndCutsOffWhatItAloneLeadsTo) {
    SumModel m;
    Sum op = m.sum();
    op.of_b = SlotGradient::zero;
    m.add(op);

    EXPECT_THAT(m.error(),
                AllOf(HasSubstr("the trainable parameter 'q'"), HasSubstr("Sum 'op'")));

    m.model->signal(m.model->operators()[3]->signal(Copy::src)).trainable = false;
    EXPECT_EQ(m.error(), "no error");
    EXPECT_TRUE(m.needed(m.a));
    EXPECT_FALSE(m.needed(m.b));
}

TEST(GradientContract, AParameterThatLossesSeeByAnotherWayIsNotCutOff) {
    SumModel m;
    Sum op = m.sum();
    op.of_b = SlotGradient::zero;
    m.add(op);
    m.model->add(Copy(m.b, m.y, true));

    EXPECT_EQ(m.error(), "no error");
    EXPECT_TRUE(m.needed(m.b));
}

TEST(GradientContract, AParameterThatNoLossSeesIsNoError) {
    SumModel m;
    Sum op(m.b, m.b, m.signal("unseen"));
    op.of_a = op.of_b = SlotGradient::none;
    m.add(op);
    m.model->add(Copy(m.a, m.y, false));

    EXPECT_EQ(m.error(), "no error");
    EXPECT_FALSE(m.needed(m.b));
}

TEST(GradientContract, ABackwardPassReadsWhatItHasAskedToBeSaved) {
    SumModel m;
    Sum op = m.sum();
    op.reads_value = true;
    op.saved = {Sum::a};
    m.add(op);
    EXPECT_THAT(m.error(), AllOf(HasSubstr("Sum 'op'"), HasSubstr("slot 1, 'b'"),
                                 HasSubstr("saved_slots()")));

    SumModel asked;
    op = asked.sum();
    op.reads_value = true;
    op.saved = {Sum::a, Sum::b};
    asked.add(op);
    EXPECT_EQ(asked.error(), "no error");
}

TEST(GradientContract, ALossOnAStateThatDependsOnAParameterIsRefused) {
    SumModel m;
    const SignalId state = m.model->add_signal({.name = "state", .shape = {1, 3}});
    const SignalId numbers = m.model->add_signal(
        {.name = "c", .shape = {2}, .initial = std::vector<double>{0.9, 0.1}});
    SimFilter filter(FilterForm::first_order, 1, m.a, m.y, numbers, state);
    filter.label = "slow";
    m.model->add(std::move(filter));
    EXPECT_EQ(m.error(), "no error");

    m.model->probes[0].signal = state;
    EXPECT_THAT(m.error(), HasSubstr("SimFilter 'slow' to its slot 3, 'state'"));
}

}  // namespace
}  // namespace nengine::test
