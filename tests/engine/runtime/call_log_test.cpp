#include "engine/runtime/call_log.hpp"

#include <gtest/gtest.h>

namespace nengine::test {

using namespace engine;
namespace {

std::vector<double> found(const CallLog& log, int op, Index step, Index item,
                          std::size_t size) {
    const double* values = log.find(op, step, item);
    return values == nullptr ? std::vector<double>{-1}
                             : std::vector<double>(values, values + size);
}

const std::vector<double> unknown{-1};

TEST(CallLog, KnowsWhatWasCalledByOperatorStepAndItem) {
    CallLog log;
    for (const Index step : {4, 5}) {
        for (const Index item : {0, 1}) {
            const auto value = static_cast<double>(10 * step + item);
            log.add(7, step, item, std::vector{value, -value});
        }
    }
    log.add(9, 5, 0, {});

    EXPECT_EQ(found(log, 7, 4, 1, 2), (std::vector<double>{41, -41}));
    EXPECT_EQ(found(log, 7, 5, 0, 2), (std::vector<double>{50, -50}));
    EXPECT_EQ(found(log, 9, 5, 0, 0), std::vector<double>{});
    EXPECT_EQ(found(log, 7, 3, 0, 2), unknown);
    EXPECT_EQ(found(log, 7, 6, 0, 2), unknown);
    EXPECT_EQ(found(log, 7, 4, 2, 2), unknown);
    EXPECT_EQ(found(log, 8, 4, 0, 2), unknown);
}

TEST(CallLog, ForgetsWhatIsPastAndWhatIsCalledAgain) {
    CallLog log;
    for (const Index step : {4, 5, 6, 7}) {
        log.add(1, step, 0, std::vector{static_cast<double>(step)});
        log.add(2, step, 0, std::vector{static_cast<double>(step)});
    }

    log.forget_before(5);
    log.forget_from(2, 6);
    log.forget_from(3, 6);

    EXPECT_EQ(found(log, 1, 4, 0, 1), unknown);
    EXPECT_EQ(found(log, 1, 7, 0, 1), std::vector<double>{7});
    EXPECT_EQ(found(log, 2, 5, 0, 1), std::vector<double>{5});
    EXPECT_EQ(found(log, 2, 6, 0, 1), unknown);
    log.add(2, 6, 0, std::vector{60.0});
    EXPECT_EQ(found(log, 2, 6, 0, 1), std::vector<double>{60});
    log.forget_before(100);
    log.add(1, 200, 0, std::vector{200.0});
    EXPECT_EQ(found(log, 1, 200, 0, 1), std::vector<double>{200});
}

}  // namespace
}  // namespace nengine::test
