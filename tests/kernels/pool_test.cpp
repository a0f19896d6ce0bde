#include "kernels/pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/reference/naive_convolution.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

/// Odd sizes, overlapping and spaced windows, and both kinds of padding.
const Pool2DShape shapes[] = {
    {5, 8, 6, 3, 4, 3, 2, 2, 2, 2, 0, 0},     // plain
    {1, 7, 9, 17, 4, 5, 2, 2, 2, 2, 0, 0},    // "same": the last window is cut
    {2, 7, 7, 5, 3, 3, 3, 3, 2, 2, 0, 0},     // overlapping
    {2, 5, 6, 1, 5, 6, 3, 3, 1, 1, 1, 1},     // "same", stride 1, padded on all sides
    {1, 9, 10, 4, 3, 3, 2, 1, 3, 4, 0, 0},    // spaced: some cells in no window
    {1, 1, 13, 257, 1, 4, 1, 4, 1, 3, 0, 0},  // one-dimensional
};

Index in_size(const Pool2DShape& s) {
    return s.images * s.in_h * s.in_w * s.channels;
}
Index out_size(const Pool2DShape& s) {
    return s.images * s.out_h * s.out_w * s.channels;
}

/// Calls `visit(cells)` with the elements of x in each window, image by image.
template <class Visit>
void for_each_window(const Pool2DShape& s, const Visit& visit) {
    for (Index image = 0; image < s.images; ++image) {
        const auto first = static_cast<std::size_t>(image * in_size(s) / s.images);
        reference::for_each_window(s, [&](std::vector<std::size_t> cells) {
            std::ranges::for_each(cells, [&](std::size_t& cell) { cell += first; });
            visit(cells);
        });
    }
}

std::vector<double> plain_pool(const Pool2DShape& s, const std::vector<double>& x) {
    std::vector<double> y;
    for_each_window(s, [&](const std::vector<std::size_t>& cells) {
        double sum = 0;
        for (const std::size_t cell : cells) {
            sum += x[cell];
        }
        y.push_back(sum / static_cast<double>(cells.size()));
    });
    return y;
}

/// Of the largest in each window, where it is: the first of equal ones.
std::vector<std::size_t> largest_cells(const Pool2DShape& s,
                                       const std::vector<float>& x) {
    std::vector<std::size_t> at;
    for_each_window(s, [&](const std::vector<std::size_t>& cells) {
        at.push_back(*std::ranges::max_element(
            cells, [&](std::size_t a, std::size_t b) { return x[a] < x[b]; }));
    });
    return at;
}

/// `size` numbers of some images, one after the other.
template <class Real>
Block<Real> images_in(const Pool2DShape& s, Index size, const Buffer& buffer) {
    const Index cols = size / s.images;
    return {.data = buffer.as<Real>(),
            .batch = s.images,
            .cols = cols,
            .batch_stride = cols};
}

class AveragePool : public OnEachDevice {
protected:
    template <class Real>
    std::vector<Real> forward(const Pool2DShape& s, const std::vector<Real>& x,
                              bool accumulate) const {
        const Buffer in = upload(x);
        const Buffer out =
            upload(std::vector<Real>(static_cast<std::size_t>(out_size(s)), Real(1)));
        device().run([&](const auto& exec) {
            average_pool(exec,
                         AveragePoolArgs<Bound<Real>>{
                             LinearMap::forward, s, images_in<Real>(s, in_size(s), in),
                             images_in<Real>(s, out_size(s), out), accumulate});
        });
        return download<Real>(out);
    }
    template <class Real>
    std::vector<Real> backward(const Pool2DShape& s, const std::vector<Real>& dy,
                               bool accumulate) const {
        const Buffer in = upload(dy);
        const Buffer out =
            upload(std::vector<Real>(static_cast<std::size_t>(in_size(s)), Real(1)));
        device().run([&](const auto& exec) {
            average_pool(exec, AveragePoolArgs<Bound<Real>>{
                                   LinearMap::backward_data, s,
                                   images_in<Real>(s, in_size(s), out),
                                   images_in<Real>(s, out_size(s), in), accumulate});
        });
        return download<Real>(out);
    }
};

TEST_P(AveragePool, IsTheMeanOverTheCellsInsideTheImage) {
    for (const Pool2DShape& s : shapes) {
        const auto x = uniform<float>(in_size(s), -1, 1, 1);
        const auto want = plain_pool(s, {x.begin(), x.end()});
        const auto got = forward(s, x, false), added = forward(s, x, true);
        for (std::size_t i = 0; i < want.size(); ++i) {
            ASSERT_NEAR(got[i], want[i], 1e-6);
            ASSERT_NEAR(added[i], 1 + want[i], 1e-6);
        }
    }
}

TEST_P(AveragePool, BackwardIsTheAdjointOfForward) {
    for (const Pool2DShape& s : shapes) {
        const auto x = uniform<double>(in_size(s), -1, 1, 1);
        const auto dy = uniform<double>(out_size(s), -1, 1, 2);
        const auto y = forward(s, x, false), dx = backward(s, dy, false);
        const auto added = backward(s, dy, true);
        double want = 0, got = 0;
        for (std::size_t i = 0; i < dy.size(); ++i) {
            want += dy[i] * y[i];
        }
        for (std::size_t i = 0; i < x.size(); ++i) {
            got += dx[i] * x[i];
            ASSERT_EQ(added[i], 1 + dx[i]);
        }
        EXPECT_NEAR(got, want, 1e-10 * (1 + std::fabs(want)));
    }
}

class MaxPool : public OnEachDevice {
protected:
    std::vector<float> forward(const Pool2DShape& s, const std::vector<float>& x,
                               bool accumulate) const {
        const Buffer in = upload(x);
        const Buffer out =
            upload(std::vector<float>(static_cast<std::size_t>(out_size(s)), 1.0f));
        device().run([&](const auto& exec) {
            max_pool(exec, MaxPoolArgs<Bound<float>>{
                               s, images_in<float>(s, in_size(s), in),
                               images_in<float>(s, out_size(s), out), accumulate});
        });
        return download<float>(out);
    }
    std::vector<float> backward(const Pool2DShape& s, const std::vector<float>& x,
                                const std::vector<float>& dy, bool accumulate) const {
        const Buffer in = upload(x), gradient = upload(dy);
        const Buffer out =
            upload(std::vector<float>(static_cast<std::size_t>(in_size(s)), 1.0f));
        device().run([&](const auto& exec) {
            max_pool_backward(exec,
                              MaxPoolBackwardArgs<Bound<float>>{
                                  s, images_in<float>(s, in_size(s), in),
                                  images_in<float>(s, out_size(s), gradient),
                                  images_in<float>(s, in_size(s), out), accumulate});
        });
        return download<float>(out);
    }
};

TEST_P(MaxPool, IsTheLargestOfTheCellsInsideTheImage) {
    for (const Pool2DShape& s : shapes) {
        const auto x = uniform<float>(in_size(s), -2, -1, 1);
        const auto at = largest_cells(s, x);
        const auto got = forward(s, x, false), added = forward(s, x, true);
        for (std::size_t i = 0; i < at.size(); ++i) {
            ASSERT_EQ(got[i], x[at[i]]);
            ASSERT_EQ(added[i], 1 + x[at[i]]);
        }
    }
}

TEST_P(MaxPool, TheFirstOfTheLargestGetsTheGradient) {
    for (const Pool2DShape& s : shapes) {
        auto x = uniform<float>(in_size(s), -2, 2, 1);
        std::ranges::for_each(x, [](float& value) { value = std::round(value); });
        const auto dy = uniform<float>(out_size(s), -1, 1, 2);
        const auto at = largest_cells(s, x);
        std::vector<double> want(x.size(), 0.0);
        for (std::size_t i = 0; i < at.size(); ++i) {
            want[at[i]] += dy[i];
        }
        const auto got = backward(s, x, dy, false), added = backward(s, x, dy, true);
        for (std::size_t i = 0; i < want.size(); ++i) {
            ASSERT_NEAR(got[i], want[i], 1e-6);
            ASSERT_NEAR(added[i], 1 + want[i], 1e-6);
        }
    }
}

TEST_P(MaxPool, WhatIsNoNumberStaysNone) {
    const Pool2DShape s{1, 2, 2, 1, 1, 1, 2, 2, 2, 2, 0, 0};
    const float none = std::nanf("");
    for (std::size_t at = 0; at < 4; ++at) {
        std::vector<float> x{1, 4, 2, 3};
        x[at] = none;
        EXPECT_TRUE(std::isnan(forward(s, x, false).front())) << at;
        EXPECT_EQ(backward(s, x, {5}, false)[at], 5) << at;
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, AveragePool, ::testing::ValuesIn(device_names()),
                         device_label);

INSTANTIATE_TEST_SUITE_P(Devices, MaxPool, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
