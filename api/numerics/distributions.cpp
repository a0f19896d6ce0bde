#include "api/numerics/distributions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/numerics/initializers.hpp"
#include "api/numerics/interpolate.hpp"
#include "api/numerics/named.hpp"
#include "api/numerics/text.hpp"
#include "kernels/base/error.hpp"
#include "kernels/base/host_memory.hpp"

namespace nengine {
namespace {

/// Fills [n, d] row by row, the order in which numpy fills arrays.
template <class Draw>
Matrix fill(std::int64_t n, Dimensions d, Draw draw) {
    Matrix samples(n, d.value_or(1));
    for (double& value : samples.reshaped<Eigen::RowMajor>()) {
        value = draw();
    }
    return samples;
}

void require(bool fine, const std::string& message) {
    if (!fine) {
        throw ValidationError(message);
    }
}

void require_shape(bool fits, const char* object, const std::string& got,
                   const std::string& needed) {
    if (!fits) {
        throw ShapeError(object, got, needed);
    }
}

Matrix draw(const Uniform& dist, std::int64_t n, Dimensions d, RandomState& rng) {
    if (!dist.integer) {
        return fill(n, d, [&] { return rng.uniform(dist.low, dist.high); });
    }
    const auto low = static_cast<std::int64_t>(dist.low);
    const auto high = static_cast<std::int64_t>(dist.high);
    require(low < high, "Uniform: got low " + number_text(dist.low) + " and high " +
                            number_text(dist.high) + ", whole numbers need low < high");
    return fill(n, d, [&] { return static_cast<double>(rng.randint(low, high)); });
}

Matrix draw(const Gaussian& dist, std::int64_t n, Dimensions d, RandomState& rng) {
    require(dist.std > 0.0,
            "Gaussian: got std " + number_text(dist.std) + ", needs a value above 0");
    return fill(n, d, [&] { return rng.normal(dist.mean, dist.std); });
}

Matrix draw(const Exponential& dist, std::int64_t n, Dimensions d, RandomState& rng) {
    require(dist.scale > 0.0, "Exponential: got scale " + number_text(dist.scale) +
                                  ", needs a value above 0");
    require(dist.high > dist.shift, "Exponential: got high " + number_text(dist.high) +
                                        ", needs a value above the shift of " +
                                        number_text(dist.shift));
    // `high` itself is excluded.
    const double top =
        std::nextafter(dist.high, -std::numeric_limits<double>::infinity());
    return fill(n, d, [&] {
        return std::clamp(rng.exponential(dist.scale) + dist.shift, dist.shift, top);
    });
}

/// Running sums of the probabilities of the options.
std::vector<double> cumulative_weights(const Choice& dist, std::size_t n_options) {
    std::vector<double> p = dist.weights.value_or(std::vector<double>(n_options, 1.0));
    require(p.size() == n_options, "Choice: got " + std::to_string(p.size()) +
                                       " weights, needs one for each of " +
                                       std::to_string(n_options) + " options");
    require(std::ranges::all_of(p, [](double w) { return w >= 0.0; }),
            "Choice: got a negative weight, needs weights of 0 or more");
    const double total = std::accumulate(p.begin(), p.end(), 0.0);
    require(total > 0.0, "Choice: got weights that sum to " + number_text(total) +
                             ", needs a positive sum");
    for (double& w : p) {
        w /= total;
    }
    std::partial_sum(p.begin(), p.end(), p.begin());
    return p;
}

Matrix draw(const Choice& dist, std::int64_t n, Dimensions d, RandomState& rng) {
    const Array& options = dist.options;
    require(options.rank() == 1 || options.rank() == 2,
            "Choice: got options of " + std::to_string(options.rank()) +
                " axes, needs numbers or vectors");
    require(!options.values.empty(), "Choice: got no options, needs at least one");
    const Dimensions dimensions =
        options.rank() == 2 ? Dimensions(options.shape[1]) : std::nullopt;
    require_shape(
        d == dimensions || (!d && dimensions == 1), "Choice",
        "options of " + (dimensions ? std::to_string(*dimensions) + " dimensions"
                                    : std::string("no dimension (plain numbers)")),
        d ? "vectors of " + std::to_string(*d) + " dimensions" : "numbers");
    const auto n_options = static_cast<std::size_t>(options.shape[0]);
    const auto cumulative = cumulative_weights(dist, n_options);
    const std::int64_t cols = dimensions.value_or(1);
    const Eigen::Map<const Matrix> rows(options.values.data(), options.shape[0], cols);
    Matrix samples(n, cols);
    for (std::int64_t i = 0; i < n; ++i) {
        const auto at = std::ranges::lower_bound(cumulative, rng.random_sample());
        // Rounding may leave the last sum just below 1.
        const auto index =
            std::min<std::int64_t>(at - cumulative.begin(), options.shape[0] - 1);
        samples.row(i) = rows.row(index);
    }
    return samples;
}

Matrix draw(const Samples& dist, std::int64_t n, Dimensions d, RandomState&) {
    const Array& values = dist.samples;
    const std::int64_t cols = d.value_or(1);
    const bool fits = (values.rank() == 1 || values.rank() == 2) &&
                      values.extent(0) == n && values.extent(1) == cols;
    require_shape(
        fits, "Samples", "shape " + shape_text(values.shape),
        "[" + std::to_string(n) + (d ? ", " + std::to_string(cols) : "") + "]");
    return Eigen::Map<const Matrix>(values.values.data(), n, cols);
}

Matrix draw(const PDF& dist, std::int64_t n, Dimensions d, RandomState& rng) {
    require(dist.x.size() == dist.p.size() && !dist.x.empty(),
            "PDF: got " + std::to_string(dist.x.size()) + " points and " +
                std::to_string(dist.p.size()) +
                " probabilities, needs as many of both");
    const double total = std::accumulate(dist.p.begin(), dist.p.end(), 0.0);
    require(
        std::abs(total - 1.0) <= 1e-8,
        "PDF: got probabilities of sum " + number_text(total) + ", needs a sum of 1");
    // The distribution function, centred on each point's own probability.
    std::vector<double> cdf(dist.p.size());
    double sum = 0.0;
    for (std::size_t i = 0; i < cdf.size(); ++i) {
        cdf[i] = (sum + (sum + dist.p[i])) / 2.0;
        sum += dist.p[i];
    }
    return fill(n, d, [&] { return interpolate(cdf, dist.x, rng.random_sample()); });
}

Matrix draw(const UniformHypersphere& dist, std::int64_t n, Dimensions d,
            RandomState& rng) {
    require(dist.min_magnitude >= 0.0 && dist.min_magnitude < 1.0,
            "UniformHypersphere: got min_magnitude " + number_text(dist.min_magnitude) +
                ", needs [0, 1)");
    require(!d || *d >= 1, "UniformHypersphere: needs at least one dimension");
    Matrix samples = fill(n, d, [&] { return rng.standard_normal(); });
    samples.rowwise().normalize();
    if (!dist.surface) {
        const auto dimensions = static_cast<double>(d.value_or(1));
        const double smallest = std::pow(dist.min_magnitude, dimensions);
        for (std::int64_t i = 0; i < n; ++i) {
            samples.row(i) *= std::pow(rng.uniform(smallest, 1.0), 1.0 / dimensions);
        }
    }
    return samples;
}

/// The positive root of `x^(d + 1) = x + 1` by Newton's method, as the sequence's
/// definition asks for.
double generalised_golden_ratio(std::int64_t d) {
    const auto power = static_cast<double>(d + 1);
    double x = 1.0;
    for (int step = 0; step < 100; ++step) {
        const double value = std::pow(x, power) - x - 1.0;
        const double change = value / (power * std::pow(x, power - 1.0) - 1.0);
        x -= change;
        if (std::abs(change) < 1e-15) {
            break;
        }
    }
    return x;
}

/// x modulo 1, exactly, for x >= 0.
double wrapped(double x) {
    return x - std::floor(x);
}

Matrix draw(const QuasirandomSequence&, std::int64_t n, Dimensions d,
            RandomState& rng) {
    require(d && *d >= 1, "QuasirandomSequence: got no dimensions, needs one at least");
    const Matrix offset = fill(1, d, [&] { return rng.random_sample(); });
    Matrix samples(n, *d);
    if (*d == 1) {
        for (std::int64_t i = 0; i < n; ++i) {
            const double place = static_cast<double>(i) / static_cast<double>(n);
            samples(i, 0) = wrapped(offset(0, 0) + place);
        }
    } else {
        const double ratio = generalised_golden_ratio(*d);
        std::vector<double> stride;
        for (std::int64_t k = 0; k < *d; ++k) {
            stride.push_back(std::pow(1.0 / ratio, static_cast<double>(k + 1)));
        }
        for (std::int64_t i = 0; i < n; ++i) {
            double* row = samples.row(i).data();
            for (std::size_t k = 0; k < stride.size(); ++k) {
                const double place = static_cast<double>(i + 1) * stride[k];
                row[k] = wrapped(offset.data()[k] + place);
            }
        }
    }
    rng.shuffle(n, [&](std::int64_t i, std::int64_t j) {
        samples.row(i).swap(samples.row(j));
    });
    return samples;
}

Matrix draw(const ScatteredHypersphere& dist, std::int64_t n, Dimensions d,
            RandomState& rng) {
    require(d.has_value(),
            "ScatteredHypersphere: got no dimensions, needs one at least");
    return sample_scattered(dist, n, *d, rng);
}

Matrix draw(const SqrtBeta& dist, std::int64_t n, Dimensions d, RandomState& rng) {
    check_parameters(dist);
    const double a = static_cast<double>(dist.m) / 2.0;
    const double b = static_cast<double>(dist.n) / 2.0;
    return fill(n, d, [&] { return std::sqrt(rng.beta(a, b)); });
}

Matrix draw(const SubvectorLength& dist, std::int64_t n, Dimensions d,
            RandomState& rng) {
    check_parameters(dist);
    return draw(as_sqrt_beta(dist), n, d, rng);
}

Matrix draw(const CosineSimilarity& dist, std::int64_t n, Dimensions d,
            RandomState& rng) {
    // The signs come first in the stream.
    const Matrix signs =
        fill(n, d, [&] { return rng.random_sample() <= 0.5 ? 1.0 : -1.0; });
    const Matrix lengths = draw(SubvectorLength{dist.dimensions}, n, d, rng);
    return signs.cwiseProduct(lengths);
}

Matrix draw(const TruncatedNormal& dist, std::int64_t n, Dimensions d,
            RandomState& rng) {
    const double limit = dist.limit.value_or(2.0 * dist.stddev);
    require(dist.stddev > 0.0 && limit > 0.0,
            "TruncatedNormal: got stddev " + number_text(dist.stddev) + " and limit " +
                number_text(limit) + ", needs values above 0");
    Matrix samples = fill(n, d, [&] { return rng.normal(dist.mean, dist.stddev); });
    std::vector<double*> outside;
    for (double& value : samples.reshaped<Eigen::RowMajor>()) {
        outside.push_back(&value);
    }
    const auto is_inside = [&](const double* value) {
        return std::abs(*value - dist.mean) <= limit;
    };
    for (std::erase_if(outside, is_inside); !outside.empty();
         std::erase_if(outside, is_inside)) {
        for (double* value : outside) {
            *value = rng.normal(dist.mean, dist.stddev);
        }
    }
    return samples;
}

Matrix draw_any(const Distribution& distribution, std::int64_t n, Dimensions d,
                RandomState& rng) {
    const std::vector<std::int64_t> shape = {n, d.value_or(1)};
    require(n >= 0 && shape[1] >= 0,
            "sample: got shape " + shape_text(shape) + ", needs no negative numbers");
    kernels::need_host_memory(kernels::array_bytes(shape, sizeof(double)), [&] {
        return kernels::MemoryUse{"sample", "numbers of shape " + shape_text(shape),
                                  "their number"};
    });
    return std::visit(
        [&]<class Kind>(const Kind& dist) {
            if constexpr (requires { draw(dist, n, d, rng); }) {
                return draw(dist, n, d, rng);
            } else {
                return draw_initializer(dist, n, d, rng);
            }
        },
        distribution);
}

}  // namespace

void check_parameters(const SqrtBeta& dist) {
    require(dist.n >= 1 && dist.m >= 1, "SqrtBeta: got n " + std::to_string(dist.n) +
                                            " and m " + std::to_string(dist.m) +
                                            ", needs 1 or more of both");
}

void check_parameters(const SubvectorLength& dist) {
    require(dist.subdimensions >= 1 && dist.subdimensions < dist.dimensions,
            "SubvectorLength: got " + std::to_string(dist.subdimensions) + " of " +
                std::to_string(dist.dimensions) +
                " dimensions, needs at least 1 and less than all");
}

Matrix sample(const Distribution& distribution, std::int64_t n, std::int64_t d,
              RandomState& rng) {
    return draw_any(distribution, n, d, rng);
}

bool skip_sample(const Distribution& distribution, std::int64_t n, std::int64_t d,
                 RandomState& rng) {
    const auto* scattered = std::get_if<ScatteredHypersphere>(&distribution);
    return scattered != nullptr && skip_scattered(*scattered, n, d, rng);
}

Vector sample(const Distribution& distribution, std::int64_t n, RandomState& rng) {
    return draw_any(distribution, n, std::nullopt, rng).col(0);
}

}  // namespace nengine
