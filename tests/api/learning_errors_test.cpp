#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

// Learning rules on connections that cannot learn, or not as asked: what Nengo rejects
// is rejected with an error of matching type, which names the connection.

namespace nengine::test {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Array full(std::int64_t rows, std::int64_t cols) {
    return Array({rows, cols},
                 std::vector<double>(static_cast<std::size_t>(rows * cols), 0.0));
}

struct Pair {
    Network net{NetworkOptions{.seed = 5}};
    Node u = net.node(1.0, {.label = "u"});
    Node sum = net.node({.label = "sum", .size_in = 2});
    Ensemble a = net.ensemble(12, 2, {.label = "a"});
    Ensemble b = net.ensemble(8, 2, {.label = "b"});
    Ensemble direct = net.ensemble(8, 2, {.label = "d", .neuron_type = Direct{}});

    /// With the rule, and with an error for it where it takes one.
    void learn(const ObjectView& pre, const ObjectView& post,
               const LearningRuleType& rule, ConnectionOptions options = {}) {
        options.label = "learned";
        options.learning_rule = LearningRules(rule);
        const Connection c = net.connect(pre, post, options);
        if (const std::int64_t size = c.learning_rule.size_in(); size > 0) {
            net.connect(net.node(std::vector<double>(static_cast<std::size_t>(size))),
                        c.learning_rule);
        }
    }
};

enum class Outcome { works, validation, build };

/// What comes of a network, and the message if it is an error.
Outcome outcome(const std::function<void(Pair&)>& make, std::string& message) {
    try {
        Pair pair;
        make(pair);
        SimulatorOptions options = quiet();
        options.on_warning = [](const std::string&) {};
        Simulator sim(pair.net, options);
        sim.run_steps(2);
        return Outcome::works;
    } catch (const ValidationError& error) {
        message = error.what();
        return Outcome::validation;
    } catch (const BuildError& error) {
        message = error.what();
        return Outcome::build;
    }
}

struct Case {
    std::string what;
    Outcome want;
    /// In the message, beside the connection's name.
    std::vector<std::string> texts;
    std::function<void(Pair&)> make;
};

void expect_outcomes(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
        SCOPED_TRACE(one.what);
        std::string message;
        EXPECT_EQ(outcome(one.make, message), one.want) << message;
        if (one.want != Outcome::works) {
            EXPECT_THAT(message, AllOf(HasSubstr("'learned'"), HasSubstr(": got "),
                                       HasSubstr(", needs ")));
        }
        for (const auto& text : one.texts) {
            EXPECT_THAT(message, HasSubstr(text));
        }
    }
}

TEST(LearningErrors, OfRulesThatChangeDecoders) {
    using enum Outcome;
    for (const LearningRuleType& rule :
         {LearningRuleType(PES{}), LearningRuleType(RLS{})}) {
        expect_outcomes(
            {{"from a node",
              validation,
              {"node 'u'", "an ensemble or neurons"},
              [&](Pair& p) { p.learn(p.u, p.b[0], rule); }},
             {"from a slice of a node",
              validation,
              {"node 'sum'"},
              [&](Pair& p) { p.learn(p.sum[1], p.b[0], rule); }},
             {"from direct mode",
              validation,
              {"'d'", "direct mode"},
              [&](Pair& p) { p.learn(p.direct, p.b, rule); }},
             {"from a slice in direct mode",
              validation,
              {"'d'", "direct mode"},
              [&](Pair& p) { p.learn(p.direct[0], p.b[1], rule); }},
             {"to a learning rule",
              validation,
              {"learning rule PES", "a node"},
              [&](Pair& p) {
                  auto c = p.net.connect(p.a, p.b, {.learning_rule = PES{}});
                  p.learn(p.a, c.learning_rule, rule);
              }},
             {"from neurons without a transform",
              validation,
              {"without weights"},
              [&](Pair& p) {
                  p.learn(p.a.neurons[{0, 3}], p.b, rule);
              }},
             {"from neurons with a number",
              build,
              {"shape []", "a matrix"},
              [&](Pair& p) {
                  p.learn(p.a.neurons[{0, 3}], p.b, rule, {.transform = 0.5});
              }},
             {"from neurons with a vector",
              build,
              {"shape [2]", "a matrix"},
              [&](Pair& p) {
                  p.learn(p.a.neurons[Slice{.stop = 2}], p.b, rule,
                          {.transform = Array{0.5, 0.25}});
              }},
             {"from neurons with a sparse matrix",
              build,
              {"sparse", "a matrix"},
              [&](Pair& p) {
                  p.learn(p.a.neurons, p.b, rule,
                          {.transform = Sparse{.shape = {2, 12}, .indices = {{0, 0}}}});
              }},
             {"to a component twice, with a matrix",
              validation,
              {"repeated"},
              [&](Pair& p) {
                  p.learn(p.a, p.b[{1, 1}], rule, {.transform = full(2, 2)});
              }},
             {"from a component to a list of others",
              works,
              {},
              [&](Pair& p) {
                  p.learn(p.a[1], p.b[{1, 0}], rule, {.transform = full(2, 1)});
              }},
             {"from some neurons to a component of a node",
              std::holds_alternative<RLS>(rule) ? validation : works,
              {},
              [&](Pair& p) {
                  p.learn(p.a.neurons[{7, 2}], p.sum[1], rule,
                          {.transform = full(1, 2)});
              }},
             {"to direct mode", works, {}, [&](Pair& p) {
                  p.learn(p.a[0], p.direct[1], rule);
              }}});
    }
}

TEST(LearningErrors, OfPESAndRLSOnWeightsBetweenNeurons) {
    using enum Outcome;
    const ConnectionOptions solved{.solver = LstsqL2{.weights = true}};
    expect_outcomes(
        {{"PES to a list of neurons",
          build,
          {"a list of positions", "a slice"},
          [](Pair& p) {
              p.learn(p.a.neurons, p.b.neurons[{1, 3}], PES{},
                      {.transform = full(2, 12)});
          }},
         {"PES to neurons by a mask",
          build,
          {"a list of positions", "a slice"},
          [](Pair& p) {
              p.learn(p.a.neurons, p.b.neurons[std::vector<bool>(8, true)], PES{},
                      {.transform = full(8, 12)});
          }},
         {"PES with full weights to a list of components",
          build,
          {"ensemble 'b'", "a slice"},
          [&](Pair& p) {
              p.learn(p.a, p.b[{1, 0}], PES{}, solved);
          }},
         {"PES to a slice of neurons",
          works,
          {},
          [](Pair& p) {
              p.learn(p.a, p.b.neurons[Slice{1, 7, 2}], PES{},
                      {.transform = full(3, 2)});
          }},
         {"PES with full weights to a component",
          works,
          {},
          [&](Pair& p) { p.learn(p.a[0], p.b[1], PES{}, solved); }},
         {"PES with full weights to direct mode",
          works,
          {},
          [&](Pair& p) { p.learn(p.a, p.direct, PES{}, solved); }},
         {"PES with full weights to a component in direct mode",
          works,
          {},
          [&](Pair& p) { p.learn(p.a[0], p.direct[1], PES{}, solved); }},
         {"RLS to neurons",
          validation,
          {"weights to neurons"},
          [](Pair& p) {
              p.learn(p.a.neurons, p.b.neurons, RLS{}, {.transform = full(8, 12)});
          }},
         {"RLS to a slice of neurons",
          validation,
          {"weights to neurons"},
          [](Pair& p) {
              p.learn(p.a, p.b.neurons[Slice{.stop = 3}], RLS{},
                      {.transform = full(3, 2)});
          }},
         {"RLS with full weights", validation, {"weights to neurons"}, [&](Pair& p) {
              p.learn(p.a[0], p.b[1], RLS{}, solved);
          }}});
}

TEST(LearningErrors, OfRulesThatChangeWeights) {
    using enum Outcome;
    const ConnectionOptions solved{.solver = LstsqL2{.weights = true}};
    for (const LearningRuleType& rule :
         {LearningRuleType(BCM{}), LearningRuleType(Oja{})}) {
        expect_outcomes(
            {{"between ensembles with decoders",
              validation,
              {"weights = true"},
              [&](Pair& p) { p.learn(p.a, p.b, rule); }},
             {"between components with decoders",
              validation,
              {"weights = true"},
              [&](Pair& p) { p.learn(p.a[0], p.b[1], rule); }},
             {"from a node",
              validation,
              {"node 'u'", "an ensemble or neurons"},
              [&](Pair& p) {
                  p.learn(p.u, p.b.neurons, rule, {.transform = full(8, 1)});
              }},
             {"from direct mode",
              validation,
              {"direct mode"},
              [&](Pair& p) {
                  p.learn(p.direct, p.b.neurons, rule, {.transform = full(8, 2)});
              }},
             {"from neurons to an ensemble",
              validation,
              {"ensemble 'b'", "neurons"},
              [&](Pair& p) {
                  p.learn(p.a.neurons, p.b, rule, {.transform = full(2, 12)});
              }},
             {"from neurons to a component",
              validation,
              {"ensemble 'b'", "neurons"},
              [&](Pair& p) {
                  p.learn(p.a.neurons, p.b[1], rule, {.transform = full(1, 12)});
              }},
             {"from neurons to a node",
              validation,
              {"node 'sum'", "neurons"},
              [&](Pair& p) {
                  p.learn(p.a.neurons, p.sum, rule, {.transform = full(2, 12)});
              }},
             {"from an ensemble to a node with a solver for weights",
              validation,
              {"node 'sum'"},
              [&](Pair& p) { p.learn(p.a, p.sum, rule, solved); }},
             {"from some of the neurons",
              validation,
              {"all pre neurons"},
              [&](Pair& p) {
                  p.learn(p.a.neurons[Slice{.stop = 5}], p.b.neurons, rule,
                          {.transform = full(8, 5)});
              }},
             {"from a list of neurons",
              validation,
              {"all pre neurons"},
              [&](Pair& p) {
                  p.learn(p.a.neurons[{1, 3}], p.b.neurons, rule,
                          {.transform = full(8, 2)});
              }},
             {"to some of the neurons",
              validation,
              {"all post neurons"},
              [&](Pair& p) {
                  p.learn(p.a.neurons, p.b.neurons[Slice{.start = 2}], rule,
                          {.transform = full(6, 12)});
              }},
             {"from decoders to neurons",
              validation,
              {"decoders"},
              [&](Pair& p) {
                  p.learn(p.a, p.b.neurons, rule, {.transform = full(8, 2)});
              }},
             {"with a number",
              validation,
              {"shape []", "a matrix"},
              [&](Pair& p) {
                  p.learn(p.b.neurons, p.b.neurons, rule, {.transform = 0.5});
              }},
             {"without a transform",
              validation,
              {"without weights"},
              [&](Pair& p) { p.learn(p.b.neurons, p.b.neurons, rule); }},
             {"with a sparse matrix",
              build,
              {"sparse", "a matrix"},
              [&](Pair& p) {
                  p.learn(p.a.neurons, p.b.neurons, rule,
                          {.transform = Sparse{.shape = {8, 12}, .indices = {{0, 0}}}});
              }},
             {"between all neurons",
              works,
              {},
              [&](Pair& p) {
                  p.learn(p.a.neurons, p.b.neurons, rule, {.transform = full(8, 12)});
              }},
             {"between components with full weights", works, {}, [&](Pair& p) {
                  p.learn(p.a[1], p.b[{0}], rule, solved);
              }}});
    }
}

TEST(LearningErrors, OfRulesThatChangeEncoders) {
    using enum Outcome;
    expect_outcomes(
        {{"to neurons",
          validation,
          {"neurons of ensemble 'b'", "an ensemble"},
          [](Pair& p) {
              p.learn(p.a, p.b.neurons, Voja{}, {.transform = full(8, 2)});
          }},
         {"to some neurons",
          validation,
          {"neurons of ensemble 'b'"},
          [](Pair& p) {
              p.learn(p.a, p.b.neurons[Slice{.stop = 3}], Voja{},
                      {.transform = full(3, 2)});
          }},
         {"to a node",
          validation,
          {"node 'sum'"},
          [](Pair& p) { p.learn(p.a, p.sum, Voja{}); }},
         {"to direct mode",
          validation,
          {"ensemble 'd'", "with neurons"},
          [](Pair& p) { p.learn(p.a[0], p.direct[1], Voja{}); }},
         {"to a learning rule",
          validation,
          {"learning rule PES"},
          [](Pair& p) {
              auto c = p.net.connect(p.a, p.b, {.learning_rule = PES{}});
              p.learn(p.a, c.learning_rule, Voja{});
          }},
         {"with full weights",
          validation,
          {"through the encoders"},
          [](Pair& p) {
              p.learn(p.a[0], p.b[1], Voja{}, {.solver = LstsqL2{.weights = true}});
          }},
         {"with a sparse matrix",
          build,
          {"sparse", "a matrix"},
          [](Pair& p) {
              p.learn(p.u, p.b, Voja{},
                      {.transform = Sparse{.shape = {2, 1}, .indices = {{0, 0}}}});
          }},
         {"from a node to a component",
          works,
          {},
          [](Pair& p) { p.learn(p.u, p.b[1], Voja{}); }},
         {"from neurons to a list of components",
          works,
          {},
          [](Pair& p) {
              p.learn(p.a.neurons[{2, 5}], p.b[{1, 0}], Voja{});
          }},
         {"from direct mode", works, {}, [](Pair& p) {
              p.learn(p.direct[1], p.b[0], Voja{});
          }}});
}

TEST(LearningErrors, OfNumbersThatCannotBe) {
    using enum Outcome;
    expect_outcomes({{"a negative rate",
                      validation,
                      {"learning_rate", "got -1"},
                      [](Pair& p) { p.learn(p.a, p.b, PES{.learning_rate = -1}); }},
                     {"a negative beta",
                      validation,
                      {"beta", "got -2"},
                      [](Pair& p) {
                          p.learn(p.a.neurons, p.b.neurons, Oja{.beta = -2},
                                  {.transform = full(8, 12)});
                      }},
                     {"a filter of negative time", validation, {"tau"}, [](Pair& p) {
                          p.learn(p.a.neurons, p.b.neurons, BCM{.theta_synapse = -1},
                                  {.transform = full(8, 12)});
                      }}});
}

template <class Error>
void expect_error(const std::function<void(Pair&)>& make, const std::string& text) {
    Pair pair;
    EXPECT_THAT(message<Error>([&] {
                    make(pair);
                    Simulator sim(pair.net, quiet());
                }),
                HasSubstr(text));
}

TEST(LearningErrors, OfWhatIsConnectedToARuleOrProbed) {
    expect_error<ValidationError>(
        [](Pair& p) {
            auto c = p.net.connect(p.a[0], p.b[0], {.learning_rule = PES{}});
            p.net.connect(p.b, c.learning_rule);
        },
        "size");
    expect_error<ValidationError>(
        [](Pair& p) {
            auto c = p.net.connect(p.a.neurons, p.b.neurons,
                                   {.transform = full(8, 12), .learning_rule = BCM{}});
            p.net.connect(p.u, c.learning_rule);
        },
        "no input");
    expect_error<ValidationError>(
        [](Pair& p) {
            auto c = p.net.connect(p.a, p.b, {.learning_rule = PES{}});
            p.net.probe(c.learning_rule, {.attr = "theta"});
        },
        "theta");
    expect_error<ValidationError>(
        [](Pair& p) {
            auto c = p.net.connect(p.a, p.b);
            p.net.connect(p.u, c.learning_rule);
        },
        "0 learning rules");
    expect_error<ValidationError>(
        [](Pair& p) {
            auto c = p.net.connect(
                p.a, p.b,
                {.learning_rule = LearningRules{{"pes", PES{}}, {"voja", Voja{}}}});
            p.net.connect(p.u, c.learning_rule.at("oja"));
        },
        "'pes', 'voja'");
}

}  // namespace

}  // namespace nengine::test
