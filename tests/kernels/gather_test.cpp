#include "kernels/gather.hpp"

#include <gtest/gtest.h>

#include "tests/support/blocks.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

class Gather : public OnEachDevice {};

TEST_P(Gather, SumsTheNamedSourcesInTheirOrder) {
    constexpr Index steps = 3, batch = 5, n_from = 11, n_to = 4;
    const std::vector<Index> offsets{0, 2, 2, 5, 6}, sources{10, 0, 3, 3, 1, 7};
    const auto src = uniform<float>(steps * batch * n_from, -1, 1, 1);
    const auto before = uniform<float>(steps * batch * n_to, -1, 1, 2);
    const Buffer from = upload(src), first = upload(offsets), which = upload(sources);
    for (const bool accumulate : {false, true}) {
        const Buffer to = upload(before);
        const IndexedSumArgs<Bound<float>> args{
            dense<const float>(from.as<float>(), steps, batch, 1, n_from),
            dense(to.as<float>(), steps, batch, 1, n_to), first.as<Index>(),
            which.as<Index>(), accumulate};
        device().run([&](const auto& exec) { indexed_sum(exec, args); });
        const auto got = download<float>(to);
        for (Index row = 0; row < steps * batch; ++row) {
            for (Index j = 0; j < n_to; ++j) {
                const auto at = static_cast<std::size_t>(row * n_to + j);
                float want = accumulate ? before[at] : 0.0F;
                for (Index p = offsets[static_cast<std::size_t>(j)];
                     p < offsets[static_cast<std::size_t>(j) + 1]; ++p) {
                    want += src[static_cast<std::size_t>(
                        row * n_from + sources[static_cast<std::size_t>(p)])];
                }
                ASSERT_EQ(got[at], want) << "row " << row << " element " << j;
            }
        }
    }
}

TEST_P(Gather, SelectsRowsByATable) {
    constexpr Index steps = 6, batch = 5, rows = 2, cols = 33,
                    row = batch * rows * cols;
    const std::vector<Index> table{5, 0, 0, 3};
    const auto src = uniform<double>(steps * row, -1, 1, 1);
    const Buffer from = upload(src), index = upload(table);
    const Buffer to = upload(std::vector<double>(4 * row, 0.0));
    device().run([&](const auto& exec) {
        select_rows<std::decay_t<decltype(exec)>, double>(
            exec, dense<const double>(from.as<double>(), steps, batch, rows, cols),
            index.as<Index>(), dense(to.as<double>(), 4, batch, rows, cols));
    });
    const auto got = download<double>(to);
    for (std::size_t i = 0; i < got.size(); ++i) {
        const auto s = i / row, rest = i % row;
        ASSERT_EQ(got[i], src[static_cast<std::size_t>(table[s]) * row + rest]);
    }
}

TEST_P(Gather, SelectsItemsOfADataSet) {
    constexpr Index steps = 2, n_items = 7, batch = 3, cols = 29;
    const std::vector<Index> items{6, 2, 2};
    const auto src = uniform<float>(steps * n_items * cols, -1, 1, 1);
    const Buffer from = upload(src), index = upload(items);
    const Buffer to = upload(std::vector<float>(steps * batch * cols, 0.0F));
    // a data set lies item by item: the steps of an item are neighbours
    const Block<const float> data{from.as<float>(), steps, n_items, 1, cols, cols,
                                  steps * cols,     0,     1};
    device().run([&](const auto& exec) {
        select_items<std::decay_t<decltype(exec)>, float>(
            exec, data, index.as<Index>(),
            dense(to.as<float>(), steps, batch, 1, cols));
    });
    const auto got = download<float>(to);
    for (Index t = 0; t < steps; ++t) {
        for (Index b = 0; b < batch; ++b) {
            for (Index c = 0; c < cols; ++c) {
                const Index item = items[static_cast<std::size_t>(b)];
                ASSERT_EQ(got[static_cast<std::size_t>((t * batch + b) * cols + c)],
                          src[static_cast<std::size_t>((item * steps + t) * cols + c)]);
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, Gather, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
