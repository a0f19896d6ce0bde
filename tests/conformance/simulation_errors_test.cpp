#include <gtest/gtest.h>

#include <cmath>

#include "engine/operators/copy.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "kernels/base/error.hpp"
#include "tests/conformance/simulation_conformance.hpp"

// Models that cannot be planned, and calls that ask for what cannot be.

namespace nengine::test {
namespace {

class SimulationErrors : public SimulationConformance {};

TEST_P(SimulationErrors, CyclesWithoutFilterAreBuildErrors) {
    for (const bool fold : {true, false}) {
        ModelMaker m(3);
        const SignalId a = m.signal("a", {2}), b = m.signal("b", {2});
        m.add(Copy(a, b, false), "forth");
        m.add(Copy(b, a, false), "back");
        m.probe(a);
        PlannerOptions planner;
        planner.fold = fold;
        planner.simplify = false;
        Simulation one = simulation(m, 1, planner);

        EXPECT_THROW(one.run(1, {}, ignore), BuildError);
    }
}

TEST_P(SimulationErrors, DataOfTheWrongShapeAreShapeErrors) {
    ModelMaker m(3);
    m.probe(m.input("x", 2));
    Simulation one = simulation(m, 3);
    const auto fed = [&](Index items, Index steps, Index size) {
        reference::Data data{items, steps, size, {}};
        data.values.resize(static_cast<std::size_t>(items * steps * size));
        one.run(4, borrow({{0, data}}), ignore);
    };

    EXPECT_NO_THROW(fed(3, 4, 2));
    EXPECT_NO_THROW(fed(3, 1, 2));
    EXPECT_THROW(fed(2, 4, 2), ShapeError);
    EXPECT_THROW(fed(3, 3, 2), ShapeError);
    try {
        fed(3, 4, 1);
        FAIL();
    } catch (const ShapeError& error) {
        EXPECT_EQ(error.object(), "data for 'x'");
        EXPECT_EQ(error.got(), "shape (3, 4, 1)");
        EXPECT_EQ(error.needed(), "(batch, steps, 2)");
    }
}

TEST_P(SimulationErrors, ParametersAreSetTogetherOrNotAtAll) {
    ModelMaker m(3);
    const SignalId x = m.input("x", 2), y = m.signal("y", {2});
    m.add(Copy(m.parameter("bias", {2}), y, false), "y");
    m.add(ElementwiseInc(m.parameter("gain", {2}), x, y), "y");
    m.probe(y);
    Simulation one = simulation(m, 1);
    const auto before = one.parameter("bias");

    EXPECT_THROW(one.set_parameters({{"bias", {1, 2}}, {"gain", {1, 2, 3}}}),
                 ValidationError);
    EXPECT_THROW(one.set_parameters({{"bias", {1, 2}}, {"none", {1}}}),
                 ValidationError);
    EXPECT_THROW(one.set_parameter("bias", {1, std::nan("")}), ValidationError);
    EXPECT_EQ(one.parameter("bias"), before);
    one.set_parameters({{"bias", {1, 2}}, {"gain", {3, 4}}});
    std::vector<double> got;
    const reference::Data data{1, 1, 2, {10, 20}};
    one.predict(1, borrow({{0, data}}), {},
                [&](int, Index, Index, Index, Index, const void* from) {
                    const auto* numbers = static_cast<const double*>(from);
                    got.assign(numbers, numbers + 2);
                });
    EXPECT_EQ(got, (std::vector<double>{31, 82}));
}

INSTANTIATE_TEST_SUITE_P(Devices, SimulationErrors, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
