#include "kernels/gather.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>

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
        select_items<std::decay_t<decltype(exec)>, float, float>(
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

/// One step of a data set with some of its numbers, of which some are as large as they
/// can be.
template <class Stored>
std::vector<Stored> stored_numbers(Index n) {
    using Limits = std::numeric_limits<Stored>;
    std::vector<Stored> numbers;
    for (const double value : uniform<double>(n, -1, 1, 1)) {
        const double scaled =
            Limits::is_integer ? value * static_cast<double>(Limits::max()) : value;
        numbers.push_back(static_cast<Stored>(
            std::max(scaled, static_cast<double>(Limits::lowest()))));
    }
    numbers.front() = Limits::is_integer ? Limits::max() : Stored(1) / 3;
    numbers.back() = Limits::is_integer ? Limits::lowest() : Stored(-1) / 3;
    return numbers;
}

/// Of one size and stride of the columns; all the numbers exactly.
template <class Stored, class Real>
void expect_converted(const Device& device, Index cols, Index apart) {
    constexpr Index n_items = 5, batch = 3;
    const std::vector<Index> items{4, 0, 4};
    const auto src = stored_numbers<Stored>(n_items * cols);
    const auto upload = [&](const auto& values) {
        Buffer buffer = device.allocate(values.size() * sizeof values[0], "test");
        device.upload(buffer.data(), values.data(), buffer.bytes());
        return buffer;
    };
    const Buffer from = upload(src), index = upload(items);
    for (const double scale : {1.0, 1.0 / 255, -3.0}) {
        std::vector<Real> got(static_cast<std::size_t>(batch * cols * apart), Real(7));
        const Buffer to = upload(got);
        const Block<const Stored> data{
            from.as<Stored>(), 1, n_items, 1, cols, 0, cols, 0, 1};
        const Block<Real> target{to.as<Real>(), 1, batch, 1, cols, 0,
                                 cols * apart,  0, apart};
        device.run([&](const auto& exec) {
            select_items<std::decay_t<decltype(exec)>, Stored, Real>(
                exec, data, index.as<Index>(), target, scale);
        });
        device.download(got.data(), to.data(), to.bytes());
        for (Index i = 0; i < batch * cols; ++i) {
            const Stored given = src[static_cast<std::size_t>(
                items[static_cast<std::size_t>(i / cols)] * cols + i % cols)];
            const Real want = static_cast<Real>(scale * static_cast<double>(given));
            ASSERT_EQ(got[static_cast<std::size_t>(i * apart)], want)
                << "scale " << scale << ", element " << i << " of " << cols;
        }
    }
}

TEST_P(Gather, ConvertsWhatItSelects) {
    const auto expect_of = [&]<class Stored>(Stored) {
        for (const Index cols : {1, 29, 784}) {
            for (const Index apart : {1, 2}) {
                expect_converted<Stored, float>(device(), cols, apart);
                expect_converted<Stored, double>(device(), cols, apart);
            }
        }
    };
    expect_of(float{});
    expect_of(double{});
    expect_of(std::int32_t{});
    expect_of(std::uint8_t{});
}

INSTANTIATE_TEST_SUITE_P(Devices, Gather, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
