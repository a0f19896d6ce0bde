#include "engine/ir/kernel_call.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "kernels/convolution.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/filter_scan.hpp"
#include "kernels/gather.hpp"
#include "kernels/learning.hpp"
#include "kernels/neuron_scan.hpp"
#include "kernels/pool.hpp"
#include "kernels/product.hpp"
#include "kernels/random_spikes.hpp"
#include "kernels/reduce.hpp"
#include "kernels/rows.hpp"
#include "kernels/sparse_product.hpp"

namespace nengine::test {

using namespace engine;
namespace {

/// Where the members lie that fields() names.
template <class Args>
std::set<const void*> named_members(const Args& args) {
    std::set<const void*> members;
    std::apply(
        [&](const auto&... field) { (members.insert(&(args.*field.member)), ...); },
        args.fields());
    return members;
}

template <class Args>
class KernelArgs : public ::testing::Test {};

template <template <class> class... Args>
using BothForms = ::testing::Types<Args<Planned>..., Args<Bound<float>>...>;
using All = BothForms<FillArgs, CopyArgs, MultiplyArgs, TimeArgs, SumProductArgs,
                      IndexedSumArgs, SparseProductArgs, SparseGradientArgs,
                      LearningRowsArgs, ChangeWeightsArgs, ChangeAndMultiplyArgs,
                      MoveRowArgs, AveragePoolArgs, StochasticSpikesArgs,
                      PoissonSpikesArgs, RandomArgs, FilterScanArgs, FilterBackwardArgs,
                      ProductArgs, ConvArgs, MaxPoolArgs, MaxPoolBackwardArgs,
                      NeuronScanArgs, NeuronRateArgs, NeuronRateBackwardArgs>;
TYPED_TEST_SUITE(KernelArgs, All);

TYPED_TEST(KernelArgs, NameEachMemberOnce) {
    EXPECT_EQ(n_fields<TypeParam>, n_members<TypeParam>);
    EXPECT_EQ(named_members(TypeParam{}).size(), n_members<TypeParam>);
}

template <class Ref>
struct ForgetfulArgs {
    typename Ref::Read src;
    typename Ref::Write dst;
    bool forgotten;

    constexpr auto fields() const {
        return std::tuple{reads(&ForgetfulArgs::src), writes(&ForgetfulArgs::dst)};
    }
};

TEST(KernelArgs, ThatForgetAMemberAreFound) {
    EXPECT_EQ(n_members<ForgetfulArgs<Planned>>, 3u);
    EXPECT_EQ(n_fields<ForgetfulArgs<Planned>>, 2u);
}

/// A buffer of float64.
constexpr BufferId wide = 8;

/// Buffer b begins at element 100 b of a memory; one with an odd number is a history.
class TestContext : public BindContext {
public:
    TestContext() : memory_(1000) {}

    const Device& device() const override { return device_; }
    AnyBlock block(const Operand& operand) const override {
        const bool history = operand.buffer.value % 2 == 1;
        return {.dtype = operand.buffer == wide ? DType::float64 : DType::float32,
                .data = const_cast<float*>(at(operand.buffer)) + operand.offset,
                .steps = history ? 7 : 1,
                .batch = history ? 5 : 1,
                .rows = operand.rows,
                .cols = operand.cols,
                .time_stride = history ? 50 : 0,
                .batch_stride = history ? 10 : 0,
                .row_stride = operand.row_stride,
                .col_stride = operand.col_stride};
    }
    Index* table(TableId id) const override { return &tables_[id.value]; }
    double dt() const override { return 0.125; }
    Index first_step() const override { return 11; }
    Index steps() const override { return 7; }
    Index valid_items() const override { return 4; }
    Index* step_counter() const override { return &tables_[3]; }
    const RandomOrigin* origin() const override { return nullptr; }
    const void* prepared_filter(const void*, Index) const override { return nullptr; }

    const float* at(BufferId buffer) const {
        return memory_.data() + 100 * buffer.value;
    }

private:
    Device device_ = Device::cpu(1);
    std::vector<float> memory_;
    mutable Index tables_[4] = {};
};

TEST(BindArgs, WhatIsReadHasTheStepsAndItemsOfWhatIsWritten) {
    const TestContext context;
    const auto bound = bind_args<float>(
        CopyArgs<Planned>{{.buffer = 2, .offset = 3, .cols = 4}, {.buffer = 1}, true},
        context);

    EXPECT_EQ(bound.src.data, context.at(2) + 3);
    EXPECT_EQ(bound.src.steps, 7);
    EXPECT_EQ(bound.src.batch, 5);
    EXPECT_EQ(bound.src.cols, 4);
    EXPECT_EQ(bound.src.time_stride, 0);
    EXPECT_EQ(bound.src.batch_stride, 0);
    EXPECT_EQ(bound.dst.time_stride, 50);
    EXPECT_EQ(bound.dst.batch_stride, 10);
    EXPECT_TRUE(bound.accumulate);
}

TEST(BindArgs, StepsAreTheMembersOfAGroup) {
    const TestContext context;
    const Operand matrix{.buffer = 1, .rows = 2, .count = 3, .group_stride = 6};
    const Operand row{.buffer = 2, .count = 3, .group_stride = 2};
    const auto bound = bind_args<float>(
        ChangeWeightsArgs<Planned>{row, row, {}, {}, matrix, false}, context);

    EXPECT_EQ(bound.out.steps, 3);
    EXPECT_EQ(bound.out.time_stride, 6);
    EXPECT_EQ(bound.row.steps, 3);
    EXPECT_EQ(bound.row.batch, 5);
    EXPECT_EQ(bound.row.time_stride, 2);
    EXPECT_EQ(bound.decay.data, nullptr);
}

TEST(BindArgs, TablesAndTheContextAreAddressesAndNumbers) {
    const TestContext context;
    const SparseProductArgs<Planned> product{.x = {.buffer = 1},
                                             .y = {.buffer = 3},
                                             .values = {.buffer = 2, .offset = 9},
                                             .offsets = 1,
                                             .columns = 2,
                                             .order = no_table,
                                             .accumulate = false};
    const auto sparse = bind_args<float>(product, context);
    EXPECT_EQ(sparse.values, context.at(2) + 9);
    EXPECT_EQ(sparse.columns, sparse.offsets + 1);
    EXPECT_EQ(sparse.order, nullptr);

    const auto clock =
        bind_args<double>(TimeArgs<Planned>{{}, {}, {.buffer = 2}}, context);
    EXPECT_EQ(clock.first_step, 11);
    EXPECT_EQ(clock.dt, 0.125);

    const Operand x{.buffer = 2};
    const auto move =
        bind_args<float>(MoveRowArgs<Planned>{RowMove::store, x, x, -1, true}, context);
    EXPECT_EQ(move.kind, RowMove::store);
    EXPECT_EQ(move.shift, -1);
    EXPECT_EQ(move.step, context.step_counter());
}

TEST(KernelCall, SaysWhatItReadsAndWrites) {
    const auto used = [](const KernelCall& call) {
        std::string text;
        call.for_each_operand([&](const Operand& operand, FieldAccess access) {
            text += std::to_string(operand.buffer.value);
            text += access == FieldAccess::read    ? 'r'
                    : access == FieldAccess::write ? 'w'
                                                   : 'a';
        });
        return text;
    };
    const Operand a{.buffer = 1}, b{.buffer = 2};
    EXPECT_EQ(used(CopyArgs<Planned>{a, b, false}), "1r2w");
    EXPECT_EQ(used(CopyArgs<Planned>{a, b, true}), "1r2a");
    EXPECT_EQ(used(SumProductArgs<Planned>{a, {}, b, false}), "1r2w");
    EXPECT_EQ(used(MoveRowArgs<Planned>{RowMove::load, a, b, 0, false}), "1r2w");
    EXPECT_EQ(used(MoveRowArgs<Planned>{RowMove::store, a, b, 0, true}), "1a2r");
}

TEST(KernelCall, IsAValueAndKnowsItsArguments) {
    KernelCall call = FillArgs<Planned>{{.buffer = 1, .cols = 2}, 3.0};
    const KernelCall copy = call;
    call.as<FillArgs>()->dst.cols = 5;

    EXPECT_EQ(copy.as<FillArgs>()->dst.cols, 2);
    EXPECT_EQ(copy.as<FillArgs>()->value, 3.0);
    EXPECT_EQ(copy.as<CopyArgs>(), nullptr);
    EXPECT_FALSE(copy.draws());
    EXPECT_TRUE(KernelCall(PoissonSpikesArgs<Planned>{}).draws());
    EXPECT_TRUE(KernelCall(RandomArgs<Planned>{}).draws());
}

TEST(KernelCall, BoundCallsItsKernel) {
    const TestContext context;
    const KernelCall call = FillArgs<Planned>{{.buffer = 2, .offset = 1, .cols = 2}, 3};
    call.bind(context)();

    EXPECT_EQ(context.at(2)[0], 0.0F);
    EXPECT_EQ(context.at(2)[1], 3.0F);
    EXPECT_EQ(context.at(2)[2], 3.0F);
    EXPECT_EQ(context.at(2)[3], 0.0F);
}

TEST(KernelCall, IsOfTheDtypeOfItsOperands) {
    const TestContext context;
    const KernelCall call = FillArgs<Planned>{{.buffer = wide, .cols = 2}, 0.1};
    call.bind(context)();

    double numbers[3];
    std::memcpy(numbers, context.at(wide), sizeof numbers);
    EXPECT_EQ(numbers[0], 0.1);
    EXPECT_EQ(numbers[1], 0.1);
    EXPECT_EQ(numbers[2], 0.0);
}

}  // namespace
}  // namespace nengine::test
