#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "tests/conformance/operator_cases.hpp"

// Every operator, alone: each slot that it reads in turn leads to a parameter.

namespace nengine::test {

using namespace engine;

/// What the slot that is tested holds.
enum class Holds {
    value,     ///< a value of the step, made of the parameter "tested"
    parameter  ///< a parameter of the slot's own name
};

/// Hands out the signals that an operator reads, by name.
class Slots {
public:
    Slots(ModelMaker& maker, std::string tested, Holds holds)
        : maker_(maker), tested_(std::move(tested)), holds_(holds) {}

    /// Changes from step to step, unless it is the tested one.
    SignalId value(const std::string& name, Shape shape, double low = -1,
                   double high = 1);
    /// A constant, unless it is the tested one.
    SignalId constant(const std::string& name, Shape shape, double low = -1,
                      double high = 1);
    const std::set<std::string>& names() const { return names_; }

private:
    SignalId tested(const std::string& name, const Shape& shape, double low,
                    double high);
    SignalId varying(const std::string& name, SignalId from);

    ModelMaker& maker_;
    std::string tested_;
    Holds holds_;
    std::set<std::string> names_;
};

/// A model of one operator, labelled "op", whose results are probed.
struct SlotCase {
    std::string name;
    std::string operator_type;
    /// @return  the operator as it is planned in training
    std::function<std::shared_ptr<const Operator>(ModelMaker&, Slots&)> make;
};

/// Adds an operator.
/// @return  what takes its place while training
template <class Op>
std::shared_ptr<const Operator> add_tested(ModelMaker& m, Op op) {
    op.label = "op";
    auto form = op.training_form();
    m.add(op, "op");
    return form != nullptr ? form : std::make_shared<Op>(std::move(op));
}

std::vector<SlotCase> slot_learning_cases();
std::vector<SlotCase> slot_tensor_cases();
/// All of them.
const std::vector<SlotCase>& slot_cases();

/// A case on a backend, as a test's parameter.
struct SlotCaseOn {
    std::size_t slot_case;
    const char* device;
};
void PrintTo(const SlotCaseOn& tested, std::ostream* out);
std::vector<SlotCaseOn> slot_cases_on_devices();
std::string slot_case_label(const ::testing::TestParamInfo<SlotCaseOn>& tested);

}  // namespace nengine::test
