#include "kernels/pool.hpp"

#include <gtest/gtest.h>

#include <cmath>

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

/// The mean over each window, cell by cell.
std::vector<double> plain_pool(const Pool2DShape& s, const std::vector<double>& x) {
    std::vector<double> y;
    for (Index image = 0; image < s.images; ++image) {
        for (Index at = 0; at < s.out_h * s.out_w * s.channels; ++at) {
            const Index c = at % s.channels, col = at / s.channels % s.out_w;
            const Index row = at / (s.channels * s.out_w);
            double sum = 0;
            int cells = 0;
            for (Index i = 0; i < s.pool_h; ++i) {
                for (Index j = 0; j < s.pool_w; ++j) {
                    const Index h = row * s.stride_h - s.pad_top + i;
                    const Index w = col * s.stride_w - s.pad_left + j;
                    if (h >= 0 && h < s.in_h && w >= 0 && w < s.in_w) {
                        sum += x[static_cast<std::size_t>(
                            ((image * s.in_h + h) * s.in_w + w) * s.channels + c)];
                        ++cells;
                    }
                }
            }
            y.push_back(sum / cells);
        }
    }
    return y;
}

class AveragePool : public OnEachDevice {
protected:
    /// `size` numbers of some images, one after the other.
    template <class Real>
    static Block<Real> images(const Pool2DShape& s, Index size, const Buffer& buffer) {
        const Index cols = size / s.images;
        return {.data = buffer.as<Real>(),
                .batch = s.images,
                .cols = cols,
                .batch_stride = cols};
    }
    template <class Real>
    std::vector<Real> forward(const Pool2DShape& s, const std::vector<Real>& x,
                              bool accumulate) const {
        const Buffer in = upload(x);
        const Buffer out =
            upload(std::vector<Real>(static_cast<std::size_t>(out_size(s)), Real(1)));
        device().run([&](const auto& exec) {
            average_pool(exec,
                         AveragePoolArgs<Bound<Real>>{
                             LinearMap::forward, s, images<Real>(s, in_size(s), in),
                             images<Real>(s, out_size(s), out), accumulate});
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
            average_pool(
                exec, AveragePoolArgs<Bound<Real>>{
                          LinearMap::backward_data, s, images<Real>(s, in_size(s), out),
                          images<Real>(s, out_size(s), in), accumulate});
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

INSTANTIATE_TEST_SUITE_P(Devices, AveragePool, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
