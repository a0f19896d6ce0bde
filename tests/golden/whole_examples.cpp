#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

// Whole models: examples of Nengo's.

namespace nengine::test {

namespace {

Values row(const Array& matrix, std::int64_t index) {
    const std::int64_t columns = matrix.extent(1);
    const auto begin = matrix.values.begin() + index * columns;
    return {begin, begin + columns};
}

}  // namespace

GOLDEN_NETWORK(whole_lorenz) {
    const double tau = 0.1, sigma = 10.0, beta = 8.0 / 3, rho = 28.0;
    const auto feedback = [=](Span x) {
        const double dx0 = -sigma * x[0] + sigma * x[1];
        const double dx1 = -x[0] * x[2] - x[1];
        const double dx2 = x[0] * x[1] - beta * (x[2] + rho) - rho;
        return Values{dx0 * tau + x[0], dx1 * tau + x[1], dx2 * tau + x[2]};
    };
    Network net({.label = "Lorenz attractor", .seed = 201});
    auto state = net.ensemble(300, 3, {.label = "state", .radius = 60.0});
    net.connect(state, state, {.function = feedback, .synapse = tau});
    net.probe(state, {.synapse = tau});
    net.probe(state.neurons[Slice{.stop = 40}]);
    return net;
}

GOLDEN_NETWORK(whole_inhibitory_gating) {
    const std::int64_t n = 30;
    Network net({.label = "Inhibitory Gating", .seed = 202});
    auto a = net.ensemble(n, 1, {.label = "A"});
    auto b = net.ensemble(n, 1, {.label = "B"});
    auto c = net.ensemble(n, 1, {.label = "C"});
    auto sin = net.node([](double t) { return std::sin(t); });
    auto inhib = net.node(
        [](double t) { return t < 0.05 || (0.1 <= t && t < 0.15) ? 0.0 : 1.0; });
    net.connect(sin, a);
    net.connect(sin, b);
    net.connect(inhib, a.neurons, {.transform = full(n, 1, -2.5)});
    net.connect(inhib, c);
    net.connect(c, b.neurons, {.transform = full(n, 1, -2.5)});
    net.probe(sin);
    net.probe(inhib);
    for (const auto& ensemble : {a, b, c}) {
        net.probe(ensemble, {.synapse = 0.01});
    }
    return net;
}

GOLDEN_NETWORK(whole_question_answering) {
    const std::int64_t d = 16;
    RandomState rng(203);
    Array vocab({4, d}, Values(4 * d));
    for (double& value : vocab.values) {
        value = rng.standard_normal();
    }
    for (std::int64_t item = 0; item < 4; ++item) {
        double squares = 0.0;
        for (const double value : row(vocab, item)) {
            squares += value * value;
        }
        for (std::int64_t i = 0; i < d; ++i) {
            vocab.values[static_cast<std::size_t>(item * d + i)] /= std::sqrt(squares);
        }
    }
    const Values red = row(vocab, 0), circle = row(vocab, 1), blue = row(vocab, 2),
                 square_ = row(vocab, 3);
    Network net({.label = "Question answering", .seed = 203});
    net.config.ensemble.max_rates = Uniform{150, 250};
    auto color =
        net.node([=](double t) { return t < 0.05  ? red
                                        : t < 0.1 ? blue
                                                  : zeros(d); },
                 {.label = "color", .size_out = d});
    auto shape = net.node(
        [=](double t) { return t < 0.05  ? circle
                               : t < 0.1 ? square_
                                         : zeros(d); },
        {.label = "shape", .size_out = d});
    auto cue = net.node([=](double t) { return t < 0.15 ? circle : square_; },
                        {.label = "cue", .size_out = d});
    CircularConvolution bind(net, 15, d, {.label = "bind"});
    CircularConvolution unbind(net, 15, d, {.invert_b = true, .label = "unbind"});
    EnsembleArray memory(net, 12, d, {.label = "memory", .seed = 9});
    AssociativeMemory clean(net, Array(std::vector<Values>{red, blue}),
                            {.n_neurons = 12, .threshold = 0.1, .label = "clean"});
    clean.add_wta_network();
    net.connect(color, bind.input_a);
    net.connect(shape, bind.input_b);
    net.connect(bind.output, memory.input, {.transform = 0.5});
    net.connect(memory.output, memory.input, {.synapse = 0.1});
    net.connect(memory.output, unbind.input_a, {.synapse = None});
    net.connect(cue, unbind.input_b);
    net.connect(unbind.output, clean.input, {.synapse = 0.02});
    net.probe(memory.output, {.synapse = 0.03, .sample_every = 0.005});
    net.probe(clean.output, {.synapse = 0.03, .sample_every = 0.005});
    net.probe(clean.utilities);
    return net;
}

GOLDEN_NETWORK(whole_multiplication) {
    Network net({.label = "Multiplication", .seed = 204});
    auto a = net.ensemble(40, 1, {.label = "A", .radius = 10.0});
    auto b = net.ensemble(40, 1, {.label = "B", .radius = 10.0});
    auto combined = net.ensemble(
        80, 2,
        {.label = "Combined",
         .radius = 15.0,
         .encoders =
             Choice{Array{{1.0, 1.0}, {-1.0, 1.0}, {1.0, -1.0}, {-1.0, -1.0}}}});
    auto prod = net.ensemble(40, 1, {.label = "Product", .radius = 20.0});
    auto ia = net.node([](double t) {
        return t < 0.05 ? 0.0 : t < 0.1 ? 10.0 : -10.0;
    });
    auto ib = net.node([](double t) {
        return t < 0.07 ? 10.0 : t < 0.15 ? 2.0 : -2.0;
    });
    net.connect(ia, a);
    net.connect(ib, b);
    net.connect(a, combined[0]);
    net.connect(b, combined[1]);
    net.connect(combined, prod, {.function = product});
    net.probe(ia);
    net.probe(a, {.synapse = 0.01});
    net.probe(combined, {.synapse = 0.01});
    net.probe(prod, {.synapse = 0.01});
    return net;
}

GOLDEN_NETWORK(whole_controlled_oscillator) {
    const double tau = 0.1, w = 10.0;
    const auto turn = [=](Span x) {
        return Values{x[0] + -tau * w * x[2] * x[1], x[1] + tau * w * x[2] * x[0], 0.0};
    };
    Network net({.label = "Controlled Oscillator", .seed = 205});
    auto osc = net.ensemble(150, 3, {.label = "oscillator", .radius = 1.7});
    net.connect(osc, osc, {.function = turn, .synapse = tau});
    auto frequency = net.node([](double t) {
        return t < 0.1 ? 1.0 : t < 0.2 ? 0.0 : -1.0;
    });
    net.connect(frequency, osc[2]);
    auto start = net.node([](double t) { return t < 0.05 ? 1.0 : 0.0; });
    net.connect(start, osc[0]);
    net.probe(osc, {.synapse = 0.03});
    net.probe(osc[{2, 0}], {.synapse = Alpha{0.01}, .sample_every = 0.0025});
    return net;
}

GOLDEN_NETWORK(whole_controlled_integrator) {
    Network net({.label = "Controlled Integrator", .seed = 206});
    auto a = net.ensemble(120, 2, {.label = "A", .radius = 1.5});
    auto signal = net.node([](double t) {
        return 0.02 <= t && t < 0.06 ? 5.0 : 0.1 <= t && t < 0.12 ? -10.0 : 0.0;
    });
    auto control = net.node([](double t) { return t < 0.15 ? 1.0 : 0.5; });
    net.connect(signal, a[0], {.transform = {{0.1}}, .synapse = 0.1});
    net.connect(control, a[1], {.synapse = 0.005});
    net.connect(a, a[0], {.function = product, .synapse = 0.1});
    net.probe(a, {.attr = "decoded_output", .synapse = 0.01});
    return net;
}

GOLDEN_NETWORK(whole_differentiator) {
    Network net({.label = "net", .seed = 225});
    auto u = net.node(sine);
    auto fast = net.ensemble(30, 1, {.label = "fast"});
    auto d = net.ensemble(30, 1, {.label = "d", .radius = 2.0});
    Product prod(net, 40, 1, {.input_magnitude = 1.5, .label = "prod", .seed = 8});
    net.connect(u, fast);
    net.connect(fast, d, {.transform = 10, .synapse = 0.002});
    net.connect(fast, d, {.transform = -10, .synapse = 0.02});
    net.connect(d, prod.input_a);
    net.connect(fast, prod.input_b, {.function = [](double x) { return std::abs(x); }});
    net.probe(d, {.synapse = 0.01});
    net.probe(prod.output, {.synapse = 0.01});
    net.probe(prod.sq1.ensembles[0].neurons);
    return net;
}

GOLDEN_NETWORK(whole_single_neurons) {
    Network net({.label = "Neurons", .seed = 223});
    auto cos = net.node([](double t) { return std::cos(8 * t); });
    auto one = net.ensemble(1, 1,
                            {.label = "one",
                             .encoders = Array{{1.0}},
                             .max_rates = Uniform{100, 100},
                             .intercepts = Uniform{-0.5, -0.5}});
    auto two = net.ensemble(2, 1,
                            {.label = "two",
                             .encoders = Array{{1.0}, {-1.0}},
                             .max_rates = Uniform{100, 100},
                             .intercepts = Uniform{-0.5, -0.5}});
    auto many = net.ensemble(40, 1, {.label = "many"});
    auto given = net.ensemble(5, 2,
                              {.label = "given",
                               .encoders = UniformHypersphere{},
                               .gain = Uniform{1, 2},
                               .bias = {0.5, 1.0, 1.5, -0.2, 0.0},
                               .eval_points = Uniform{-1, 1},
                               .n_eval_points = 50,
                               .normalize_encoders = false});
    for (const ObjectView& target :
         {ObjectView(one), ObjectView(two), ObjectView(many), given[1]}) {
        net.connect(cos, target);
    }
    for (const auto& ensemble : {one, two, many, given}) {
        net.probe(ensemble, {.synapse = 0.01});
        net.probe(ensemble.neurons);
        net.probe(ensemble.neurons, {.attr = "voltage", .synapse = 0.01});
    }
    return net;
}

GOLDEN_NETWORK(whole_recurrent) {
    Network net({.label = "net", .seed = 211});
    auto u = net.node(sine);
    auto a = net.ensemble(25, 2, {.label = "a"});
    auto b = net.ensemble(20, 1, {.label = "b", .neuron_type = AdaptiveLIF{}});
    auto delay = net.node([](double, Span x) { return 0.5 * x[0]; },
                          {.size_in = 1, .size_out = 1});
    net.connect(u, a[0], {.transform = 0.1, .synapse = 0.1});
    net.connect(a, a, {.transform = {{1.0, -0.3}, {0.3, 1.0}}, .synapse = 0.1});
    net.connect(a, b, {.function = [](Span x) { return x[0] * x[0]; }});
    net.connect(b, a[1]);
    net.connect(b.neurons, b.neurons,
                {.transform = Gaussian{0, 2e-3}, .synapse = 0.01});
    net.connect(a.neurons, b.neurons,
                {.transform = Uniform{-1e-3, 1e-3}, .synapse = Alpha{0.01}});
    net.connect(b, delay);
    net.connect(delay, b);
    net.probe(a, {.synapse = 0.01});
    net.probe(b, {.synapse = 0.01});
    net.probe(b.neurons, {.attr = "adaptation", .sample_every = 0.004});
    net.probe(delay);
    return net;
}

GOLDEN_NETWORK(whole_coarse_steps) {
    Network net({.label = "net", .seed = 219});
    auto u = net.node(sincos);
    auto a = net.ensemble(30, 2, {.label = "a", .max_rates = Uniform{50, 100}});
    auto b = net.ensemble(20, 1, {.label = "b", .neuron_type = LIF{.tau_ref = 0.001}});
    net.connect(u, a);
    net.connect(a, b, {.function = product, .synapse = Alpha{0.02}});
    net.connect(b, b, {.synapse = 0.1});
    net.probe(a, {.synapse = 0.02});
    net.probe(b, {.synapse = 0.02, .sample_every = 0.006});
    net.probe(b.neurons, {.attr = "voltage"});
    return net;
}

}  // namespace nengine::test
