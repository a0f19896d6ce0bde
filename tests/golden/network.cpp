#include <gtest/gtest.h>

#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

GOLDEN_NETWORK(network_ensemble_array) {
    Network net({.label = "net", .seed = 160});
    auto u = net.node(
        [](double t) {
            return Values{std::sin(20 * t), std::cos(20 * t), 0.5, -t};
        },
        {.label = "u", .size_out = 4});
    EnsembleArray ea(net, 15, 2, {.ens_dimensions = 2, .label = "ea"});
    net.connect(u, ea.input, {.label = "ua"});
    auto products = ea.add_output("products", product);
    auto several = ea.add_output("several", {product, swap_and_square});
    auto neurons_out = ea.add_neuron_output();
    auto neurons_in = ea.add_neuron_input();
    net.connect(u[0], neurons_in,
                {.label = "direct", .transform = column(Values(30, 0.2))});
    net.probe(ea.output, {.label = "output", .synapse = 0.01});
    net.probe(products, {.label = "products", .synapse = 0.01});
    net.probe(several, {.label = "several", .synapse = 0.01});
    net.probe(neurons_out, {.label = "neurons", .synapse = 0.01});
    return net;
}

GOLDEN_NETWORK(network_ensemble_array_params) {
    Network net({.label = "net", .seed = 161});
    auto u = net.node({0.3, -0.6, 0.9}, {.label = "u"});
    EnsembleArray ea(net, 8, 3,
                     {.label = "ea",
                      .seed = 5,
                      .ensembles = {.radius = 1.5,
                                    .encoders = Choice{{{1.0}}},
                                    .max_rates = Choice{{100.0}},
                                    .intercepts = linspace(-0.9, 0.5, 8),
                                    .neuron_type = RectifiedLinear{}}});
    net.connect(u, ea.input, {.label = "ua", .synapse = None});
    net.probe(ea.output, {.label = "p"});
    return net;
}

GOLDEN_NETWORK(network_product) {
    Network net({.label = "net", .seed = 162});
    auto a = net.node({0.5, -0.8}, {.label = "a"});
    auto b = net.node(sincos, {.label = "b"});
    Product prod(net, 40, 2);
    net.connect(a, prod.input_a, {.label = "ca"});
    net.connect(b, prod.input_b, {.label = "cb"});
    net.probe(prod.output, {.label = "p", .synapse = 0.01});
    return net;
}

GOLDEN_NETWORK(network_circular_convolution) {
    RandomState rng(163);
    Values va, vb;
    for (auto* values : {&va, &vb}) {
        for (int i = 0; i < 4; ++i) {
            values->push_back(rng.normal(0.0, 1.0) / 2.0);
        }
    }
    Network net({.label = "net", .seed = 163});
    auto a = net.node(va, {.label = "a"});
    auto b = net.node(vb, {.label = "b"});
    CircularConvolution plain(net, 20, 4, {.label = "plain"});
    CircularConvolution inverted(net, 20, 4, {.invert_b = true, .label = "inverted"});
    CircularConvolution odd(net, 20, 3, {.invert_a = true, .label = "odd"});
    for (auto* cc : {&plain, &inverted}) {
        net.connect(a, cc->input_a, {.label = "a_" + cc->network.label});
        net.connect(b, cc->input_b, {.label = "b_" + cc->network.label});
    }
    net.connect(a[Slice{.stop = 3}], odd.input_a, {.label = "a_odd"});
    net.connect(b[Slice{.start = 1}], odd.input_b, {.label = "b_odd"});
    for (auto* cc : {&plain, &inverted, &odd}) {
        net.probe(cc->output, {.label = "p_" + cc->network.label, .synapse = 0.02});
    }
    return net;
}

GOLDEN_TABLES(network_circconv_transforms) {
    using namespace networks;
    for (const auto& entry : golden.manifest().at("cases")) {
        const auto d = entry.at("params").at("dimensions").get<std::int64_t>();
        SCOPED_TRACE(d);
        const auto check = [&](const char* name, const Array& got) {
            const GoldenArray want = golden.array(entry.at("arrays").at(name));
            ASSERT_EQ(want.values.size(), got.values.size()) << name;
            for (std::size_t i = 0; i < want.values.size(); ++i) {
                ASSERT_NEAR(want.values[i], got.values[i], 1e-14)
                    << name << '[' << i << ']';
            }
        };
        check("a", transform_in(d, Factor::a, false));
        check("a_inverted", transform_in(d, Factor::a, true));
        check("b", transform_in(d, Factor::b, false));
        check("b_inverted", transform_in(d, Factor::b, true));
        check("out", transform_out(d));
    }
}

GOLDEN_NETWORK(network_associative_memory) {
    const Array keys = {{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}};
    const Array values = {{1.0, 0.0}, {0.0, 1.0}, {-1.0, 0.5}};
    Network net({.label = "net", .seed = 164});
    auto u =
        net.node(Piecewise{{{0, {1, 0, 0}}, {0.05, {0, 0, 0.7}}, {0.1, {0, 0, 0}}}},
                 {.label = "u"});
    AssociativeMemory am(net, keys,
                         {.output_vectors = values,
                          .n_neurons = 20,
                          .threshold = 0.2,
                          .inhibitable = true,
                          .label = "am"});
    am.add_wta_network(1.5);
    am.add_default_output_vector({0.2, 0.2}, "output", 20);
    am.add_threshold_to_outputs(20);
    net.connect(u, am.input, {.label = "ui"});
    net.probe(am.output, {.label = "p", .synapse = 0.01});
    net.probe(am.utilities, {.label = "utilities", .synapse = 0.01});
    net.probe(am.thresholded_utilities, {.label = "thresholded", .synapse = 0.01});
    return net;
}

GOLDEN_NETWORK(network_basal_ganglia) {
    Network net({.label = "net", .seed = 165});
    auto u = net.node(Piecewise{{{0, {0.8, 0.4, 0.2}}, {0.1, {0.3, 0.2, 0.9}}}},
                      {.label = "u"});
    BasalGanglia bg(net, 3,
                    {.n_neurons_per_ensemble = 20, .input_bias = 0.1, .label = "bg"});
    Thalamus th(net, 3, {.n_neurons_per_ensemble = 20, .label = "th"});
    net.connect(u, bg.input, {.label = "ub"});
    net.connect(bg.output, th.input, {.label = "bt"});
    net.probe(bg.output, {.label = "p_bg", .synapse = 0.01});
    net.probe(th.output, {.label = "p_th", .synapse = 0.01});
    return net;
}

GOLDEN_NETWORK(network_input_gated_memory) {
    Network net({.label = "net", .seed = 166});
    auto u = net.node({0.6, -0.4}, {.label = "u"});
    auto gate = net.node(Piecewise{{{0, 0.0}, {0.1, 1.0}}}, {.label = "gate"});
    auto reset = net.node(Piecewise{{{0, 0.0}, {0.16, 1.0}}}, {.label = "reset"});
    InputGatedMemory mem(net, 30, 2, {.difference_gain = 5.0, .label = "mem"});
    net.connect(u, mem.input, {.label = "um"});
    net.connect(gate, mem.gate, {.label = "gm"});
    net.connect(reset, mem.reset, {.label = "rm"});
    net.probe(mem.output, {.label = "p", .synapse = 0.01});
    return net;
}

}  // namespace nengine::test
