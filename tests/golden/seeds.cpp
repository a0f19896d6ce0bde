#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

GOLDEN_NETWORK(seeds_flat) {
    Network net({.label = "net", .seed = 10});
    auto n0 = net.node(0.5, {.label = "n0"});
    auto a = net.ensemble(5, 1, {.label = "a"});
    net.probe(a, {.label = "p0"});
    net.connect(n0, a, {.label = "c0"});
    auto b = net.ensemble(6, 2, {.label = "b"});
    net.connect(a, b[0], {.label = "c1"});
    net.node([](double t) { return t; }, {.label = "n1"});
    net.probe(b, {.label = "p1"});
    net.probe(n0, {.label = "p2"});
    return net;
}

GOLDEN_NETWORK(seeds_nested) {
    Network net({.label = "top", .seed = 77});
    auto outer = net.ensemble(4, 1, {.label = "outer"});
    auto one = net.subnetwork({.label = "one"});
    auto x = one.ensemble(4, 1, {.label = "x"});
    auto deep = one.subnetwork({.label = "deep"});
    auto z = deep.ensemble(4, 1, {.label = "z"});
    deep.connect(x, z, {.label = "xz"});
    auto y = one.ensemble(4, 1, {.label = "y"});
    one.connect(x, y, {.label = "xy"});
    auto two = net.subnetwork({.label = "two"});
    auto w = two.ensemble(4, 2, {.label = "w"});
    two.probe(w, {.label = "pw"});
    net.connect(outer, x, {.label = "cx"});
    net.connect(z, w[1], {.label = "cw"});
    net.probe(y, {.label = "py"});
    return net;
}

GOLDEN_NETWORK(seeds_explicit) {
    Network net({.label = "top", .seed = 3});
    auto a = net.ensemble(5, 1, {.label = "a", .seed = 123});
    auto b = net.ensemble(5, 1, {.label = "b"});
    net.connect(a, b, {.label = "ab", .seed = 99});
    auto sub = net.subnetwork({.label = "sub", .seed = 8});
    auto c = sub.ensemble(5, 1, {.label = "c"});
    auto d = sub.ensemble(5, 1, {.label = "d", .seed = 0});
    sub.connect(c, d, {.label = "cd"});
    net.connect(b, c, {.label = "bc"});
    net.probe(d, {.label = "pd", .seed = 4});
    net.probe(a, {.label = "pa"});
    return net;
}

}  // namespace nengine::test
