#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

namespace nengine::test {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// Ensembles, layers and filters, all smooth.
struct Smooth {
    Network net{NetworkOptions{.seed = 1}};
    Node x = net.node({0.0, 0.0}, {.label = "x"});
    Ensemble a = net.ensemble(7, 2, {.label = "a", .neuron_type = Tanh{}});
    Layer out;
    Probe p;

    Smooth()
        : out(net.layer(Dense{.units = 2}, a.neurons, {.label = "out"})),
          p(net.probe(out, {.label = "p", .synapse = Lowpass(0.01)})) {
        net.connect(x, a, {.synapse = Lowpass(0.005)});
    }
};

TEST(CheckGradients, ComparesParametersAndInputs) {
    const Smooth smooth;
    Simulator sim(smooth.net, quiet(3));
    sim.run_steps(4);
    const Array bias = sim.parameter("a.bias");
    const Tensor inputs({2, 5, 2}, std::vector<double>(20, 0.3));

    const GradientCheck check = sim.check_gradients({{smooth.x, inputs}});

    // Biases 7, encoders 14, kernel 14, bias 2; and 20 inputs.
    EXPECT_EQ(check.n_compared, 7 + 14 + 14 + 2 + 20);
    EXPECT_GT(check.largest_difference, 0.0);
    EXPECT_LT(check.largest_difference, 1e-6);
    EXPECT_FALSE(check.where.empty());
    EXPECT_EQ(sim.check_gradients({}, {.elements = 1}).n_compared, 4 + 1);
    EXPECT_EQ(sim.n_steps(), 4);
    EXPECT_EQ(sim.parameter("a.bias"), bias);
}

TEST(CheckGradients, UsesThePresentParameters) {
    const Smooth smooth;
    Simulator sim(smooth.net, quiet());
    const Data ones = {{smooth.x, Tensor({1, 3, 2}, std::vector<double>(6, 1.0))}};
    EXPECT_GT(sim.check_gradients(ones, {.atol = 1.0}).largest_difference, 0.0);

    // What the kernel multiplies by 0 has no gradient.
    sim.set_parameter("out.kernel", Array::full({7, 2}));
    const GradientCheck flat = sim.check_gradients(ones, {.elements = 1});

    EXPECT_LT(flat.largest_difference, 1e-9);
}

TEST(CheckGradients, FindsWhatAFunctionHides) {
    Network net({.seed = 1});
    const Node x = net.node({0.0}, {.label = "x"});
    const Node hidden = net.node(
        [](double, std::span<const double> in) { return std::vector{2.0 * in[0]}; },
        {.size_in = 1});
    net.connect(x, hidden, {.synapse = None});
    net.probe(hidden);
    const Simulator sim(net, quiet());

    EXPECT_THAT(message<SimulationError>([&] { sim.check_gradients({}); }),
                AllOf(HasSubstr("node 'x', number "), HasSubstr("a gradient of 0")));
    EXPECT_THROW(sim.check_gradients({}, {.elements = 0}), ValidationError);
}

}  // namespace

}  // namespace nengine::test
