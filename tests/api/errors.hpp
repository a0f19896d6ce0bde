#pragma once

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

// What Nengo rejects is rejected here with an error of matching type, whose text names
// the user's object, what was given, and what is needed.

namespace nengine::test {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// A network with one object of each kind.
struct Example {
    Network net{{.seed = 1}};
    Node u = net.node({0.5, -0.5}, {.label = "u"});
    Node sum = net.node({.label = "sum", .size_in = 2});
    Ensemble a = net.ensemble(20, 2, {.label = "a"});
    Ensemble rates = net.ensemble(10, 1, {.label = "rates", .neuron_type = LIFRate{}});
    Connection ua = net.connect(u, a, {.label = "ua"});

    void simulate(SimulatorOptions options = quiet()) { Simulator sim(net, options); }
    void run(std::int64_t n_steps = 3) { Simulator(net, quiet()).run_steps(n_steps); }
};

enum class Type { validation, shape, build, simulation, closed, file, memory };

struct Case {
    std::string what;
    Type type;
    /// Parts of the message.
    std::vector<std::string> texts;
    std::function<void(Example&)> work;
};

void expect_errors(const std::vector<Case>& cases);

}  // namespace nengine::test
