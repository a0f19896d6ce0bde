#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

namespace {

double zero(double) {
    return 0.0;
}

}  // namespace

GOLDEN_NETWORK(learn_pes) {
    Network net({.label = "net", .seed = 130});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(30, 1, {.label = "a"});
    auto b = net.node({.label = "b", .size_in = 1});
    auto err = net.node({.label = "err", .size_in = 1});
    net.connect(u, a, {.label = "ua"});
    auto conn = net.connect(
        a, b,
        {.label = "ab", .function = zero, .learning_rule = PES{.learning_rate = 1e-3}});
    net.connect(b, err, {.label = "be", .synapse = None});
    net.connect(u, err, {.label = "ue", .transform = -1, .synapse = None});
    net.connect(err, conn.learning_rule, {.label = "learn"});
    net.probe(b, {.label = "p", .synapse = 0.01});
    net.probe(conn, {.label = "weights", .attr = "weights", .sample_every = 0.01});
    net.probe(conn.learning_rule, {.label = "error", .attr = "error"});
    net.probe(conn.learning_rule,
              {.label = "delta", .attr = "delta", .sample_every = 0.02});
    net.probe(conn.learning_rule,
              {.label = "acts", .attr = "activities", .sample_every = 0.02});
    return net;
}

GOLDEN_NETWORK(learn_pes_ensemble) {
    Network net({.label = "net", .seed = 131});
    auto u = net.node(sincos, {.label = "u"});
    auto a = net.ensemble(30, 2, {.label = "a"});
    auto b = net.ensemble(20, 2, {.label = "b"});
    auto err = net.ensemble(20, 2, {.label = "err"});
    net.connect(u, a, {.label = "ua"});
    auto conn =
        net.connect(a, b,
                    {.label = "ab",
                     .transform = {{0.0, 0.5}, {0.5, 0.0}},
                     .learning_rule = PES{.learning_rate = 1e-3, .pre_synapse = 0.01}});
    net.connect(b, err, {.label = "be"});
    net.connect(a, err, {.label = "ae", .function = swap_and_square, .transform = -1});
    net.connect(err, conn.learning_rule, {.label = "learn"});
    net.probe(b, {.label = "p", .synapse = 0.01});
    net.probe(conn, {.label = "weights", .attr = "weights", .sample_every = 0.02});
    return net;
}

GOLDEN_NETWORK(learn_pes_weights) {
    Network net({.label = "net", .seed = 132});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(15, 1, {.label = "a"});
    auto b = net.ensemble(10, 1, {.label = "b"});
    net.connect(u, a, {.label = "ua"});
    auto conn = net.connect(a, b,
                            {.label = "ab",
                             .solver = LstsqL2{.weights = true},
                             .learning_rule = PES{.learning_rate = 1e-3}});
    net.connect(u, conn.learning_rule, {.label = "learn", .transform = 0.5});
    net.probe(b, {.label = "p", .synapse = 0.01});
    net.probe(conn, {.label = "weights", .attr = "weights", .sample_every = 0.02});
    return net;
}

GOLDEN_NETWORK(learn_pes_neurons) {
    Network net({.label = "net", .seed = 133});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(12, 1, {.label = "a"});
    auto b = net.ensemble(8, 2, {.label = "b"});
    net.connect(u, a, {.label = "ua"});
    auto conn = net.connect(a.neurons, b.neurons,
                            {.label = "ab",
                             .transform = full(8, 12, 1e-3),
                             .learning_rule = PES{.learning_rate = 1e-3}});
    net.connect(u, conn.learning_rule,
                {.label = "learn", .transform = {{0.5}, {-0.5}}});
    net.probe(b, {.label = "p", .synapse = 0.01});
    net.probe(conn, {.label = "weights", .attr = "weights", .sample_every = 0.02});
    return net;
}

GOLDEN_NETWORK(learn_bcm) {
    Network net({.label = "net", .seed = 134});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(12, 1, {.label = "a"});
    auto b = net.ensemble(8, 1, {.label = "b"});
    net.connect(u, a, {.label = "ua"});
    RandomState rng(134);
    auto conn = net.connect(
        a.neurons, b.neurons,
        {.label = "ab",
         .transform = uniform(rng, 0, 2e-3, 8, 12),
         .learning_rule = BCM{.learning_rate = 1e-8, .theta_synapse = 0.1}});
    net.probe(b.neurons, {.label = "spikes"});
    net.probe(conn, {.label = "weights", .attr = "weights", .sample_every = 0.02});
    for (const char* attr : {"theta", "pre_filtered", "post_filtered", "delta"}) {
        net.probe(conn.learning_rule,
                  {.label = attr, .attr = attr, .sample_every = 0.02});
    }
    return net;
}

GOLDEN_NETWORK(learn_oja) {
    Network net({.label = "net", .seed = 135});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(12, 1, {.label = "a"});
    auto b = net.ensemble(8, 1, {.label = "b"});
    net.connect(u, a, {.label = "ua"});
    auto conn =
        net.connect(a, b,
                    {.label = "ab",
                     .solver = LstsqL2{.weights = true},
                     .learning_rule = Oja{
                         .learning_rate = 1e-5, .post_synapse = 0.01, .beta = 0.5}});
    net.probe(b, {.label = "p", .synapse = 0.01});
    net.probe(conn, {.label = "weights", .attr = "weights", .sample_every = 0.02});
    net.probe(conn.learning_rule,
              {.label = "delta", .attr = "delta", .sample_every = 0.05});
    return net;
}

GOLDEN_NETWORK(learn_voja) {
    Network net({.label = "net", .seed = 136});
    auto u = net.node(sincos, {.label = "u"});
    auto gate = net.node(Piecewise{{{0, 0.0}, {0.08, -1.0}}}, {.label = "gate"});
    auto a = net.ensemble(20, 2, {.label = "a"});
    auto b = net.ensemble(
        12, 2, {.label = "b", .radius = 1.5, .intercepts = Choice{.options = {0.1}}});
    net.connect(u, a, {.label = "ua"});
    auto conn =
        net.connect(a, b, {.label = "ab", .learning_rule = Voja{.learning_rate = 0.5}});
    net.connect(gate, conn.learning_rule, {.label = "gating", .synapse = None});
    net.probe(b, {.label = "p", .synapse = 0.01});
    net.probe(b,
              {.label = "encoders", .attr = "scaled_encoders", .sample_every = 0.02});
    net.probe(
        conn.learning_rule,
        {.label = "post_filtered", .attr = "post_filtered", .sample_every = 0.02});
    return net;
}

GOLDEN_NETWORK(learn_voja_default) {
    Network net({.label = "net", .seed = 137});
    auto u = net.node(sincos, {.label = "u"});
    auto b = net.ensemble(15, 2, {.label = "b"});
    auto conn = net.connect(
        u, b,
        {.label = "ub",
         .synapse = None,
         .learning_rule = Voja{.learning_rate = 0.1, .post_synapse = None}});
    net.probe(b,
              {.label = "encoders", .attr = "scaled_encoders", .sample_every = 0.02});
    net.probe(conn.learning_rule,
              {.label = "delta", .attr = "delta", .sample_every = 0.05});
    return net;
}

GOLDEN_NETWORK(learn_rls) {
    Network net({.label = "net", .seed = 138});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(15, 1, {.label = "a", .neuron_type = LIFRate{}});
    auto b = net.node({.label = "b", .size_in = 1});
    auto err = net.node({.label = "err", .size_in = 1});
    net.connect(u, a, {.label = "ua"});
    auto conn = net.connect(
        a, b,
        {.label = "ab", .function = zero, .learning_rule = RLS{.learning_rate = 1e-2}});
    net.connect(b, err, {.label = "be", .synapse = None});
    net.connect(u, err, {.label = "ue", .transform = -1, .synapse = None});
    net.connect(err, conn.learning_rule, {.label = "learn", .synapse = 0.0});
    net.probe(b, {.label = "p"});
    net.probe(conn, {.label = "weights", .attr = "weights", .sample_every = 0.01});
    net.probe(conn.learning_rule,
              {.label = "gamma", .attr = "inv_gamma", .sample_every = 0.05});
    return net;
}

GOLDEN_NETWORK(learn_rls_neurons) {
    Network net({.label = "net", .seed = 139});
    auto u = net.node(sincos, {.label = "u"});
    auto a = net.ensemble(20, 2, {.label = "a"});
    auto b = net.node({.label = "b", .size_in = 2});
    auto err = net.node({.label = "err", .size_in = 2});
    net.connect(u, a, {.label = "ua"});
    auto conn =
        net.connect(a.neurons, b,
                    {.label = "ab",
                     .transform = full(2, 20, 0.0),
                     .learning_rule = RLS{.learning_rate = 1e-3, .pre_synapse = 0.01}});
    net.connect(b, err, {.label = "be"});
    net.connect(u, err, {.label = "ue", .transform = -1});
    net.connect(err, conn.learning_rule, {.label = "learn", .synapse = None});
    net.probe(b, {.label = "p", .synapse = 0.01});
    net.probe(conn, {.label = "weights", .attr = "weights", .sample_every = 0.02});
    return net;
}

GOLDEN_NETWORK(learn_two_rules) {
    Network net({.label = "net", .seed = 140});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(12, 1, {.label = "a"});
    auto b = net.ensemble(8, 1, {.label = "b"});
    auto c = net.ensemble(8, 1, {.label = "c"});
    net.connect(u, a, {.label = "ua"});
    auto ab = net.connect(a.neurons, b.neurons,
                          {.label = "ab",
                           .transform = full(8, 12, 1e-3),
                           .learning_rule = LearningRules{BCM{.learning_rate = 1e-9},
                                                          Oja{.learning_rate = 1e-6}}});
    auto ac = net.connect(
        a, c,
        {.label = "ac",
         .learning_rule = LearningRules{{"pes", PES{.learning_rate = 5e-4}},
                                        {"voja", Voja{.learning_rate = 0.05}}}});
    net.connect(u, ac.learning_rule.at("pes"), {.label = "learn"});
    net.probe(ab, {.label = "weights_ab", .attr = "weights", .sample_every = 0.02});
    net.probe(ac, {.label = "weights_ac", .attr = "weights", .sample_every = 0.02});
    net.probe(c,
              {.label = "encoders", .attr = "scaled_encoders", .sample_every = 0.02});
    return net;
}

}  // namespace nengine::test
