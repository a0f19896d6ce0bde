#include <cstdlib>
#include <string>

#include "tests/samples/program.hpp"

namespace nengine::test {
namespace {

class PesLearning : public ProgramTest {
protected:
    /// Of the channel: at the start, when learning ends, and at the very end.
    struct Errors {
        double first, learned, last;
    };

    Errors errors_of(const std::string& arguments) const {
        const auto outcome = run("pes_learning", arguments);
        EXPECT_EQ(outcome.status, 0) << outcome.errors;
        return {number_after(outcome.output, "first tenth of the time:"),
                number_after(outcome.output, "before learning ends:"),
                number_after(outcome.output, "decoders that stay:")};
    }
};

TEST_F(PesLearning, TheErrorFallsAndStaysLow) {
    const Errors errors = errors_of("--device cpu");
    EXPECT_LT(errors.learned, 0.25 * errors.first);
    EXPECT_LT(errors.last, 0.25 * errors.first);
}

TEST_F(PesLearning, NothingIsLearnedAtRateZero) {
    const Errors errors = errors_of("--learning-rate 0 --seconds 4 --device cpu");
    EXPECT_GT(errors.learned, 0.5 * errors.first);
}

TEST_F(PesLearning, DrawsAPicture) {
    if (std::system("gnuplot --version > /dev/null 2>&1") != 0) {
        GTEST_SKIP() << "gnuplot is not installed";
    }
    const auto outcome =
        run("pes_learning", "--seconds 2 --plot learned.svg --device cpu");
    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_NE(content(file("learned.svg")).find("learned by PES"), std::string::npos);
}

}  // namespace
}  // namespace nengine::test
