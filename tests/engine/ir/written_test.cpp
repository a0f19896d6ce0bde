#include "engine/ir/written.hpp"

#include <gtest/gtest.h>

#include "engine/planner/make_plan.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/pool.hpp"
#include "kernels/product.hpp"
#include "kernels/rows.hpp"
#include "tests/engine/planner/populations.hpp"

namespace nengine::test {

using namespace engine;
namespace {

using Elements = std::vector<char>;

/// A plan of one stage that runs these commands, with work buffers of 7 elements and
/// one that is not.
Plan plan_of(std::vector<Command> commands) {
    Plan plan;
    for (const BufferKind kind :
         {BufferKind::work, BufferKind::work, BufferKind::state}) {
        plan.buffers.push_back({.name = "buffer", .kind = kind, .width = 7});
    }
    plan.forward.push_back({.commands = std::move(commands)});
    return plan;
}

TEST(WrittenElements, AreThoseThatOperandsMean) {
    const Operand strided{.buffer = 1,
                          .offset = 1,
                          .rows = 2,
                          .cols = 1,
                          .row_stride = 2,
                          .count = 2,
                          .group_stride = 3};

    const auto written = written_elements(
        plan_of(
            {{.args = FillArgs<Planned>{{.buffer = 0, .cols = 2}, 0}},
             {.args =
                  FillArgs<Planned>{
                      {.buffer = 0, .in_time = Rows::all, .offset = 5, .cols = 1}, 0}},
             {.args = FillArgs<Planned>{strided, 0}}}),
        false);

    EXPECT_EQ(written, (WrittenElements{{BufferId(0), Elements{1, 1, 0, 0, 0, 1, 0}},
                                        {BufferId(1), Elements{0, 1, 0, 1, 1, 0, 1}}}));
}

TEST(WrittenElements, AreNotWhatIsRead) {
    const Operand a{.buffer = 0, .cols = 7}, b{.buffer = 1, .cols = 7};
    const WrittenElements of_a{{BufferId(0), Elements(7, 1)}},
        of_b{{BufferId(1), Elements(7, 1)}};
    const auto written = [](const CommandArgs& args) {
        return written_elements(plan_of({{.args = args}}), false);
    };
    const auto product = [&](ProductKind kind) {
        return ProductArgs<Planned>{kind, {}, a, b, false};
    };
    const auto pool = [&](LinearMap kind) {
        return AveragePoolArgs<Planned>{kind, {}, a, b, false};
    };
    const auto move = [&](RowMove kind) {
        return MoveRowArgs<Planned>{kind, a, b, 0, false};
    };

    EXPECT_EQ(written(CopyArgs<Planned>{a, b, false}), of_b);
    EXPECT_EQ(written(product(ProductKind::forward)), of_b);
    EXPECT_EQ(written(product(ProductKind::backward_x)), of_a);
    EXPECT_EQ(written(pool(LinearMap::forward)), of_b);
    EXPECT_EQ(written(pool(LinearMap::backward_data)), of_a);
    EXPECT_EQ(written(move(RowMove::load)), of_b);
    EXPECT_EQ(written(move(RowMove::store)), of_a);
    EXPECT_EQ(written(CopyArgs<Planned>{a, {.buffer = 2, .cols = 7}, false}),
              WrittenElements{});
}

/// Work buffers that stages touch, as far as they hold what somebody wants to see.
TEST(WrittenElements, OfATrainingPlanAreItsProbesAndTheirGradients) {
    for (const bool feedback : {false, true}) {
        const Plan plan =
            make_plan({.model = populations(
                           {.count = 3, .feedback = feedback, .trainable = true}),
                       .fed = {1},
                       .observed = {.probes = {0}},
                       .mode = to_train});
        const auto forth = written_elements(plan, false);
        const auto back = written_elements(plan, true);

        const Operand& rows = plan.probes.front().rows;
        const Operand& gradient = plan.probes.front().gradient;
        ASSERT_TRUE(forth.contains(rows.buffer));
        ASSERT_TRUE(back.contains(gradient.buffer));
        for (Index i = 0; i < 3; ++i) {
            EXPECT_EQ(forth.at(rows.buffer)[static_cast<std::size_t>(rows.offset + i)],
                      1);
            EXPECT_EQ(
                back.at(gradient.buffer)[static_cast<std::size_t>(gradient.offset + i)],
                1);
        }
        for (const auto& [buffer, elements] : forth) {
            EXPECT_LT(plan.buffers[buffer].first_stage,
                      static_cast<int>(plan.forward.size()));
        }
    }
}

}  // namespace
}  // namespace nengine::test
