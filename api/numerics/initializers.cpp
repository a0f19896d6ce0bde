#include "api/numerics/initializers.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <vector>

#include "api/numerics/distributions.hpp"
#include "api/numerics/text.hpp"
#include "kernels/base/error.hpp"

namespace nengine {

namespace {

struct Fans {
    double in, out;
};

double fan_of(const VarianceScaling& scaling, Fans fans) {
    const double fan = scaling.mode == FanMode::fan_in    ? fans.in
                       : scaling.mode == FanMode::fan_out ? fans.out
                                                          : (fans.in + fans.out) / 2.0;
    return std::max(fan, 1.0);
}

/// @param truncated_deviation  of a normal of deviation 1 that is truncated: what its
///                             deviation is divided by
Distribution scaled(const VarianceScaling& scaling, Fans fans,
                    double truncated_deviation) {
    if (!(scaling.scale > 0.0)) {
        throw ValidationError("VarianceScaling: got scale " +
                              number_text(scaling.scale) + ", needs a value above 0");
    }
    const double variance = scaling.scale / fan_of(scaling, fans);
    switch (scaling.distribution) {
        case ScalingDistribution::normal:
            return TruncatedNormal{.stddev = std::sqrt(variance) / truncated_deviation};
        case ScalingDistribution::untruncated_normal:
            return Gaussian{.std = std::sqrt(variance)};
        case ScalingDistribution::uniform:
            break;
    }
    const double bound = std::sqrt(3.0 * variance);
    return Uniform{.low = -bound, .high = bound};
}

VarianceScaling as_scaling(const VarianceScaling& scaling) {
    return scaling;
}
VarianceScaling as_scaling(const Glorot& glorot) {
    return {glorot.scale, FanMode::fan_avg, glorot.distribution};
}
VarianceScaling as_scaling(const He& he) {
    return {he.scale * he.scale, FanMode::fan_in, he.distribution};
}
template <class Named>
requires requires {
    Named::scaling;
}
VarianceScaling as_scaling(const Named&) {
    return Named::scaling;
}

Matrix draw_as(const Distribution& distribution, std::int64_t n, Dimensions d,
               RandomState& rng) {
    return d ? sample(distribution, n, *d, rng) : Matrix(sample(distribution, n, rng));
}

void need_matrix(bool is_matrix, const char* name, const std::string& got,
                 const char* needed) {
    if (!is_matrix) {
        throw ValidationError(std::string(name) + ": got " + got + ", needs " + needed);
    }
}

/// Orthonormal columns or, if they are more than the rows, rows: evenly distributed,
/// since the factor of a QR decomposition with a positive diagonal is unique.
Matrix orthonormal(std::int64_t rows, std::int64_t cols, RandomState& rng) {
    const std::int64_t tall = std::max(rows, cols), narrow = std::min(rows, cols);
    const Eigen::MatrixXd normal = sample(Gaussian{}, tall, narrow, rng);
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(normal);
    Eigen::MatrixXd q = qr.householderQ() * Eigen::MatrixXd::Identity(tall, narrow);
    for (std::int64_t i = 0; i < narrow; ++i) {
        if (qr.matrixQR()(i, i) < 0.0) {
            q.col(i) = -q.col(i);
        }
    }
    return rows < cols ? Matrix(q.transpose()) : Matrix(q);
}

/// Keras's: of a kernel [..., in, out] the extents before are its field.
Fans fans_of(const std::vector<std::int64_t>& shape) {
    if (shape.size() < 2) {
        const double n = shape.empty() ? 1 : static_cast<double>(shape.front());
        return {n, n};
    }
    double field = 1;
    for (std::size_t k = 0; k + 2 < shape.size(); ++k) {
        field *= static_cast<double>(shape[k]);
    }
    return {field * static_cast<double>(shape[shape.size() - 2]),
            field * static_cast<double>(shape.back())};
}

// What sample_parameter() draws; all the rest as plain numbers.

template <class Kind>
Vector draw_parameter(const Kind& kind, const std::vector<std::int64_t>& shape,
                      RandomState& rng, const std::string& what) {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape) {
        count *= extent;
    }
    if constexpr (requires { as_scaling(kind); }) {
        constexpr double truncated_deviation = 0.87962566103423978;  // as Keras has it
        return sample(scaled(as_scaling(kind), fans_of(shape), truncated_deviation),
                      count, rng, what);
    } else {
        return sample(Distribution(kind), count, rng, what);
    }
}

Vector in_rows(const Matrix& matrix) {
    return Eigen::Map<const Vector>(matrix.data(), matrix.size());
}

Vector draw_parameter(const Orthogonal& orthogonal,
                      const std::vector<std::int64_t>& shape, RandomState& rng,
                      const std::string&) {
    need_matrix(shape.size() >= 2, "Orthogonal", "shape " + shape_text(shape),
                "two axes at least");
    std::int64_t rows = 1;
    for (std::size_t k = 0; k + 1 < shape.size(); ++k) {
        rows *= shape[k];
    }
    return in_rows(draw_initializer(orthogonal, rows, shape.back(), rng));
}

Vector draw_parameter(const Identity& identity, const std::vector<std::int64_t>& shape,
                      RandomState& rng, const std::string&) {
    need_matrix(shape.size() == 2, "Identity", "shape " + shape_text(shape),
                "two axes");
    return in_rows(draw_initializer(identity, shape[0], shape[1], rng));
}

}  // namespace

Matrix draw_initializer(const VarianceScaling& initializer, std::int64_t n,
                        Dimensions d, RandomState& rng) {
    const Fans fans{static_cast<double>(d.value_or(1)), static_cast<double>(n)};
    return draw_as(scaled(initializer, fans, 1.0), n, d, rng);
}
Matrix draw_initializer(const Glorot& initializer, std::int64_t n, Dimensions d,
                        RandomState& rng) {
    return draw_initializer(as_scaling(initializer), n, d, rng);
}
Matrix draw_initializer(const He& initializer, std::int64_t n, Dimensions d,
                        RandomState& rng) {
    return draw_initializer(as_scaling(initializer), n, d, rng);
}

Matrix draw_initializer(const RandomNormal& initializer, std::int64_t n, Dimensions d,
                        RandomState& rng) {
    return draw_as(Gaussian{.mean = initializer.mean, .std = initializer.stddev}, n, d,
                   rng);
}
Matrix draw_initializer(const RandomUniform& initializer, std::int64_t n, Dimensions d,
                        RandomState& rng) {
    return draw_as(Uniform{.low = initializer.minval, .high = initializer.maxval}, n, d,
                   rng);
}

Matrix draw_initializer(const Orthogonal& initializer, std::int64_t n, Dimensions d,
                        RandomState& rng) {
    need_matrix(d.has_value(), "Orthogonal", "no dimensions", "a matrix");
    return initializer.gain * orthonormal(n, *d, rng);
}
Matrix draw_initializer(const Identity& initializer, std::int64_t n, Dimensions d,
                        RandomState&) {
    need_matrix(d.has_value(), "Identity", "no dimensions", "a matrix");
    return initializer.gain * Matrix::Identity(n, *d);
}
Matrix draw_initializer(const Constant& initializer, std::int64_t n, Dimensions d,
                        RandomState&) {
    return Matrix::Constant(n, d.value_or(1), initializer.value);
}

Vector sample_parameter(const Distribution& distribution,
                        const std::vector<std::int64_t>& shape, RandomState& rng,
                        const std::string& what) {
    return std::visit(
        [&](const auto& kind) { return draw_parameter(kind, shape, rng, what); },
        distribution);
}

}  // namespace nengine
