#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

// Whole models that learn.

namespace nengine::test {

GOLDEN_NETWORK(whole_learned_product) {
    Network net({.label = "net", .seed = 228});
    auto u = net.node(sincos);
    auto stop = net.node([](double t) { return t < 0.12 ? 0.0 : 1.0; });
    auto pre = net.ensemble(50, 2, {.label = "pre", .radius = 1.4});
    auto post = net.ensemble(30, 1, {.label = "post"});
    auto error = net.ensemble(30, 1, {.label = "error"});
    net.connect(u, pre);
    auto conn = net.connect(pre, post,
                            {.function = [](Span) { return Values{0.0}; },
                             .learning_rule = PES{.learning_rate = 2e-3}});
    net.connect(pre, error, {.function = product, .transform = -1});
    net.connect(post, error);
    net.connect(error, conn.learning_rule);
    net.connect(stop, error.neurons, {.transform = full(30, 1, -20.0)});
    net.probe(post, {.synapse = 0.01});
    net.probe(error, {.synapse = 0.03});
    net.probe(conn, {.attr = "weights", .synapse = 0.01, .sample_every = 0.01});
    net.probe(conn.learning_rule, {.attr = "error"});
    return net;
}

GOLDEN_NETWORK(whole_learned_associations) {
    const std::int64_t d = 4;
    RandomState rng(229);
    std::vector<Values> keys(2, zeros(d));
    for (auto& key : keys) {
        double squares = 0.0;
        for (double& value : key) {
            value = rng.standard_normal();
            squares += value * value;
        }
        for (double& value : key) {
            value /= std::sqrt(squares);
        }
    }
    const Values values = uniform(rng, -1, 1, 2, 1).values;
    const auto which = [](double t) { return static_cast<std::size_t>(t / 0.05) % 2; };
    Network net({.label = "net", .seed = 229});
    auto key = net.node([=](double t) { return keys[which(t)]; }, {.size_out = d});
    auto value = net.node([=](double t) { return values[which(t)]; }, {.size_out = 1});
    auto learning = net.node([](double t) { return t < 0.15 ? 0.0 : -1.0; });
    auto recall = net.node({.size_in = 1});
    auto memory =
        net.ensemble(40, d, {.label = "memory", .intercepts = Array(Values(40, 0.1))});
    auto enc = net.connect(
        key, memory,
        {.synapse = None,
         .learning_rule = Voja{.learning_rate = 5e-2, .post_synapse = None}});
    auto dec = net.connect(memory, recall,
                           {.function = [](Span) { return Values{0.0}; },
                            .learning_rule = PES{.learning_rate = 1e-3}});
    auto error = net.ensemble(30, 1, {.label = "error"});
    net.connect(learning, enc.learning_rule, {.synapse = None});
    net.connect(value, error, {.transform = -1, .synapse = None});
    net.connect(recall, error, {.synapse = None});
    net.connect(error, dec.learning_rule);
    net.connect(learning, error.neurons,
                {.transform = full(30, 1, 10.0), .synapse = None});
    net.probe(recall, {.synapse = 0.01});
    net.probe(enc.learning_rule, {.attr = "scaled_encoders", .sample_every = 0.02});
    net.probe(memory, {.attr = "scaled_encoders", .sample_every = 0.05});
    net.probe(memory.neurons, {.sample_every = 0.003});
    return net;
}

GOLDEN_NETWORK(whole_unsupervised) {
    RandomState rng(230);
    Network net({.label = "net", .seed = 230});
    auto u = net.node(sine);
    auto a = net.ensemble(16, 1, {.label = "a"});
    auto inner = net.subnetwork({.label = "inner"});
    auto b = inner.ensemble(12, 1, {.label = "b"});
    auto c = inner.ensemble(10, 1, {.label = "c", .neuron_type = LIFRate{}});
    net.connect(u, a);
    auto one =
        net.connect(a, b,
                    {.solver = LstsqL2{.weights = true},
                     .learning_rule = LearningRules{BCM{.learning_rate = 5e-10},
                                                    Oja{.learning_rate = 6e-8}}});
    auto two = net.connect(
        b.neurons, c.neurons,
        {.transform = uniform(rng, 0, 1e-3, 10, 12),
         .learning_rule = LearningRules{{"oja", Oja{.learning_rate = 1e-6,
                                                    .pre_synapse = 0.01,
                                                    .post_synapse = Alpha{0.02},
                                                    .beta = 0.5}}}});
    net.probe(b, {.synapse = 0.01});
    net.probe(c, {.synapse = 0.01});
    net.probe(one, {.attr = "weights", .sample_every = 0.02});
    net.probe(one.learning_rule.at(0), {.attr = "theta", .sample_every = 0.01});
    net.probe(two, {.attr = "weights", .sample_every = 0.02});
    net.probe(two.learning_rule.at("oja"),
              {.attr = "post_filtered", .sample_every = 0.01});
    return net;
}

GOLDEN_NETWORK(whole_adaptive) {
    Network net({.label = "net", .seed = 231});
    auto u = net.node(sincos);
    auto a = net.ensemble(20, 2, {.label = "a"});
    auto b = net.ensemble(15, 3, {.label = "b", .radius = 1.5});
    auto out = net.node({.size_in = 3});
    net.connect(u, a);
    auto c1 = net.connect(
        a[1], b[Slice{.step = 2}],
        {.transform = {{1.0}, {-1.0}},
         .learning_rule = PES{.learning_rate = 3e-3, .pre_synapse = Alpha{0.01}}});
    auto c2 = net.connect(b, b,
                          {.function = [](double x) { return 0.9 * x; },
                           .synapse = 0.1,
                           .learning_rule = PES{.learning_rate = 1e-3}});
    auto c3 = net.connect(
        a.neurons, b.neurons[Slice{3, 9}],
        {.transform = full(6, 20, 1e-4), .learning_rule = PES{.learning_rate = 1e-3}});
    auto c4 = net.connect(
        a.neurons, out[{2, 0}],
        {.transform = full(2, 20, 0.0), .learning_rule = RLS{.learning_rate = 1e-2}});
    auto c5 =
        net.connect(b, out[1],
                    {.function = product,
                     .learning_rule = RLS{.learning_rate = 1e-3, .pre_synapse = 0.02}});
    net.connect(u, c1.learning_rule, {.transform = 0.5});
    net.connect(b, c2.learning_rule, {.synapse = 0.01});
    net.connect(u[0], c3.learning_rule[1], {.synapse = None});
    net.connect(out[{2, 0}], c4.learning_rule);
    net.connect(u, c4.learning_rule, {.transform = -1});
    net.connect(out[1], c5.learning_rule, {.transform = 0.7});
    net.probe(b, {.synapse = 0.01});
    net.probe(out, {.synapse = 0.005});
    for (const auto& conn : {c1, c2, c3, c4, c5}) {
        net.probe(conn, {.attr = "weights", .sample_every = 0.03});
        net.probe(conn.learning_rule, {.attr = "delta", .sample_every = 0.04});
    }
    return net;
}

}  // namespace nengine::test
