#include <cmath>
#include <numbers>

#include "api/objects/objects.hpp"
#include "nengine/networks.hpp"

namespace nengine {

namespace {

std::int64_t frequencies(std::int64_t dimensions) {
    return dimensions / 2 + 1;
}

double angle(std::int64_t frequency, std::int64_t position, std::int64_t dimensions) {
    return 2.0 * std::numbers::pi / static_cast<double>(dimensions) *
           static_cast<double>(frequency * position);
}

/// `x[-i mod d]`
std::vector<double> involution(const std::vector<double>& x) {
    std::vector<double> result(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        result[i] = x[(x.size() - i) % x.size()];
    }
    return result;
}

std::int64_t checked(std::int64_t dimensions, const std::string& label) {
    if (dimensions < 1) {
        throw ValidationError("CircularConvolution '" + label + "': dimensions: got " +
                              std::to_string(dimensions) + ", needs at least 1");
    }
    return dimensions;
}

void need_matrices(const char* call, std::int64_t rows, std::int64_t cols, int copies) {
    detail::need_matrices(call, "a matrix", rows, cols, copies, "dimensions");
}

void check_dimensions(std::int64_t dimensions, const char* call) {
    detail::need_size(dimensions, 1, std::string(call) + ": dimensions");
}

}  // namespace

CircularConvolution::CircularConvolution(Network parent, std::int64_t n_neurons,
                                         std::int64_t dimensions,
                                         CircularConvolutionOptions options)
    : network(parent.subnetwork({.label = options.label, .seed = options.seed})),
      input_a(network.node(
          {.label = "input_a", .size_in = checked(dimensions, options.label)})),
      input_b(network.node({.label = "input_b", .size_in = dimensions})),
      output(network.node({.label = "output", .size_in = dimensions})),
      // A frequency's amplitude reaches twice that of the components: each is the sum
      // of two conjugate halves.
      product(network, n_neurons, 4 * frequencies(dimensions),
              {.input_magnitude = 2.0 * options.input_magnitude}) {
    using namespace networks;
    const auto connect = [&](const Node& from, const Node& to, Array transform) {
        network.connect(from, to, {.transform = std::move(transform), .synapse = None});
    };
    connect(input_a, product.input_a,
            transform_in(dimensions, Factor::a, options.invert_a));
    connect(input_b, product.input_b,
            transform_in(dimensions, Factor::b, options.invert_b));
    connect(product.output, output, transform_out(dimensions));
}

namespace networks {

std::vector<double> circconv(std::vector<double> a, std::vector<double> b,
                             bool invert_a, bool invert_b) {
    if (a.size() != b.size()) {
        throw ShapeError("circconv",
                         "vectors of " + std::to_string(a.size()) + " and " +
                             std::to_string(b.size()) + " numbers",
                         "as many of both");
    }
    a = invert_a ? involution(a) : std::move(a);
    b = invert_b ? involution(b) : std::move(b);
    const std::size_t d = a.size();
    std::vector<double> result(d, 0.0);
    for (std::size_t i = 0; i < d; ++i) {
        for (std::size_t j = 0; j < d; ++j) {
            result[i] += a[j] * b[(i + d - j) % d];
        }
    }
    return result;
}

std::pair<Array, Array> dft_half(std::int64_t dimensions) {
    check_dimensions(dimensions, "dft_half");
    const std::int64_t rows = frequencies(dimensions);
    need_matrices("dft_half", rows, dimensions, 2);
    std::pair result{Array::full({rows, dimensions}), Array::full({rows, dimensions})};
    auto& [real, imaginary] = result;
    for (std::int64_t k = 0; k < rows; ++k) {
        for (std::int64_t i = 0; i < dimensions; ++i) {
            real(k, i) = std::cos(angle(k, i, dimensions));
            imaginary(k, i) = -std::sin(angle(k, i, dimensions));
        }
    }
    return result;
}

Array transform_in(std::int64_t dimensions, Factor factor, bool invert) {
    check_dimensions(dimensions, "transform_in");
    // The matrix, and a Fourier transform of half its size.
    need_matrices("transform_in", 4 * frequencies(dimensions), dimensions, 2);
    const auto [real, imaginary] = dft_half(dimensions);
    // The transform of the involution of a real vector is the conjugate.
    const double sign = invert ? -1.0 : 1.0;
    const bool is_imaginary[2][4] = {{false, true, false, true},
                                     {false, true, true, false}};
    std::vector<double> values;
    values.reserve(4 * real.values.size());
    for (std::int64_t k = 0; k < frequencies(dimensions); ++k) {
        for (const bool part : is_imaginary[factor == Factor::b]) {
            for (std::int64_t i = 0; i < dimensions; ++i) {
                const auto at = static_cast<std::size_t>(k * dimensions + i);
                values.push_back(part ? sign * imaginary.values[at] : real.values[at]);
            }
        }
    }
    return Array({4 * frequencies(dimensions), dimensions}, std::move(values));
}

Array transform_out(std::int64_t dimensions) {
    check_dimensions(dimensions, "transform_out");
    need_matrices("transform_out", dimensions, 4 * frequencies(dimensions), 1);
    const auto d = static_cast<double>(dimensions);
    std::vector<double> values;
    values.reserve(static_cast<std::size_t>(dimensions * 4 * frequencies(dimensions)));
    for (std::int64_t i = 0; i < dimensions; ++i) {
        for (std::int64_t k = 0; k < frequencies(dimensions); ++k) {
            // All frequencies but the first and the middle one stand for two.
            const double both = k == 0 || 2 * k == dimensions ? 1.0 : 2.0;
            const double re = std::cos(angle(k, i, dimensions)) * both / d;
            const double im = std::sin(angle(k, i, dimensions)) * both / d;
            values.insert(values.end(), {re, -re, -im, -im});
        }
    }
    return Array({dimensions, 4 * frequencies(dimensions)}, std::move(values));
}

}  // namespace networks
}  // namespace nengine
