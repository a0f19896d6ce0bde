#include <cstdlib>

#include "tests/samples/program.hpp"

// The samples that simulate one network of spiking neurons and draw what it did.

namespace nengine::test {
namespace {

class NefNetworks : public ProgramTest {
protected:
    void expect_picture(const std::string& program, const std::string& words) {
        if (std::system("gnuplot --version > /dev/null 2>&1") != 0) {
            GTEST_SKIP() << "gnuplot is not installed";
        }
        const auto outcome = run(program, "--seconds 0.2 --plot p.svg --device cpu");
        ASSERT_EQ(outcome.status, 0) << outcome.errors;
        EXPECT_NE(content(file("p.svg")).find(words), std::string::npos);
    }
};

TEST_F(NefNetworks, OscillatorTurnsAsFastAsAsked) {
    for (const double hertz : {1.0, 3.0}) {
        const auto outcome =
            run("oscillator", "--neurons 500 --seconds 2 --device cpu --hertz " +
                                  std::to_string(hertz));
        ASSERT_EQ(outcome.status, 0) << outcome.errors;
        EXPECT_NEAR(number_after(outcome.output, "turns at"), hertz, 0.15 * hertz);
        EXPECT_NEAR(number_after(outcome.output, "radius"), 1.0, 0.25);
    }
}

TEST_F(NefNetworks, ControlledIntegratorFollowsTheIntegral) {
    const auto outcome =
        run("controlled_integrator", "--neurons 1000 --device cpu --seed 1");
    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_LT(number_after(outcome.output, "without neurons:"), 0.12);
}

TEST_F(NefNetworks, CircularConvolutionBindsTwoVectors) {
    const auto outcome = run("circular_convolution", "--neurons 100 --device cpu");
    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_GT(number_after(outcome.output, "a * b:"), 0.9);
    EXPECT_LT(std::abs(number_after(outcome.output, "with a:")), 0.5);
}

TEST_F(NefNetworks, OscillatorDrawsAPicture) {
    expect_picture("oscillator", "An oscillator");
}
TEST_F(NefNetworks, ControlledIntegratorDrawsAPicture) {
    expect_picture("controlled_integrator", "A controlled integrator");
}
TEST_F(NefNetworks, CircularConvolutionDrawsAPicture) {
    expect_picture("circular_convolution", "Circular convolution");
}

}  // namespace
}  // namespace nengine::test
