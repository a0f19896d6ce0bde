#include "learning_errors.hpp"

// Rules on weights between neurons.

namespace nengine::test {

namespace {

using namespace learning;

TEST(LearningErrors, OfPESAndRLSOnWeightsBetweenNeurons) {
    using enum Outcome;
    const ConnectionOptions solved{.solver = LstsqL2{.weights = true}};
    expect_outcomes(
        {{"PES to a list of neurons",
          build,
          {"a list of positions", "a slice"},
          [](Pair& p) {
              p.learn(p.a.neurons, p.b.neurons[{1, 3}], PES{},
                      {.transform = Array::full({2, 12})});
          }},
         {"PES to neurons by a mask",
          build,
          {"a list of positions", "a slice"},
          [](Pair& p) {
              p.learn(p.a.neurons, p.b.neurons[std::vector<bool>(8, true)], PES{},
                      {.transform = Array::full({8, 12})});
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
                      {.transform = Array::full({3, 2})});
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
              p.learn(p.a.neurons, p.b.neurons, RLS{},
                      {.transform = Array::full({8, 12})});
          }},
         {"RLS to a slice of neurons",
          validation,
          {"weights to neurons"},
          [](Pair& p) {
              p.learn(p.a, p.b.neurons[Slice{.stop = 3}], RLS{},
                      {.transform = Array::full({3, 2})});
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
                  p.learn(p.u, p.b.neurons, rule, {.transform = Array::full({8, 1})});
              }},
             {"from direct mode",
              validation,
              {"direct mode"},
              [&](Pair& p) {
                  p.learn(p.direct, p.b.neurons, rule,
                          {.transform = Array::full({8, 2})});
              }},
             {"from neurons to an ensemble",
              validation,
              {"ensemble 'b'", "neurons"},
              [&](Pair& p) {
                  p.learn(p.a.neurons, p.b, rule, {.transform = Array::full({2, 12})});
              }},
             {"from neurons to a component",
              validation,
              {"ensemble 'b'", "neurons"},
              [&](Pair& p) {
                  p.learn(p.a.neurons, p.b[1], rule,
                          {.transform = Array::full({1, 12})});
              }},
             {"from neurons to a node",
              validation,
              {"node 'sum'", "neurons"},
              [&](Pair& p) {
                  p.learn(p.a.neurons, p.sum, rule,
                          {.transform = Array::full({2, 12})});
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
                          {.transform = Array::full({8, 5})});
              }},
             {"from a list of neurons",
              validation,
              {"all pre neurons"},
              [&](Pair& p) {
                  p.learn(p.a.neurons[{1, 3}], p.b.neurons, rule,
                          {.transform = Array::full({8, 2})});
              }},
             {"to some of the neurons",
              validation,
              {"all post neurons"},
              [&](Pair& p) {
                  p.learn(p.a.neurons, p.b.neurons[Slice{.start = 2}], rule,
                          {.transform = Array::full({6, 12})});
              }},
             {"from decoders to neurons",
              validation,
              {"decoders"},
              [&](Pair& p) {
                  p.learn(p.a, p.b.neurons, rule, {.transform = Array::full({8, 2})});
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
                  p.learn(p.a.neurons, p.b.neurons, rule,
                          {.transform = Array::full({8, 12})});
              }},
             {"between components with full weights", works, {}, [&](Pair& p) {
                  p.learn(p.a[1], p.b[{0}], rule, solved);
              }}});
    }
}

}  // namespace

}  // namespace nengine::test
