#include "kernels/elementwise.hpp"

#include <gtest/gtest.h>

#include "kernels/base/launch_contract.hpp"
#include "tests/support/blocks.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

constexpr Index steps = 3, batch = 5, rows = 2, cols = 67;
constexpr Index total = steps * batch * rows * cols;

/// Calls visit(t, b, r, c, position in a dense block).
template <class Visit>
void for_each_element(const Visit& visit) {
    std::size_t at = 0;
    for (Index t = 0; t < steps; ++t) {
        for (Index b = 0; b < batch; ++b) {
            for (Index r = 0; r < rows; ++r) {
                for (Index c = 0; c < cols; ++c) {
                    visit(t, b, r, c, at++);
                }
            }
        }
    }
}

/// How an operand lies in its buffer, which has `total` numbers.
struct Layout {
    const char* name;
    Index time, batch, row, col;  ///< strides
    Index first;                  ///< of element 0
};

/// For reading: dense, broadcast over each extent, permuted, reversed.
const Layout readable[] = {
    {"dense", batch* rows* cols, rows* cols, cols, 1, 0},
    {"one number", 0, 0, 0, 0, 3},
    {"held over time", 0, rows* cols, cols, 1, 0},
    {"shared by the batch", rows* cols, 0, cols, 1, 0},
    {"one row", 0, 0, 0, 1, 5},
    {"one number per row", batch* rows, rows, 1, 0, 0},
    {"one number per item", 0, 1, 0, 0, 0},
    {"columns outermost", rows* batch, rows, 1, steps* rows* batch, 0},
    {"reversed", batch* rows* cols, rows* cols, cols, -1, cols - 1},
};
const Layout writable[] = {readable[0], readable[7], readable[8]};

template <class Real>
Block<Real> lay(Real* data, const Layout& l) {
    return {data + l.first, steps, batch, rows, cols, l.time, l.batch, l.row, l.col};
}

template <class Real>
Real read(const std::vector<Real>& values, const Layout& l, Index t, Index b, Index r,
          Index c) {
    const Index at = l.first + t * l.time + b * l.batch + r * l.row + c * l.col;
    return values[static_cast<std::size_t>(at)];
}

class Elementwise : public OnEachDevice {
protected:
    template <class Real>
    void multiply_in_every_layout() {
        const auto a = uniform<Real>(total, -1, 1, 1),
                   x = uniform<Real>(total, -1, 1, 2);
        const auto before = uniform<Real>(total, -1, 1, 3);
        const Buffer da = upload(a), dx = upload(x);
        for (const Layout& la : readable) {
            for (const Layout& lx : readable) {
                for (const Layout& ly : writable) {
                    for (const bool accumulate : {false, true}) {
                        const Buffer dy = upload(before);
                        device().run([&](const auto& exec) {
                            multiply(exec, MultiplyArgs<Bound<Real>>{
                                               lay<const Real>(da.as<Real>(), la),
                                               lay<const Real>(dx.as<Real>(), lx),
                                               lay(dy.as<Real>(), ly), accumulate});
                        });
                        const auto y = download<Real>(dy);
                        for_each_element([&](Index t, Index b, Index r, Index c, auto) {
                            const Real product =
                                read(a, la, t, b, r, c) * read(x, lx, t, b, r, c);
                            const Real old = read(before, ly, t, b, r, c);
                            ASSERT_EQ(read(y, ly, t, b, r, c),
                                      accumulate ? old + product : product)
                                << la.name << " times " << lx.name << " to " << ly.name;
                        });
                    }
                }
            }
        }
    }
};

TEST_P(Elementwise, MultipliesInEveryLayout) {
    multiply_in_every_layout<float>();
    multiply_in_every_layout<double>();
}

TEST_P(Elementwise, CopiesInEveryLayout) {
    const auto x = uniform<float>(total, -1, 1, 1),
               before = uniform<float>(total, -1, 1, 2);
    const Buffer dx = upload(x);
    for (const Layout& from : readable) {
        for (const Layout& to : writable) {
            for (const bool accumulate : {false, true}) {
                const Buffer dy = upload(before);
                device().run([&](const auto& exec) {
                    copy(exec,
                         CopyArgs<Bound<float>>{lay<const float>(dx.as<float>(), from),
                                                lay(dy.as<float>(), to), accumulate});
                });
                const auto y = download<float>(dy);
                for_each_element([&](Index t, Index b, Index r, Index c, auto) {
                    const float value = read(x, from, t, b, r, c);
                    const float old = read(before, to, t, b, r, c);
                    ASSERT_EQ(read(y, to, t, b, r, c), accumulate ? old + value : value)
                        << from.name << " to " << to.name;
                });
            }
        }
    }
}

TEST_P(Elementwise, WritesOnlyTheBlock) {
    const Buffer dy = upload(std::vector<float>(total, 1.0F));
    // every second column of the first step
    const Block<float> part{dy.as<float>(), 1,    batch, rows, cols / 2, 0,
                            rows * cols,    cols, 2};
    device().run([&](const auto& exec) {
        fill(exec, FillArgs<Bound<float>>{part, 4.0F});
    });
    const auto y = download<float>(dy);
    for_each_element([&](Index t, Index, Index, Index c, std::size_t at) {
        const bool inside = t == 0 && c % 2 == 0 && c / 2 < cols / 2;
        ASSERT_EQ(y[at], inside ? 4.0F : 1.0F);
    });
}

TEST_P(Elementwise, HandlesManyThreadsWorthOfElements) {
    constexpr Index many = 100003;
    const auto x = uniform<float>(many, -1, 1, 1);
    const Buffer dx = upload(x), dy = upload(std::vector<float>(many, 0.0F));
    device().run([&](const auto& exec) {
        copy(exec,
             CopyArgs<Bound<float>>{dense<const float>(dx.as<float>(), 1, 1, 1, many),
                                    dense(dy.as<float>(), 1, 1, 1, many), false});
    });
    EXPECT_EQ(download<float>(dy), x);
}

TEST_P(Elementwise, EmptyBlocksAreLeftAlone) {
    const Buffer dy = upload(std::vector<float>(4, 1.0F));
    for (const Extents& e :
         {Extents{0, 1, 1, 4}, {1, 0, 1, 4}, {1, 1, 0, 4}, {1, 1, 1, 0}}) {
        device().run([&](const auto& exec) {
            fill(exec,
                 FillArgs<Bound<float>>{
                     dense(dy.as<float>(), e.steps, e.batch, e.rows, e.cols), 2.0F});
        });
    }
    EXPECT_EQ(download<float>(dy), std::vector<float>(4, 1.0F));
}

TEST_P(Elementwise, TheClockIsExactFarFromZero) {
    constexpr Index first = 123456789;
    const Buffer time = upload(std::vector<double>(steps * batch, 0.0));
    const Buffer single = upload(std::vector<float>(steps, 0.0F));
    device().run([&](const auto& exec) {
        write_time(exec,
                   TimeArgs<Bound<double>>{
                       first, 0.001, dense(time.as<double>(), steps, batch, 1, 1)});
        write_time(exec, TimeArgs<Bound<float>>{
                             first, 0.001, dense(single.as<float>(), steps, 1, 1, 1)});
    });
    const auto got = download<double>(time);
    const auto got_single = download<float>(single);
    for (Index t = 0; t < steps; ++t) {
        const double want = static_cast<double>(first + t) * 0.001;
        EXPECT_EQ(got_single[static_cast<std::size_t>(t)], static_cast<float>(want));
        for (Index b = 0; b < batch; ++b) {
            EXPECT_EQ(got[static_cast<std::size_t>(t * batch + b)], want);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, Elementwise, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
