#include <gtest/gtest.h>

#include <functional>

#include "learning_pair.hpp"

// The same networks in Nengo 4.1: a digest of their weights after 60 steps.

namespace nengine::test {

namespace {

using namespace learning;

/// The sum, the sum of magnitudes, the second and the last of the last sample.
std::vector<double> digest(const Tensor& data) {
    const std::int64_t last = data.extent(0) - 1, n = data.extent(1);
    double sum = 0, magnitude = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        sum += data(last, i);
        magnitude += std::abs(data(last, i));
    }
    return {sum, magnitude, data(last, 1), data(last, n - 1)};
}

struct NengoCase {
    const char* name;
    std::function<Probe(SinePair&)> make;
    std::vector<double> digest;
};

const std::vector<NengoCase>& nengo_cases() {
    static const std::vector<NengoCase> cases{
        {"PES between slices of neurons",
         [](SinePair& p) {
             auto c = p.net.connect(p.a.neurons[Slice{.stop = 5}],
                                    p.b.neurons[Slice{.start = 2, .stop = 6}],
                                    {.transform = Array::full({4, 5}, 1e-3),
                                     .learning_rule = PES{.learning_rate = 1e-2}});
             p.net.connect(p.u, c.learning_rule, {.transform = {{0.5}, {-0.5}}});
             return p.weights(c);
         },
         {0.56179934516733721, 0.73803692553201394, 0.11625869769626457,
          0.14589010318992587}},
        {"PES to neurons backwards",
         [](SinePair& p) {
             auto c = p.net.connect(p.a.neurons, p.b.neurons[Slice{.step = -2}],
                                    {.transform = Array::full({4, 12}, 1e-3),
                                     .learning_rule = PES{.learning_rate = 1e-2}});
             p.net.connect(p.u, c.learning_rule, {.transform = {{0.5}, {-0.5}}});
             return p.weights(c);
         },
         {0.92370715421383509, 1.6153332289311293, -0.046876343028902458,
          0.052849400832779218}},
        {"PES on solved weights to a slice",
         [](SinePair& p) {
             auto c = p.net.connect(p.a, p.b[1],
                                    {.solver = LstsqL2{.weights = true},
                                     .learning_rule = PES{.learning_rate = 1e-2}});
             p.net.connect(p.u, c.learning_rule);
             return p.weights(c);
         },
         {-0.39818717169744133, 3.0074246101138962, 0.0078858684484207405,
          0.019333982876041583}},
        {"PES from an ensemble to neurons",
         [](SinePair& p) {
             auto c = p.net.connect(
                 p.a, p.b.neurons[Slice{.stop = 3}],
                 {.transform = Array::full({3, 1}, 0.1),
                  .learning_rule = PES{.learning_rate = 1e-2, .pre_synapse = None}});
             p.net.connect(p.u, c.learning_rule, {.transform = {{1.0}, {1.0}}});
             return p.weights(c);
         },
         {-3.4781317152768927, 5.8183692990823186, -0.83857149224471117,
          -0.048757157947309171}},
        {"PES with errors for parts",
         [](SinePair& p) {
             auto c =
                 p.net.connect(p.a, p.b[Slice{.step = -1}],
                               {.transform = {{1.0}, {0.5}},
                                .learning_rule = PES{.learning_rate = 1e-2,
                                                     .pre_synapse = Alpha{0.003}}});
             p.net.connect(p.u, c.learning_rule[1]);
             p.net.connect(p.u, c.learning_rule[{0}], {.transform = 0.3});
             return p.weights(c);
         },
         {-0.028322256627605971, 0.028538910468799999, -0.00056274609146435902,
          -0.00025639538323367269}},
        {"PES to a list",
         [](SinePair& p) {
             auto c = p.net.connect(p.a, p.b[{1}],
                                    {.learning_rule = PES{.learning_rate = 1e-2}});
             p.net.connect(p.u, c.learning_rule);
             return p.weights(c);
         },
         {-0.038897353696504669, 0.038897353696504669, -0.0072746049637925992,
          -0.003086711169785792}},
        {"Voja on two connections",
         [](SinePair& p) {
             p.net.connect(p.u, p.b,
                           {.transform = {{1.0}, {1.0}},
                            .learning_rule = Voja{.learning_rate = 0.5}});
             p.net.connect(
                 p.a, p.b[0],
                 {.learning_rule = Voja{.learning_rate = 0.2, .post_synapse = 0.02}});
             return p.net.probe(p.b, {.attr = "scaled_encoders"});
         },
         {456.63031570426642, 535.62198615993316, 89.081838329089706,
          6.951495851691015}},
        {"Oja, PES and Voja at once",
         [](SinePair& p) {
             auto c = p.net.connect(
                 p.a.neurons, p.b.neurons,
                 {.transform = Array::full({8, 12}, 2e-3),
                  .learning_rule = LearningRules{Oja{.learning_rate = 1e-5},
                                                 PES{.learning_rate = 1e-3}}});
             p.net.connect(p.u, c.learning_rule.at(1), {.transform = {{0.5}, {-0.5}}});
             p.net.connect(p.u, p.b[0], {.learning_rule = Voja{.learning_rate = 0.5}});
             return p.weights(c);
         },
         {1.6068651412215049, 1.6068651412215049, 0.028810285908056347,
          0.0017909903526746919}},
        {"RLS of a function, without a filter",
         [](SinePair& p) {
             auto c = p.net.connect(
                 p.a, p.b,
                 {.function =
                      [](std::span<const double> x) {
                          return std::vector{x[0], x[0] * x[0]};
                      },
                  .learning_rule = RLS{.learning_rate = 1e-2, .pre_synapse = None}});
             p.net.connect(p.u, c.learning_rule, {.transform = {{1.0}, {0.2}}});
             return p.weights(c);
         },
         {0.0033995483099652614, 0.012714273187633799, 8.9908373344697396e-07,
          0.0010950787295192538}}};
    return cases;
}

TEST(Learning, WeightsAreNengos) {
    for (const NengoCase& one : nengo_cases()) {
        for (const bool fold : {true, false}) {
            SinePair pair;
            const Probe probe = one.make(pair);
            SimulatorOptions options = quiet();
            options.plan.fold = options.plan.fuse = fold;
            Simulator sim(pair.net, options);

            sim.run_steps(60);

            const auto got = digest(sim.data(probe));
            for (std::size_t i = 0; i < got.size(); ++i) {
                EXPECT_NEAR(got[i], one.digest[i], 1e-8 * std::abs(one.digest[1]))
                    << one.name << ", number " << i;
            }
        }
    }
}

}  // namespace

}  // namespace nengine::test
