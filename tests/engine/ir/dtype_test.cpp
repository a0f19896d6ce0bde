#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/operators/copy.hpp"
#include "engine/planner/make_plan.hpp"
#include "engine/simulation/simulation.hpp"
#include "kernels/base/error.hpp"

// Signals, buffers and operands have a dtype each.

namespace nengine::test {

using namespace engine;
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(DTypes, HaveNumpysNamesAndSizes) {
    EXPECT_EQ(dtype_name(DType::bfloat16), "bfloat16");
    EXPECT_EQ(dtype_name(DType::boolean), "bool");
    EXPECT_EQ(itemsize(DType::float64), 8u);
    EXPECT_EQ(itemsize(DType::int32), 4u);
    EXPECT_EQ(itemsize(DType::bfloat16), 2u);
    EXPECT_EQ(itemsize(DType::uint8), 1u);
    EXPECT_EQ(dtype_of<float>, DType::float32);
    EXPECT_EQ(dtype_of<double>, DType::float64);
}

/// a -> b -> c, of which `b` may state a dtype; `c` is probed.
std::shared_ptr<Model> chain(std::optional<DType> dtype) {
    auto model = std::make_shared<Model>(0.001);
    const SignalId a = model->add_signal({.name = "a", .shape = {3}});
    const SignalId b = model->add_signal({.name = "b", .shape = {3}, .dtype = dtype});
    const SignalId c = model->add_signal({.name = "c", .shape = {3}});
    model->add(Copy(a, b, false));
    model->add(Copy(b, c, false));
    model->inputs.push_back({.name = "a", .signal = a});
    model->probes.push_back({.name = "c", .signal = c});
    return model;
}

Plan plan_of(std::shared_ptr<const Model> model, DType dtype) {
    return make_plan({.model = std::move(model),
                      .fed = {1},
                      .observed = {.probes = {0}},
                      .dtype = dtype,
                      .options = {.simplify = false, .fuse = false}});
}

TEST(DTypes, OfBuffersAreTheSimulationsUnlessSignalsSayOtherwise) {
    for (const DType dtype : {DType::float32, DType::float64}) {
        const Plan plan = plan_of(chain(dtype), dtype);
        for (const BufferSpec& buffer : plan.buffers) {
            EXPECT_EQ(buffer.dtype, dtype) << buffer.name;
        }
        EXPECT_GT(plan.history_bytes(), 0);
    }
    const Plan narrow = plan_of(chain({}), DType::float32);
    const Plan wide = plan_of(chain({}), DType::float64);
    EXPECT_EQ(wide.history_bytes(), 2 * narrow.history_bytes());
    EXPECT_EQ(wide.row_bytes(), 2 * narrow.row_bytes());
}

TEST(DTypes, ThatDifferAmongOperandsAreRefused) {
    EXPECT_THAT([] { plan_of(chain(DType::float64), DType::float32); },
                ThrowsMessage<BuildError>(AllOf(HasSubstr("Copy"), HasSubstr("float32"),
                                                HasSubstr("float64"))));
    EXPECT_THAT([] { plan_of(chain(DType::int32), DType::float32); },
                ThrowsMessage<ValidationError>(
                    HasSubstr("got int32, needs float32 or float64")));
}

TEST(DTypes, OfWhatASimulationHandsOutAreItsOwn) {
    auto model = chain({});
    model->signal(model->probes.front().signal).dtype = DType::float64;
    EXPECT_THAT([&] { Simulation(model, Device::cpu(1), {}); },
                ThrowsMessage<BuildError>(
                    HasSubstr("probe of 'c': got dtype float64, needs float32")));
    EXPECT_THAT([] { Simulation(chain({}), Device::cpu(1), {.dtype = DType::uint8}); },
                ThrowsMessage<ValidationError>(
                    HasSubstr("dtype: got uint8, needs float32 or float64")));
}

}  // namespace
}  // namespace nengine::test
