#include "learning_errors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace nengine::test {

namespace {

using namespace learning;
using ::testing::HasSubstr;

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
                  p.learn(p.a, p.b[{1, 1}], rule, {.transform = Array::full({2, 2})});
              }},
             {"from a component to a list of others",
              works,
              {},
              [&](Pair& p) {
                  p.learn(p.a[1], p.b[{1, 0}], rule,
                          {.transform = Array::full({2, 1})});
              }},
             {"from some neurons to a component of a node",
              std::holds_alternative<RLS>(rule) ? validation : works,
              {},
              [&](Pair& p) {
                  p.learn(p.a.neurons[{7, 2}], p.sum[1], rule,
                          {.transform = Array::full({1, 2})});
              }},
             {"to direct mode", works, {}, [&](Pair& p) {
                  p.learn(p.a[0], p.direct[1], rule);
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
              p.learn(p.a, p.b.neurons, Voja{}, {.transform = Array::full({8, 2})});
          }},
         {"to some neurons",
          validation,
          {"neurons of ensemble 'b'"},
          [](Pair& p) {
              p.learn(p.a, p.b.neurons[Slice{.stop = 3}], Voja{},
                      {.transform = Array::full({3, 2})});
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
                                  {.transform = Array::full({8, 12})});
                      }},
                     {"a filter of negative time", validation, {"tau"}, [](Pair& p) {
                          p.learn(p.a.neurons, p.b.neurons, BCM{.theta_synapse = -1},
                                  {.transform = Array::full({8, 12})});
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
            auto c = p.net.connect(
                p.a.neurons, p.b.neurons,
                {.transform = Array::full({8, 12}), .learning_rule = BCM{}});
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
            auto c = p.net.connect(p.a, p.b, {.learning_rule = PES{}});
            p.net.connect(p.b, c.learning_rule);
            c.learning_rule_type = None;
        },
        "0 learning rules, needs 1");
    expect_error<ValidationError>(
        [](Pair& p) {
            auto c = p.net.connect(p.a, p.b, {.learning_rule = PES{}});
            p.net.probe(c.learning_rule);
            c.learning_rule_type = None;
        },
        "0 learning rules, needs 1");
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
