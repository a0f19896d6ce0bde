#include "kernels/rows.hpp"

#include <gtest/gtest.h>

#include "tests/support/blocks.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

constexpr Index steps = 4, batch = 5, cols = 67, width = batch * cols;

class Rows : public OnEachDevice {};

TEST_P(Rows, FollowTheStepCounterOnTheDevice) {
    const auto history = uniform<float>(steps * width, -1, 1, 1);
    const Buffer from = upload(history),
                 to = upload(std::vector<float>(steps * width, 0.0F));
    const Buffer row = upload(std::vector<float>(width, 0.0F));
    const Buffer step = upload(std::vector<Index>{0});
    const auto in = dense(from.as<float>(), steps, batch, 1, cols);
    const auto out = dense(to.as<float>(), steps, batch, 1, cols);
    const auto at = dense(row.as<float>(), 1, batch, 1, cols);
    for (Index t = 0; t + 1 < steps; ++t) {
        device().run([&](const auto& exec) {
            const auto move = [&](RowMove kind, Index shift, bool accumulate) {
                move_row(exec, MoveRowArgs<Bound<float>>{
                                   kind, kind == RowMove::load ? in : out, at, shift,
                                   accumulate, step.as<Index>()});
            };
            move(RowMove::load, 0, false);
            move(RowMove::load, 1, true);
            move(RowMove::store, 1, false);
            move(RowMove::store, 0, true);
            advance(exec, step.as<Index>(), 1, 1);
        });
    }

    EXPECT_EQ(download<Index>(step)[0], steps - 1);
    const auto got = download<float>(to);
    for (Index i = 0; i < width; ++i) {
        std::vector<float> want(steps, 0.0F);
        for (std::size_t t = 0; t + 1 < steps; ++t) {
            const auto k = static_cast<std::size_t>(i);
            const float sum = history[t * width + k] + history[(t + 1) * width + k];
            want[t + 1] = sum;
            want[t] += sum;
        }
        for (std::size_t t = 0; t < steps; ++t) {
            ASSERT_EQ(got[t * width + static_cast<std::size_t>(i)], want[t]);
        }
    }
}

TEST_P(Rows, HaveStridesOfTheirOwn) {
    const auto history = uniform<double>(steps * width, -1, 1, 1);
    const Buffer from = upload(history), step = upload(std::vector<Index>{2});
    const Buffer row = upload(std::vector<double>(2 * width, 9.0));
    // the row's columns are two apart
    const Block<double> at{row.as<double>(), 1, batch, 1, cols, 0, 2 * cols, 0, 2};
    device().run([&](const auto& exec) {
        move_row(exec,
                 MoveRowArgs<Bound<double>>{
                     RowMove::load, dense(from.as<double>(), steps, batch, 1, cols), at,
                     -1, false, step.as<Index>()});
    });
    const auto got = download<double>(row);
    for (std::size_t i = 0; i < width; ++i) {
        ASSERT_EQ(got[2 * i], history[width + i]);
        ASSERT_EQ(got[2 * i + 1], 9.0);
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, Rows, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
