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

}  // namespace nengine::test
