#include <algorithm>
#include <cmath>
#include <numbers>

#include "api/objects/objects.hpp"
#include "nengine/networks.hpp"

namespace nengine {

namespace {

/// Squares of sums of two numbers, divided by sqrt(2) to keep the sums' range.
EnsembleArray squares(const Network& network, std::int64_t n_neurons,
                      std::int64_t dimensions, double input_magnitude) {
    EnsembleArray array(
        network, std::max<std::int64_t>(1, n_neurons / 2), dimensions,
        {.ensembles = {.radius = input_magnitude * std::numbers::sqrt2}});
    array.add_output("square", [](double x) { return x * x; }, {.pure = true});
    return array;
}

}  // namespace

Product::Product(Network parent, std::int64_t n_neurons, std::int64_t dimensions,
                 ProductOptions options)
    : network(parent.subnetwork({.label = options.label, .seed = options.seed})),
      input_a(network.node({.label = "input_a", .size_in = dimensions})),
      input_b(network.node({.label = "input_b", .size_in = dimensions})),
      output(network.node({.label = "output", .size_in = dimensions})),
      sq1(squares(network, n_neurons, dimensions, options.input_magnitude)),
      sq2(squares(network, n_neurons, dimensions, options.input_magnitude)) {
    const double share = 1.0 / std::sqrt(2.0);
    const auto connect = [&](const Node& from, const Node& to, double factor) {
        network.connect(from, to, {.transform = factor, .synapse = None});
    };
    connect(input_a, sq1.input, share);
    connect(input_b, sq1.input, share);
    connect(input_a, sq2.input, share);
    connect(input_b, sq2.input, -share);
    connect(sq1["square"], output, 0.5);
    connect(sq2["square"], output, -0.5);
}

namespace networks {

Array dot_product_transform(std::int64_t dimensions, double scale) {
    detail::need_size(dimensions, 1, "dot_product_transform: dimensions");
    return Array::full({1, dimensions}, scale);
}

}  // namespace networks
}  // namespace nengine
