#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

// Learning rules beside Nengo 4.1: the same networks there, with their simulators'
// optimizer off, gave the numbers of learning_variations.cpp.

namespace nengine::test::learning {

/// What the networks share.
struct World {
    Network net{NetworkOptions{.seed = 11}};
    std::vector<Probe> probes;
    Node u = net.node([](double t) { return std::sin(20 * t); }, {.label = "u"});
    Node v = net.node(
        [](double t) {
            return std::vector{std::sin(15 * t), std::cos(11 * t)};
        },
        {.label = "v"});
    Ensemble a = net.ensemble(12, 1, {.label = "a"});
    Ensemble b = net.ensemble(8, 2, {.label = "b"});
    Ensemble c = net.ensemble(15, 2, {.label = "c", .radius = 1.5});
    Node o = net.node({.label = "o", .size_in = 2});

    World() {
        connect(u, a);
        connect(v, c);
    }
    Connection connect(const ObjectView& from, const ObjectView& to,
                       const ConnectionOptions& options = {}) {
        return net.connect(from, to, options);
    }
    void probe(const ObjectView& target, const ProbeOptions& options = {}) {
        probes.push_back(net.probe(target, options));
    }
    void weights(const Connection& connection) {
        probe(connection, {.attr = "weights"});
    }
    void weights(const Connection& connection, double sample_every) {
        probe(connection, {.attr = "weights", .sample_every = sample_every});
    }
};

/// Sums over all that a probe has recorded: numbers times cos(place), and magnitudes.
struct Digest {
    double sum, magnitude;
};

struct Variation {
    const char* name;
    std::function<void(World&)> make;
    std::vector<Digest> digests;
};

const std::vector<Variation>& variations();

}  // namespace nengine::test::learning
