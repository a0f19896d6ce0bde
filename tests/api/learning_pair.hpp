#pragma once

#include <cmath>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

namespace nengine::test::learning {

/// A sine into an ensemble `a`; another, `b`, of two dimensions.
struct SinePair {
    Network net{NetworkOptions{.seed = 5}};
    Node u = net.node([](double t) { return std::sin(20 * t); }, {.label = "u"});
    Ensemble a = net.ensemble(12, 1, {.label = "a"});
    Ensemble b = net.ensemble(8, 2, {.label = "b"});

    SinePair() { net.connect(u, a, {.label = "ua"}); }
    Probe weights(const Connection& connection) {
        return net.probe(connection, {.attr = "weights"});
    }
};

}  // namespace nengine::test::learning
