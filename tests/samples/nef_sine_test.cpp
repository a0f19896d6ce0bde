#include <cstdlib>
#include <sstream>
#include <vector>

#include "tests/samples/program.hpp"

namespace nengine::test {
namespace {

class NefSine : public ProgramTest {};

/// The last number of each line that begins with "ramp".
std::vector<double> delayed_errors(const std::string& output) {
    std::vector<double> errors;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("ramp")) {
            errors.push_back(std::stod(line.substr(line.find(',') + 1)));
        }
    }
    return errors;
}

TEST_F(NefSine, DecodesTheFunctionForEachItem) {
    const auto outcome = run("nef_sine", "--neurons 150 --items 5 --device cpu");
    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    const auto errors = delayed_errors(outcome.output);
    ASSERT_EQ(errors.size(), 5u) << outcome.output;
    for (const double error : errors) {
        EXPECT_LT(error, 0.03) << outcome.output;
    }
}

TEST_F(NefSine, DecodesMoreExactlyWithMoreNeurons) {
    const auto few = run("nef_sine", "--neurons 7 --items 1 --device cpu");
    const auto many = run("nef_sine", "--neurons 300 --items 1 --device cpu");
    ASSERT_EQ(few.status, 0) << few.errors;
    ASSERT_EQ(many.status, 0) << many.errors;
    EXPECT_LT(delayed_errors(many.output).at(0), delayed_errors(few.output).at(0));
}

TEST_F(NefSine, DrawsAPicture) {
    if (std::system("gnuplot --version > /dev/null 2>&1") != 0) {
        GTEST_SKIP() << "gnuplot is not installed";
    }
    const auto outcome = run("nef_sine", "--items 2 --plot sine.svg --device cpu");
    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_NE(content(file("sine.svg")).find("sin(x^2)"), std::string::npos);
    EXPECT_NE(outcome.output.find("sine.svg"), std::string::npos) << outcome.output;
}

}  // namespace
}  // namespace nengine::test
