#include <cstdlib>

#include "tests/samples/program.hpp"

// Samples whose nodes compute with symbolic tensors.

namespace nengine::test {
namespace {

class SymbolicNodes : public ProgramTest {};

TEST_F(SymbolicNodes, AttentionLearnsWhichTokenIsMeant) {
    const auto outcome = run("attention", "--device cpu");

    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_LT(number_after(outcome.output, "before training:"), 20);
    EXPECT_GT(number_after(outcome.output, "after it:"), 60);
}

TEST_F(SymbolicNodes, ACellLearnsToHold) {
    const auto outcome = run("user_cell", "--epochs 15 --device cpu --plot cell.svg");

    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_LT(number_after(outcome.output, "after it:"),
              0.5 * number_after(outcome.output, "before training:"));
    if (std::system("gnuplot --version > /dev/null 2>&1") == 0) {
        EXPECT_NE(content(file("cell.svg")).find("Sample and hold"), std::string::npos);
    }
}

}  // namespace
}  // namespace nengine::test
