#include "bench/support/nef_networks.hpp"

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

namespace nengine::bench {

namespace {

using Rows = std::vector<std::vector<double>>;

/// Ensembles of one dimension between an input and an output node.
struct Array1d {
    Node input, output;
};

Array1d ensemble_array(Network& net, std::int64_t n, std::int64_t neurons,
                       double radius, const Function& function) {
    const Node input = net.node({.size_in = n});
    const Node output = net.node({.size_in = n});
    for (std::int64_t i = 0; i < n; ++i) {
        const Ensemble one = net.ensemble(neurons, 1, {.radius = radius});
        net.connect(input[i], one, {.synapse = None});
        net.connect(one, output[i], {.function = function, .synapse = None});
    }
    return {input, output};
}

/// What a product of the Fourier transforms needs of one factor: per frequency k the
/// parts that are multiplied for Re Re, Im Im, Re Im and Im Re. [4 (d / 2 + 1), d]
Rows half_dft(std::int64_t d, bool second) {
    Rows rows;
    for (std::int64_t k = 0; k <= d / 2; ++k) {
        std::vector<double> re, im;
        for (std::int64_t j = 0; j < d; ++j) {
            const double angle = 2 * std::numbers::pi * double(k * j % d) / double(d);
            re.push_back(std::cos(angle));
            im.push_back(-std::sin(angle));
        }
        const std::vector<std::vector<double>> parts =
            second ? Rows{re, im, im, re} : Rows{re, im, re, im};
        rows.insert(rows.end(), parts.begin(), parts.end());
    }
    return rows;
}

/// From those products back to the convolution. [d, 4 (d / 2 + 1)]
Rows inverse_dft(std::int64_t d) {
    Rows rows;
    for (std::int64_t j = 0; j < d; ++j) {
        std::vector<double> row;
        for (std::int64_t k = 0; k <= d / 2; ++k) {
            const double angle = 2 * std::numbers::pi * double(k * j % d) / double(d);
            const double both = k == 0 || 2 * k == d ? 1.0 : 2.0;  // k and d - k
            const double re = both / double(d) * std::cos(angle);
            const double im = -both / double(d) * std::sin(angle);
            row.insert(row.end(), {re, -re, im, im});
        }
        rows.push_back(row);
    }
    return rows;
}

Rows scaled(Rows rows, double factor) {
    for (auto& row : rows) {
        for (double& value : row) {
            value *= factor;
        }
    }
    return rows;
}

}  // namespace

NefNetwork integrator_array(std::int64_t dimensions,
                            std::int64_t neurons_per_dimension) {
    constexpr double tau = 0.1;
    Network net({.label = "integrators", .seed = 0});
    const Node x =
        net.node(std::vector<double>(static_cast<std::size_t>(dimensions), 0.0));
    const auto array = ensemble_array(net, dimensions, neurons_per_dimension, 1.0, {});
    net.connect(x, array.input, {.transform = tau, .synapse = tau});
    net.connect(array.output, array.input, {.synapse = tau});
    return {net, {x}, net.probe(array.output)};
}

NefNetwork circular_convolution(std::int64_t dimensions,
                                std::int64_t neurons_per_dimension) {
    Network net({.label = "circular convolution", .seed = 0});
    const std::vector<double> zeros(static_cast<std::size_t>(dimensions), 0.0);
    const Node a = net.node(zeros), b = net.node(zeros);
    // a b = ((a + b)^2 - (a - b)^2) / 4; the sums are divided by sqrt(2), which halves
    // the squares.
    const auto square = [](double v) { return v * v; };
    const std::int64_t n = 4 * (dimensions / 2 + 1);
    const double radius = 2 * std::numbers::sqrt2, share = 1 / std::numbers::sqrt2;
    const auto sum = ensemble_array(net, n, neurons_per_dimension, radius, square);
    const auto difference =
        ensemble_array(net, n, neurons_per_dimension, radius, square);
    const Rows first = scaled(half_dft(dimensions, false), share);
    const Rows second = scaled(half_dft(dimensions, true), share);
    net.connect(a, sum.input, {.transform = Array(first)});
    net.connect(b, sum.input, {.transform = Array(second)});
    net.connect(a, difference.input, {.transform = Array(first)});
    net.connect(b, difference.input, {.transform = Array(scaled(second, -1))});
    const Rows back = inverse_dft(dimensions);
    const Node out = net.node({.size_in = dimensions});
    net.connect(sum.output, out, {.transform = Array(scaled(back, 0.5))});
    net.connect(difference.output, out, {.transform = Array(scaled(back, -0.5))});
    return {net, {a, b}, net.probe(out)};
}

NefNetwork forty_neurons() {
    Network net({.label = "start", .seed = 0});
    const Node x = net.node([](double t) { return std::sin(6 * t); });
    const Ensemble a = net.ensemble(20, 1);
    const Ensemble b = net.ensemble(20, 1);
    net.connect(x, a);
    net.connect(a, b, {.function = [](double v) { return v * v; }});
    return {net, {}, net.probe(b, {.synapse = 0.01})};
}

}  // namespace nengine::bench
