#include "api/simulator/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

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

TEST(Progress, AsksForANoteOnlyWhereALineIsWritten) {
    int asked = 0;
    const auto note = [&] {
        ++asked;
        return std::string("loss 0.25");
    };
    ::testing::internal::CaptureStderr();
    {
        ProgressBar hidden(false, "run", 10, "items");
        hidden.update(5, note);
        ProgressBar bar(true, "run", 10, "items");
        bar.update(1, note);  // too early
        EXPECT_EQ(asked, 0);
        std::this_thread::sleep_for(std::chrono::milliseconds(110));
        bar.update(5, note);
        bar.update(6, note);
    }
    EXPECT_EQ(asked, 1);
    EXPECT_THAT(::testing::internal::GetCapturedStderr(),
                ::testing::ContainsRegex("5/10 items.* left  loss 0.25"));
}

TEST(Progress, ShowsWhatWasDoneWhereItEndsEarly) {
    ::testing::internal::CaptureStderr();
    {
        ProgressBar bar(true, "run", 10, "items");
        bar.update(4);
        bar.finish("loss 0.5");
    }
    const std::string text = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(text, ::testing::HasSubstr("4/10 items"));
    EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("left")));
}

TEST(Progress, WritesValuesByName) {
    EXPECT_EQ(values_text({{"loss", 0.123456}, {"val_loss", 2.0}}),
              "loss 0.1235  val_loss 2");
    EXPECT_EQ(values_text({}), "");
}

}  // namespace
}  // namespace nengine::test
