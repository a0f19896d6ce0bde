#include "api/simulator/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nengine::test {

namespace {

TEST(Progress, ShowsRateAndTheTimeThatIsLeft) {
    const ProgressBar bar(false, "epoch 1/10", 8000, "items");
    EXPECT_EQ(bar.line(2000, 2.0),
              "epoch 1/10 [======                  ] 2000/8000 items  1000 items/s  "
              "0:06 left");
    EXPECT_EQ(bar.line(8000, 4000.0),
              "epoch 1/10 [========================] 8000/8000 items  2 items/s");
}

TEST(Progress, WritesNothingWhenItIsNotShown) {
    ::testing::internal::CaptureStderr();
    {
        ProgressBar bar(false, "run", 10, "steps");
        bar.update(5);
        bar.finish("done");
    }
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(Progress, EndsItsLineWithTheResult) {
    ::testing::internal::CaptureStderr();
    {
        ProgressBar bar(true, "run", 10, "steps");
        bar.finish("loss 0.5");
    }
    const std::string text = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(text, ::testing::HasSubstr("10/10 steps"));
    EXPECT_THAT(text, ::testing::EndsWith("loss 0.5\n"));
}

}  // namespace
}  // namespace nengine::test
