#include <cstdlib>
#include <sstream>
#include <vector>

#include "tests/samples/program.hpp"

namespace nengine::test {
namespace {

class PesLearning : public ProgramTest {};

/// The numbers behind the colons: errors before, at the end of learning, and after it.
std::vector<double> errors_in(const std::string& output) {
    std::vector<double> errors;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
        if (const auto colon = line.find(':'); colon != std::string::npos) {
            errors.push_back(std::stod(line.substr(colon + 1)));
        }
    }
    return errors;
}

TEST_F(PesLearning, TheErrorFallsAndStaysLow) {
    const auto outcome = run("pes_learning", "--device cpu");
    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    const auto errors = errors_in(outcome.output);
    ASSERT_EQ(errors.size(), 3U) << outcome.output;
    EXPECT_LT(errors[1], 0.25 * errors[0]) << outcome.output;
    EXPECT_LT(errors[2], 0.3 * errors[0]) << outcome.output;
}

TEST_F(PesLearning, NothingIsLearnedAtRateZero) {
    const auto outcome =
        run("pes_learning", "--learning-rate 0 --seconds 4 --device cpu");
    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    const auto errors = errors_in(outcome.output);
    ASSERT_EQ(errors.size(), 3U) << outcome.output;
    EXPECT_GT(errors[1], 0.5 * errors[0]) << outcome.output;
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
