#include "api/data/batch_reader.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <thread>

#include "nengine/error.hpp"

namespace nengine::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A batch that can be told from others.
Batch numbered(int epoch, std::int64_t batch) {
    return {.x = Tensor({1, 1, 1}, {100.0 * epoch + static_cast<double>(batch)})};
}
double number_of(const Batch& batch) {
    return (*batch.x.alone())[0];
}

/// What is left of the epoch.
std::vector<double> rest_of(BatchReader& reader) {
    std::vector<double> numbers;
    while (const auto batch = reader.next()) {
        numbers.push_back(number_of(*batch));
    }
    return numbers;
}

/// Calls functions of the test's, and counts the calls.
struct Source : BatchSource {
    std::function<void(int epoch)> at_restart = [](int) {};
    std::function<void(int epoch, std::int64_t batch)> at_next = [](int, auto) {};
    std::int64_t count = 3;
    std::atomic<int> restarts = 0, made = 0;

    std::optional<Batch> next() override {
        if (batch_ == count) {
            return std::nullopt;
        }
        at_next(epoch_, batch_);
        ++made;
        return numbered(epoch_, batch_++);
    }
    void restart(int epoch) override {
        at_restart(epoch);
        ++restarts;
        epoch_ = epoch;
        batch_ = 0;
    }

private:
    int epoch_ = 0;
    std::int64_t batch_ = 0;
};

/// Waits until a number is there that another thread makes, and a moment more, in which
/// there could be too many.
void await(const std::atomic<int>& number, int wanted) {
    while (number < wanted) {
        std::this_thread::sleep_for(1ms);
    }
    std::this_thread::sleep_for(20ms);
    EXPECT_EQ(number, wanted);
}

std::string error_of(BatchReader& reader) {
    try {
        reader.next();
    } catch (const SimulationError& error) {
        return error.what();
    }
    return "nothing was thrown";
}

TEST(BatchReader, HandsBatchesOverInTheirOrder) {
    const auto source = std::make_shared<Source>();
    source->count = 50;
    BatchReader reader(source, "fit");

    for (const int epoch : {0, 1, 7}) {
        reader.begin(epoch);
        for (int batch = 0; batch < 50; ++batch) {
            const auto got = reader.next();
            ASSERT_TRUE(got);
            EXPECT_EQ(number_of(*got), 100 * epoch + batch);
        }
        EXPECT_FALSE(reader.next());
        EXPECT_FALSE(reader.next());
    }
    EXPECT_EQ(source->restarts, 3);
}

TEST(BatchReader, IsOneBatchAhead) {
    const auto source = std::make_shared<Source>();
    BatchReader reader(source, "fit");

    reader.begin(0);
    await(source->made, 1);
    reader.next();
    await(source->made, 2);
}

TEST(BatchReader, ComputesNothingBeforeTheFirstEpoch) {
    const auto source = std::make_shared<Source>();

    const BatchReader reader(source, "fit");

    await(source->made, 0);
    EXPECT_EQ(source->restarts, 0);
}

TEST(BatchReader, AsksForNoMoreBatchesThanAreWanted) {
    const auto source = std::make_shared<Source>();
    BatchReader reader(source, "fit");

    reader.begin(0, 2);
    EXPECT_THAT(rest_of(reader), ElementsAre(0, 1));
    await(source->made, 2);
    reader.begin(1, 0);
    EXPECT_THAT(rest_of(reader), ElementsAre());
    reader.begin(2, 9);
    EXPECT_THAT(rest_of(reader), ElementsAre(200, 201, 202));
}

TEST(BatchReader, BeginsAnEpochWhereverTheOneBeforeIs) {
    const auto source = std::make_shared<Source>();
    BatchReader reader(source, "fit");

    reader.begin(0);
    reader.begin(1);
    EXPECT_EQ(number_of(*reader.next()), 100);
    std::this_thread::sleep_for(5ms);  // so that another one waits
    reader.begin(2);

    EXPECT_THAT(rest_of(reader), ElementsAre(200, 201, 202));
}

TEST(BatchReader, DropsWhatIsMadeForAnEpochThatIsOver) {
    const auto source = std::make_shared<Source>();
    std::atomic<int> asked = 0;
    source->at_next = [&](int epoch, std::int64_t) {
        ++asked;
        if (epoch == 0) {
            std::this_thread::sleep_for(30ms);
            throw std::runtime_error("too late");
        }
    };
    BatchReader reader(source, "fit");

    reader.begin(0);
    while (asked == 0) {
        std::this_thread::sleep_for(1ms);
    }
    reader.begin(1);

    EXPECT_THAT(rest_of(reader), ElementsAre(100, 101, 102));
}

TEST(BatchReader, OfAnEmptySourceGivesNothing) {
    const auto source = std::make_shared<Source>();
    source->count = 0;
    BatchReader reader(source, "fit");

    EXPECT_FALSE(reader.next());
    reader.begin(0);
    EXPECT_FALSE(reader.next());
    reader.begin(1);
    EXPECT_FALSE(reader.next());
}

TEST(BatchReader, SaysInWhichBatchASourceHasThrown) {
    for (const std::int64_t bad : {0, 2}) {
        const auto source = std::make_shared<Source>();
        source->at_next = [&](int epoch, std::int64_t batch) {
            if (epoch == 1 && batch == bad) {
                throw std::out_of_range("disk");
            }
        };
        BatchReader reader(source, "fit");
        reader.begin(0);
        EXPECT_THAT(rest_of(reader), ElementsAre(0, 1, 2));

        reader.begin(1);
        for (std::int64_t batch = 0; batch < bad; ++batch) {
            EXPECT_EQ(number_of(*reader.next()), 100 + static_cast<double>(batch));
        }

        const std::string text = "fit: epoch 1, batch " + std::to_string(bad) +
                                 " (each counted from 0): the source of batches could "
                                 "not make it: disk";
        EXPECT_EQ(error_of(reader), text);
        EXPECT_EQ(error_of(reader), text);  // it stays so
        reader.begin(2);
        EXPECT_THAT(rest_of(reader), ElementsAre(200, 201, 202));
    }
}

TEST(BatchReader, SaysInWhichEpochASourceCouldNotBegin) {
    const auto source = std::make_shared<Source>();
    source->at_restart = [](int epoch) {
        if (epoch == 3) {
            throw std::runtime_error("no tape");
        }
    };
    BatchReader reader(source, "fit");

    reader.begin(3);

    EXPECT_EQ(
        error_of(reader),
        "fit: epoch 3 (counted from 0): the source of batches could not begin it: "
        "no tape");
    EXPECT_EQ(source->made, 0);
}

TEST(BatchReader, NestsWhatWasThrown) {
    const auto source = std::make_shared<Source>();
    source->at_next = [](int, std::int64_t) { throw FileError("x.npy: gone"); };
    BatchReader reader(source, "fit");
    reader.begin(0);

    try {
        reader.next();
        FAIL() << "nothing was thrown";
    } catch (const SimulationError& error) {
        EXPECT_THROW(std::rethrow_if_nested(error), FileError);
    }
}

TEST(BatchReader, TakesWhatIsNoException) {
    const auto source = std::make_shared<Source>();
    source->at_next = [](int, std::int64_t) { throw 7; };
    BatchReader reader(source, "fit");
    reader.begin(0);

    EXPECT_THAT(error_of(reader), HasSubstr("for what is no std::exception"));
}

TEST(BatchReader, MayEndWhileABatchIsMade) {
    const auto source = std::make_shared<Source>();
    std::atomic<bool> making = false;
    source->at_next = [&](int, std::int64_t batch) {
        if (batch == 1) {
            making = true;
            std::this_thread::sleep_for(30ms);
            throw std::runtime_error("nobody hears it");
        }
    };
    {
        BatchReader reader(source, "fit");
        reader.begin(0);
        reader.next();
        while (!making) {
            std::this_thread::sleep_for(1ms);
        }
    }
    EXPECT_EQ(source->made, 1);
}

TEST(BatchReader, MayEndWhereverItIs) {
    for (int taken = 0; taken <= 4; ++taken) {
        for (const bool waits : {false, true}) {
            const auto source = std::make_shared<Source>();
            BatchReader reader(source, "fit");
            reader.begin(0);
            for (int batch = 0; batch < taken; ++batch) {
                EXPECT_EQ(reader.next().has_value(), batch < 3);
            }
            if (waits) {
                std::this_thread::sleep_for(5ms);
            }
        }
    }
}

TEST(BatchReader, WaitsForASlowSourceAndForASlowConsumer) {
    for (const bool slow_source : {false, true}) {
        const auto source = std::make_shared<Source>();
        source->count = 10;
        source->at_next = [&](int, std::int64_t) {
            if (slow_source) {
                std::this_thread::sleep_for(3ms);
            }
        };
        BatchReader reader(source, "fit");
        reader.begin(0);

        for (int batch = 0; batch < 10; ++batch) {
            if (!slow_source) {
                std::this_thread::sleep_for(3ms);
            }
            const auto got = reader.next();
            ASSERT_TRUE(got);
            EXPECT_EQ(number_of(*got), batch);
        }
        EXPECT_FALSE(reader.next());
    }
}

TEST(BatchReader, CallsAFunctionWithItsNumbers) {
    BatchReader reader(
        from_function([](int epoch, std::int64_t batch) -> std::optional<Batch> {
            if (batch == 2) {
                return std::nullopt;
            }
            return numbered(epoch, batch);
        }),
        "fit");

    reader.begin(0);
    EXPECT_THAT(rest_of(reader), ElementsAre(0, 1));
    reader.begin(4);
    EXPECT_THAT(rest_of(reader), ElementsAre(400, 401));
}

TEST(BatchReader, NeedsASource) {
    EXPECT_THROW(BatchReader(nullptr, "fit"), ValidationError);
    EXPECT_THROW(from_function(nullptr), ValidationError);
}

/// One that goes on from epoch to epoch says nothing to `restart`.
TEST(BatchSource, GoesOnWhereItIsIfItDoesNotRestart) {
    struct Endless : BatchSource {
        std::optional<Batch> next() override { return numbered(0, made++); }
        std::int64_t made = 0;
    };
    BatchReader reader(std::make_shared<Endless>(), "fit");

    reader.begin(0, 2);
    EXPECT_THAT(rest_of(reader), ElementsAre(0, 1));
    reader.begin(1, 3);
    EXPECT_THAT(rest_of(reader), ElementsAre(2, 3, 4));
}

}  // namespace
}  // namespace nengine::test
