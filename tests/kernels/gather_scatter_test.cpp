#include "kernels/gather_scatter.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t at(Index i) {
    return static_cast<std::size_t>(i);
}

/// x is [steps, batch, outer, n, inner], the index [steps, batch, k], y [steps, batch,
/// outer, k, inner].
struct Extents5 {
    Index steps, batch, outer, n, k, inner;
    /// Strides of 0 over steps and batch: x is less wide than y.
    bool shared_x = false, shared_index = false;

    Index rows() const { return steps * batch; }
    Index x_row() const { return outer * n * inner; }
    Index y_row() const { return outer * k * inner; }
    Index x_rows() const { return shared_x ? 1 : rows(); }
    Index index_rows() const { return shared_index ? 1 : rows(); }
};

/// What a number of the index means; -1: nothing.
Index element_of(double number, Index n) {
    const double whole = std::nearbyint(number);
    const double k = whole < 0 ? whole + static_cast<double>(n) : whole;
    return k >= 0 && k < static_cast<double>(n) ? static_cast<Index>(k) : -1;
}

class GatherScatter : public OnEachDevice {
protected:
    /// Calls visit(element of x or -1, element of y) for all of y.
    template <class Real, class Visit>
    static void for_each_pair(const Extents5& e, const std::vector<Real>& index,
                              const Visit& visit) {
        Index y = 0;
        for (Index row = 0; row < e.rows(); ++row) {
            for (Index o = 0; o < e.outer; ++o) {
                for (Index k = 0; k < e.k; ++k) {
                    const Index number = (e.shared_index ? 0 : row) * e.k + k;
                    const Index element = element_of(index[at(number)], e.n);
                    for (Index i = 0; i < e.inner; ++i, ++y) {
                        const Index from = ((e.shared_x ? 0 : row) * e.outer + o) * e.n;
                        visit(element < 0 ? -1 : (from + element) * e.inner + i, y);
                    }
                }
            }
        }
    }

    /// A view along y's axes [.., outer, k, inner].
    template <class Real>
    static View<Real> view(Real* data, const Extents5& e, bool shared, Index row,
                           std::array<Axis, 3> axes) {
        View<Real> result{
            data, {e.steps, shared ? 0 : e.batch * row}, {e.batch, shared ? 0 : row}};
        std::copy(axes.begin(), axes.end(), result.item.begin() + 2);
        return result;
    }
    template <class Real>
    static View<Real> view_of_y(Real* data, const Extents5& e) {
        return view(data, e, false, e.y_row(),
                    {{{e.outer, e.k * e.inner}, {e.k, e.inner}, {e.inner, 1}}});
    }
    template <class Real>
    static View<Real> view_of_x(Real* data, const Extents5& e) {
        return view(data, e, e.shared_x, e.x_row(),
                    {{{e.outer, e.n * e.inner}, {e.k, 0}, {e.inner, 1}}});
    }
    template <class Real>
    static View<Real> view_of_index(Real* data, const Extents5& e) {
        return view(data, e, e.shared_index, e.k,
                    {{{e.outer, 0}, {e.k, 1}, {e.inner, 0}}});
    }
    /// What is added up has an extent of 1.
    template <class Real>
    static View<Real> view_of_dx(Real* data, const Extents5& e) {
        View<Real> result = view_of_x(data, e);
        result.item[3].extent = 1;
        if (e.shared_x) {
            result.steps.extent = result.batch.extent = 1;
        }
        return result;
    }

    template <class Real>
    static std::vector<Real> numbers_for(const Extents5& e) {
        auto index = uniform<Real>(e.index_rows() * e.k, -double(e.n) - 0.4,
                                   double(e.n) - 0.6, 2);
        if (index.size() > 3) {
            index[1] = static_cast<Real>(nan);
            index[3] = static_cast<Real>(e.n);
        }
        return index;
    }

    template <class Real>
    void expect_gathered(const Extents5& e) {
        const auto x = uniform<Real>(e.x_rows() * e.x_row(), -1, 1, 1);
        const auto index = numbers_for<Real>(e);
        const auto before = uniform<Real>(e.rows() * e.y_row(), -1, 1, 3);
        const Buffer from = upload(x), numbers = upload(index);
        for (const bool accumulate : {false, true}) {
            const Buffer to = upload(before);
            device().run([&](const auto& exec) {
                gather(exec, GatherArgs<Bound<Real>>{
                                 view_of_x(from.as<const Real>(), e),
                                 view_of_index(numbers.as<const Real>(), e),
                                 view_of_y(to.as<Real>(), e),
                                 {e.n, e.inner},
                                 accumulate});
            });
            const auto got = download<Real>(to);
            for_each_pair(e, index, [&](Index element, Index i) {
                const Real value =
                    element < 0 ? static_cast<Real>(nan) : x[at(element)];
                const Real want = accumulate ? before[at(i)] + value : value;
                ASSERT_TRUE(got[at(i)] == want ||
                            (std::isnan(want) && std::isnan(got[at(i)])))
                    << "at " << i << ": " << got[at(i)] << ", not " << want;
            });
        }
    }

    /// To the bit: sums have one order.
    template <class Real>
    void expect_scattered(const Extents5& e) {
        const auto dy = uniform<Real>(e.rows() * e.y_row(), -1, 1, 1);
        const auto index = numbers_for<Real>(e);
        const auto before = uniform<Real>(e.x_rows() * e.x_row(), -1, 1, 3);
        const Buffer from = upload(dy), numbers = upload(index);
        for (const bool accumulate : {false, true}) {
            const Buffer to = upload(before);
            device().run([&](const auto& exec) {
                scatter_add(exec, ScatterAddArgs<Bound<Real>>{
                                      view_of_y(from.as<const Real>(), e),
                                      view_of_index(numbers.as<const Real>(), e),
                                      view_of_dx(to.as<Real>(), e),
                                      {e.n, e.inner},
                                      accumulate});
            });
            auto want = accumulate ? before : std::vector<Real>(before.size(), Real(0));
            for_each_pair(e, index, [&](Index element, Index i) {
                if (element >= 0) {
                    want[at(element)] += dy[at(i)];
                }
            });
            ASSERT_EQ(download<Real>(to), want) << "accumulate " << accumulate;
        }
    }
};

/// Rows, numbers and blocks of them, in odd sizes.
const std::vector<Extents5>& all_extents() {
    static const std::vector<Extents5> extents = [] {
        std::vector<Extents5> all;
        for (const bool shared_x : {false, true}) {
            for (const bool shared_index : {false, true}) {
                for (Extents5 e : {Extents5{3, 5, 1, 7, 4, 67},
                                   {2, 3, 4, 5, 9, 1},
                                   {1, 1, 1, 11, 300, 1},
                                   {2, 2, 3, 1, 2, 5},
                                   {1, 4, 37, 6, 1, 1},
                                   {1, 2, 1, 700, 3, 19},
                                   {4, 1, 2, 3, 0, 5},
                                   {0, 3, 2, 4, 5, 2},
                                   {1, 1, 1, 5, 2100, 3}}) {
                    e.shared_x = shared_x;
                    e.shared_index = shared_index;
                    all.push_back(e);
                }
            }
        }
        return all;
    }();
    return extents;
}

std::string name_of(const Extents5& e) {
    std::string name;
    for (const Index n : {e.steps, e.batch, e.outer, e.n, e.k, e.inner}) {
        name += std::to_string(n) + ' ';
    }
    return name + (e.shared_x ? "one x " : "") + (e.shared_index ? "one index" : "");
}

TEST_P(GatherScatter, GathersAlongAnyAxis) {
    for (const Extents5& e : all_extents()) {
        SCOPED_TRACE(name_of(e));
        expect_gathered<float>(e);
        expect_gathered<double>(e);
    }
}

TEST_P(GatherScatter, AddsWhatWasGatheredToWhereItWas) {
    for (const Extents5& e : all_extents()) {
        SCOPED_TRACE(name_of(e));
        expect_scattered<float>(e);
        expect_scattered<double>(e);
    }
}

/// Numbers that name no element, among memory that is not x's.
TEST_P(GatherScatter, TouchesNothingOutsideOfTheAxis) {
    const std::vector<double> numbers{nan,  infinity, -infinity, 1e300, -1e300,
                                      3,    2.6,      -4,        -3.6,  4294967296.0,
                                      1e18, -1e19};
    const auto k = static_cast<Index>(numbers.size());
    const std::vector<double> memory{7, 8, 1, 2, 3, 8, 7};
    for (const Index n : {3, 0}) {
        const Buffer x = upload(memory), index = upload(numbers),
                     y = upload(std::vector<double>(numbers.size(), 5.0));
        const Extents5 e{1, 1, 1, n, k, 1};
        device().run([&](const auto& exec) {
            gather(exec,
                   GatherArgs<Bound<double>>{view_of_x(x.as<const double>() + 2, e),
                                             view_of_index(index.as<const double>(), e),
                                             view_of_y(y.as<double>(), e),
                                             {n, 1},
                                             false});
            scatter_add(exec, ScatterAddArgs<Bound<double>>{
                                  view_of_index(index.as<const double>(), e),
                                  view_of_index(index.as<const double>(), e),
                                  view_of_dx(x.as<double>() + 2, e),
                                  {n, 1},
                                  true});
        });
        for (const double value : download<double>(y)) {
            EXPECT_TRUE(std::isnan(value));
        }
        EXPECT_EQ(download<double>(x), memory);
    }
}

TEST_P(GatherScatter, RoundsToTheNearestAndCountsFromTheEnd) {
    const std::vector<float> numbers{0, -0.4F, 0.5F, 1.5F, 2.4F, -1, -3, -2.6F};
    const Buffer x = upload(std::vector<float>{10, 11, 12}), index = upload(numbers),
                 y = upload(std::vector<float>(numbers.size(), 0));
    const Extents5 e{1, 1, 1, 3, static_cast<Index>(numbers.size()), 1};
    device().run([&](const auto& exec) {
        gather(exec, GatherArgs<Bound<float>>{view_of_x(x.as<const float>(), e),
                                              view_of_index(index.as<const float>(), e),
                                              view_of_y(y.as<float>(), e),
                                              {3, 1},
                                              false});
    });
    EXPECT_EQ(download<float>(y), (std::vector<float>{10, 10, 10, 12, 12, 12, 10, 10}));
}

/// x [3, 4] reversed in both axes, y with gaps.
TEST_P(GatherScatter, TakesAnyStrides) {
    std::vector<float> numbers(12);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        numbers[i] = static_cast<float>(i);
    }
    const Buffer x = upload(numbers), index = upload(std::vector<float>{1, 0, 9}),
                 y = upload(std::vector<float>(20, -1));
    View<const float> from{.data = x.as<const float>() + 11};
    View<const float> which{.data = index.as<const float>() + 1};
    View<float> to{.data = y.as<float>()};
    for (auto* item : {&from.item, &which.item, &to.item}) {
        (*item)[4].extent = 2;
        (*item)[5].extent = 4;
    }
    from.item[5].stride = -1;
    which.item[4].stride = -1;  // 0, 1
    to.item[4].stride = 10;
    to.item[5].stride = 2;
    device().run([&](const auto& exec) {
        gather(exec, GatherArgs<Bound<float>>{from, which, to, {3, -4}, false});
    });
    EXPECT_EQ(download<float>(y),
              (std::vector<float>{11, -1, 10, -1, 9, -1, 8, -1, -1, -1,  //
                                  7,  -1, 6,  -1, 5, -1, 4, -1, -1, -1}));
    // And back: twice what was gathered of the rows 0 and 1 of x, counted so.
    View<float> target{.data = x.as<float>() + 11};
    target.item[5] = {4, -1};
    View<const float> gathered{to.data, {}, {}, to.item};
    device().run([&](const auto& exec) {
        scatter_add(
            exec, ScatterAddArgs<Bound<float>>{gathered, which, target, {3, -4}, true});
    });
    EXPECT_EQ(download<float>(x),
              (std::vector<float>{0, 1, 2, 3, 8, 10, 12, 14, 16, 18, 20, 22}));
}

/// An axis that repeats one element has the sum of what all of it was.
TEST_P(GatherScatter, AddsUpWhatRepeatsAlongTheAxis) {
    const Extents5 e{1, 1, 1, 1000, 4, 1};
    const Buffer dy = upload(std::vector<float>{1, 2, 4, 8}),
                 index = upload(std::vector<float>{0, 999, 500, 1000}),
                 dx = upload(std::vector<float>{16, 32});
    for (const bool accumulate : {true, false}) {
        device().run([&](const auto& exec) {
            scatter_add(exec, ScatterAddArgs<Bound<float>>{
                                  view_of_y(dy.as<const float>(), e),
                                  view_of_index(index.as<const float>(), e),
                                  view_of_dx(dx.as<float>(), e),
                                  {1000, 0},
                                  accumulate});
        });
        EXPECT_EQ(download<float>(dx),
                  (std::vector<float>{accumulate ? 23.0F : 7.0F, 32}));
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, GatherScatter, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
