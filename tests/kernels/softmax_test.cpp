#include "kernels/softmax.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

/// [rows, cols, n], of which one axis is that of the lines, in steps of a larger array.
struct Case {
    std::array<Index, 3> extent;
    int axis = 2;
    Index apart = 1;  ///< between neighbouring elements
};

/// A line of numbers, and where they are in the whole.
struct Lines {
    explicit Lines(const Case& c) {
        const auto along = static_cast<std::size_t>(c.axis);
        for (std::size_t k = along + 1; k < 3; ++k) {
            stride *= c.extent[k];
        }
        n = c.extent[along];
        count = c.extent[0] * c.extent[1] * c.extent[2] / std::max<Index>(n, 1);
    }
    std::size_t at(Index line, Index k) const {
        return static_cast<std::size_t>(line / stride * stride * n + line % stride +
                                        k * stride);
    }
    Index stride = 1, n, count;
};

class Softmax : public OnEachDevice {
protected:
    template <class Real>
    static View<Real> view(Real* data, const Case& c) {
        View<Real> result{.data = data};
        Index stride = c.apart;
        for (std::size_t k = 3; k-- > 0;) {
            result.item[k + 3] = {c.extent[k], stride};
            stride *= c.extent[k];
        }
        return result;
    }
    static Index size(const Case& c) { return c.extent[0] * c.extent[1] * c.extent[2]; }
    /// Numbers in steps, with others between them.
    template <class Real>
    Buffer spread(const Case& c, const std::vector<Real>& values) const {
        std::vector<Real> all(values.size() * static_cast<std::size_t>(c.apart), 77);
        for (std::size_t i = 0; i < values.size(); ++i) {
            all[i * static_cast<std::size_t>(c.apart)] = values[i];
        }
        return upload(all);
    }
    template <class Real>
    std::vector<Real> gathered(const Case& c, const Buffer& from) const {
        const auto all = download<Real>(from);
        std::vector<Real> values;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (i % static_cast<std::size_t>(c.apart) == 0) {
                values.push_back(all[i]);
            } else {
                EXPECT_EQ(all[i], 77) << "written between";
            }
        }
        return values;
    }

    template <class Real>
    std::vector<Real> softmax_of(const Case& c, const std::vector<Real>& x,
                                 bool logarithm) const {
        const Buffer from = spread(c, x),
                     to = spread(c, std::vector<Real>(x.size(), -5));
        device().run([&](const auto& exec) {
            softmax(exec, SoftmaxArgs<Bound<Real>>{view(from.as<const Real>(), c),
                                                   view(to.as<Real>(), c), c.axis + 3,
                                                   logarithm});
        });
        return gathered<Real>(c, to);
    }
    template <class Real>
    std::vector<Real> gradient_of(const Case& c, const std::vector<Real>& x,
                                  const std::vector<Real>& dy,
                                  const std::vector<Real>& before, bool logarithm,
                                  bool accumulate) const {
        const Buffer from = spread(c, x), slope = spread(c, dy), to = spread(c, before);
        device().run([&](const auto& exec) {
            softmax_gradient(
                exec,
                SoftmaxGradientArgs<Bound<Real>>{
                    view(from.as<const Real>(), c), view(slope.as<const Real>(), c),
                    view(to.as<Real>(), c), c.axis + 3, logarithm, accumulate});
        });
        return gathered<Real>(c, to);
    }

    template <class Real>
    void expect_values(const Case& c, double tolerance) const {
        const auto x = uniform<Real>(size(c), -9, 9, 1);
        const auto y = softmax_of(c, x, false), log_y = softmax_of(c, x, true);
        const Lines lines(c);
        for (Index i = 0; i < lines.count; ++i) {
            double sum = 0;
            for (Index k = 0; k < lines.n; ++k) {
                sum += std::exp(double(x[lines.at(i, k)]));
            }
            for (Index k = 0; k < lines.n; ++k) {
                const std::size_t at = lines.at(i, k);
                const double want = std::exp(double(x[at])) / sum;
                ASSERT_NEAR(y[at], want, tolerance * want) << "line " << i;
                ASSERT_NEAR(log_y[at], std::log(want),
                            tolerance * (1 + std::abs(std::log(want))))
                    << "line " << i;
            }
        }
    }
    template <class Real>
    void expect_gradients(const Case& c, double tolerance) const {
        const auto x = uniform<Real>(size(c), -3, 3, 1),
                   dy = uniform<Real>(size(c), -1, 1, 2),
                   before = uniform<Real>(size(c), -1, 1, 3);
        const Lines lines(c);
        for (int options = 0; options < 4; ++options) {
            const bool logarithm = options & 1, accumulate = options & 2;
            const auto dx = gradient_of(c, x, dy, before, logarithm, accumulate);
            for (Index i = 0; i < lines.count; ++i) {
                double sum = 0, slopes = 0;
                for (Index k = 0; k < lines.n; ++k) {
                    sum += std::exp(double(x[lines.at(i, k)]));
                }
                const auto p = [&](Index k) {
                    return std::exp(double(x[lines.at(i, k)])) / sum;
                };
                for (Index k = 0; k < lines.n; ++k) {
                    slopes += (logarithm ? 1 : p(k)) * dy[lines.at(i, k)];
                }
                for (Index k = 0; k < lines.n; ++k) {
                    const std::size_t at = lines.at(i, k);
                    const double slope =
                        logarithm ? dy[at] - p(k) * slopes : p(k) * (dy[at] - slopes);
                    ASSERT_NEAR(dx[at], slope + (accumulate ? before[at] : Real(0)),
                                tolerance)
                        << "line " << i << " options " << options;
                }
            }
        }
    }
};

/// Lines of every length that lanes may meet, dense ones and others.
std::vector<Case> cases() {
    std::vector<Case> result;
    for (const Index n : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 1000}) {
        result.push_back({{3, 7, n}});
        result.push_back({{2, n, 3}, 1});
        result.push_back({{n, 3, 5}, 0, 2});
    }
    result.push_back({{40, 41, 10}});
    result.push_back({{1, 1, 5003}});
    result.push_back({{3, 2, 7}, 2, 3});
    return result;
}

TEST_P(Softmax, IsAnExponentialsShare) {
    for (const Case& c : cases()) {
        SCOPED_TRACE(testing::Message()
                     << c.extent[0] << 'x' << c.extent[1] << 'x' << c.extent[2]
                     << " axis " << c.axis << " apart " << c.apart);
        expect_values<float>(c, 4e-6);
        expect_values<double>(c, 1e-13);
    }
}

TEST_P(Softmax, HasAGradient) {
    for (const Case& c : cases()) {
        SCOPED_TRACE(testing::Message()
                     << c.extent[0] << 'x' << c.extent[1] << 'x' << c.extent[2]
                     << " axis " << c.axis << " apart " << c.apart);
        expect_gradients<float>(c, 2e-5);
        expect_gradients<double>(c, 1e-12);
    }
}

TEST_P(Softmax, OfNothingIsNothing) {
    EXPECT_TRUE(softmax_of<float>({{0, 3, 4}}, {}, false).empty());
    EXPECT_TRUE(softmax_of<float>({{2, 3, 0}}, {}, true).empty());
    EXPECT_TRUE(gradient_of<float>({{2, 0, 4}}, {}, {}, {}, false, true).empty());
    EXPECT_TRUE(gradient_of<float>({{2, 3, 0}}, {}, {}, {}, true, false).empty());
}

TEST_P(Softmax, KeepsItsDigitsWhereExponentialsOverflow) {
    const std::vector<float> x = {1000, 999, -1000};
    const auto y = softmax_of<float>({{1, 1, 3}}, x, false),
               log_y = softmax_of<float>({{1, 1, 3}}, x, true);
    const double sum = 1 + std::exp(-1.0);
    EXPECT_NEAR(y[0], 1 / sum, 1e-6);
    EXPECT_NEAR(y[1], std::exp(-1.0) / sum, 1e-6);
    EXPECT_EQ(y[2], 0);
    EXPECT_NEAR(log_y[0], -std::log(sum), 1e-6);
    EXPECT_NEAR(log_y[2], -2000 - std::log(sum), 1e-3);
}

TEST_P(Softmax, HandsOnWhatIsNoNumber) {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN(),
                    infinity = std::numeric_limits<float>::infinity();
    for (const Index n : {3, 20}) {
        const auto line = [&](float first) {
            std::vector<float> x(static_cast<std::size_t>(n), 1.0F);
            x[static_cast<std::size_t>(n) - 2] = first;
            return x;
        };
        const Case c{{1, 1, n}};
        for (const bool logarithm : {false, true}) {
            for (const float bad : {nan, infinity}) {
                for (const float y : softmax_of(c, line(bad), logarithm)) {
                    EXPECT_TRUE(std::isnan(y)) << bad;
                }
            }
        }
        // -infinity is a number that never wins.
        const auto y = softmax_of(c, line(-infinity), false);
        EXPECT_EQ(y[static_cast<std::size_t>(n) - 2], 0);
        EXPECT_NEAR(y[0], 1.0 / double(n - 1), 1e-6);
    }
}

TEST_P(Softmax, IsTheSameForAnyNumberOfThreads) {
    if (device().is_cuda()) {
        GTEST_SKIP() << "threads are the host's";
    }
    const Case c{{60, 41, 37}};
    const auto x = uniform<float>(size(c), -3, 3, 1);
    const Buffer from = upload(x);
    const auto with = [&](int threads) {
        const Buffer to = upload(std::vector<float>(x.size()));
        Device::cpu(threads).run([&](const auto& exec) {
            softmax(exec, SoftmaxArgs<Bound<float>>{view(from.as<const float>(), c),
                                                    view(to.as<float>(), c), 5, false});
        });
        return download<float>(to);
    };
    EXPECT_EQ(with(1), with(3));
}

INSTANTIATE_TEST_SUITE_P(Devices, Softmax, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
