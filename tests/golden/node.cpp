#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

GOLDEN_NETWORK(node_feedback) {
    Network net({.seed = 111});
    auto u = net.node(1.0, {.label = "u"});
    auto x = net.node([](double, Span input) { return input[0]; },
                      {.label = "x", .size_in = 1, .size_out = 1});
    net.connect(u, x, {.label = "ux", .transform = 0.05 * 10, .synapse = 0.05});
    net.connect(x, x, {.label = "xx", .transform = 0.5, .synapse = 0.05});
    net.connect(x, x,
                {.label = "xx0",
                 .function = [](double value) { return -0.1 * value; },
                 .synapse = 0.0});
    net.probe(x, {.label = "p"});
    return net;
}

GOLDEN_NETWORK(node_outputs) {
    Network net({.seed = 110});
    auto scalar = net.node(0.25, {.label = "scalar"});
    auto vector = net.node({1.0, -2.0, 3.0}, {.label = "vector"});
    auto time = net.node([](double t) { return t; }, {.label = "time"});
    auto count =
        net.node([n = 0](double) mutable { return 0.01 * static_cast<double>(++n); },
                 {.label = "count", .size_out = 1});
    auto both = net.node(
        [](double t, Span x) {
            return Values{x[0] * t, x[1] - t};
        },
        {.label = "both", .size_in = 2, .size_out = 2});
    auto process = net.node(WhiteSignal{.period = 0.1, .high = 30, .seed = 1},
                            {.label = "process", .size_out = 2});
    auto sink = net.node([](double, Span) {}, {.label = "sink", .size_in = 1});
    auto square_node = net.node(
        [](double, Span x) {
            Values squares;
            for (const double value : x) {
                squares.push_back(value * value);
            }
            return squares;
        },
        {.label = "square", .size_in = 3, .size_out = 3});
    net.connect(process, both, {.label = "c_process", .synapse = None});
    net.connect(scalar, both[0], {.label = "c_scalar", .synapse = 0.01});
    net.connect(time, sink, {.label = "c_sink"});
    net.connect(vector, square_node, {.label = "c_square", .synapse = 0.005});
    for (const auto& node : {scalar, vector, time, count, both, process, square_node}) {
        net.probe(node, {.label = "p_" + node.label});
    }
    net.probe(vector[Slice{1}], {.label = "p_slice"});
    return net;
}

GOLDEN_NETWORK(node_filter_process) {
    Network net({.seed = 112});
    auto u = net.node(sincos, {.label = "u"});
    auto low = net.node(Lowpass{0.01}, {.label = "low", .size_in = 2, .size_out = 2});
    auto tri = net.node(Triangle{0.006}, {.label = "tri", .size_in = 2, .size_out = 2});
    for (const auto& node : {low, tri}) {
        net.connect(u, node, {.label = "u_" + node.label, .synapse = None});
        net.probe(node, {.label = "p_" + node.label});
    }
    return net;
}

}  // namespace nengine::test
