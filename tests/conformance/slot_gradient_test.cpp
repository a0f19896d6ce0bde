#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/base/error.hpp"
#include "tests/conformance/gradient_calls.hpp"
#include "tests/conformance/operator_conformance.hpp"
#include "tests/conformance/slot_cases.hpp"

// The contract of gradients (Operator::gradient), slot by slot of every operator: what
// is declared as computed is that of central differences, what is not is refused.

namespace nengine::test {

using namespace engine;
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// The operator of a case with nothing tested, and what its slots are called.
struct Subject {
    explicit Subject(const SlotCase& slot_case) : maker(1) {
        Slots slots(maker, "", Holds::value);
        form = slot_case.make(maker, slots);
        names = slots.names();
    }
    const std::string& name(int slot) const {
        return maker.model->signal(form->signal(slot)).name;
    }
    bool reads(int slot) const {
        return form->slots()[static_cast<std::size_t>(slot)].role == Role::read;
    }
    int n_slots() const { return static_cast<int>(form->slots().size()); }

    ModelMaker maker;
    std::shared_ptr<const Operator> form;
    std::set<std::string> names;
};

CaseModel model_of(const SlotCase& slot_case, const std::string& slot, Holds holds) {
    return CaseModel({slot_case.name, slot_case.operator_type, [&](ModelMaker& m) {
                          Slots slots(m, slot, holds);
                          slot_case.make(m, slots);
                      }});
}

bool is_computed(SlotGradient gradient, Holds holds) {
    return of_values(gradient) ||
           (of_parameters(gradient) && holds == Holds::parameter);
}

class SlotGradients : public ::testing::TestWithParam<SlotCaseOn> {
protected:
    void SetUp() override { open_device(GetParam().device, 2, device_); }

    const SlotCase& slot_case() const { return slot_cases()[GetParam().slot_case]; }

    Gradients gradients(const CaseModel& model, const reference::TrainingCall& call,
                        bool fold) const {
        ReplicaOptions options = in_float64(call.items);
        options.planner.fold = fold;
        return gradients_of(model, *device_, options, call);
    }

    void expect_right(const CaseModel& model, const std::string& parameter) const {
        const reference::TrainingCall call = training_call(model, 3);
        const SignalId signal = find(*model.model, parameter);
        for (const bool fold : {true, false}) {
            const auto got = gradients(model, call, fold).at(parameter);
            double largest = 0;
            for (Index i = 0; i < model.model->signal(signal).size(); ++i) {
                const auto want =
                    reference::naive_derivative(*model.model, call, signal, i);
                ASSERT_TRUE(want.trusted) << "element " << i;
                EXPECT_NEAR(got[static_cast<std::size_t>(i)], want.value,
                            1e-6 * (1e-2 + std::abs(want.value)))
                    << "element " << i << ", fold " << fold;
                largest = std::max(largest, std::abs(want.value));
            }
            EXPECT_GT(largest, 1e-4) << "nothing is tested";
        }
    }

    void expect_refused(const CaseModel& model, std::string_view type,
                        const std::string& signal) const {
        const reference::TrainingCall call = training_call(model, 3);
        try {
            gradients(model, call, true);
            ADD_FAILURE() << "no error";
        } catch (const BuildError& error) {
            EXPECT_THAT(error.what(), AllOf(HasSubstr(std::string(type) + " 'op'"),
                                            HasSubstr("'" + signal + "'")));
        }
    }

private:
    static SignalId find(const Model& model, const std::string& name) {
        for (const SignalId s : model.signal_ids()) {
            if (model.signal(s).parameter == name) {
                return s;
            }
        }
        return no_signal;
    }

    std::optional<Device> device_;
};

TEST_P(SlotGradients, AreComputedOrRefusedAsDeclared) {
    const Subject subject(slot_case());
    for (int slot = 0; slot < subject.n_slots(); ++slot) {
        if (!subject.reads(slot)) {
            continue;
        }
        const std::string& name = subject.name(slot);
        ASSERT_TRUE(subject.names.contains(name)) << name << " cannot be tested";
        const SlotGradient declared = subject.form->gradient(slot);
        for (const Holds holds : {Holds::value, Holds::parameter}) {
            SCOPED_TRACE(name +
                         (holds == Holds::value ? ", a value" : ", a parameter"));
            const std::string parameter = holds == Holds::value ? "tested" : name;
            const CaseModel model = model_of(slot_case(), name, holds);
            if (is_computed(declared, holds)) {
                expect_right(model, parameter);
            } else {
                expect_refused(model, subject.form->type(),
                               declared == SlotGradient::zero ? parameter : name);
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Cases, SlotGradients,
                         ::testing::ValuesIn(slot_cases_on_devices()), slot_case_label);

TEST(SlotGradientSuite, CoversEveryOperator) {
    std::set<std::string> types, want{"WeightIncDot"};  // which passes alone make
    for (const SlotCase& one : slot_cases()) {
        types.insert(one.operator_type);
    }
    for (const OperatorCase& one : operator_cases()) {
        want.insert(one.operator_type);
    }
    want.erase("MovingAverage");  // writes nothing that a loss could see

    EXPECT_EQ(types, want);
}

}  // namespace
}  // namespace nengine::test
