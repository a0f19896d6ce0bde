#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "api/numerics/dense.hpp"
#include "api/numerics/distributions.hpp"
#include "api/numerics/text.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

using std::numbers::pi;

Matrix sample_base(const ScatteredHypersphere& dist, std::int64_t n, std::int64_t d,
                   RandomState& rng) {
    return std::visit(
        [&](const auto& base) { return sample(Distribution(base), n, d, rng); },
        dist.base);
}

Matrix scatter_on_line(const ScatteredHypersphere& dist, std::int64_t n,
                       RandomState& rng) {
    if (dist.surface) {
        return sample_base(dist, n, 1, rng).unaryExpr([](double x) {
            return x > 0.5 ? 1.0 : (x < 0.5 ? -1.0 : 0.0);
        });
    }
    // Half of the points on each side; each side is a sequence of its own.
    const std::int64_t n_positive = n / 2;
    Matrix points(n, 1);
    points.topRows(n_positive) = sample_base(dist, n_positive, 1, rng);
    points.bottomRows(n - n_positive) = sample_base(dist, n - n_positive, 1, rng);
    points.array() = points.array() * (1.0 - dist.min_magnitude) + dist.min_magnitude;
    points.bottomRows(n - n_positive) *= -1.0;
    rng.shuffle(n, [&](std::int64_t i, std::int64_t j) {
        std::swap(points(i, 0), points(j, 0));
    });
    return points;
}

/// Spherical coordinates: component i is `cos(a_i) * prod_{l < i} sin(a_l)`, the last
/// one the product of all sines.
Matrix by_spherical_coordinates(const Matrix& cube, bool approximate) {
    const std::int64_t n_angles = cube.cols();
    std::vector<SphericalAngle> inverse;
    for (std::int64_t j = 0; j < n_angles; ++j) {
        inverse.emplace_back(n_angles - j, approximate);
    }
    Matrix sphere(cube.rows(), n_angles + 1);
    for (std::int64_t i = 0; i < cube.rows(); ++i) {
        const double* place = cube.row(i).data();
        double* out = sphere.row(i).data();
        double sines = 1.0;
        for (std::int64_t j = 0; j + 1 < n_angles; ++j) {
            const auto [sine, cosine] =
                inverse[static_cast<std::size_t>(j)].sine_cosine(place[j]);
            out[j] = sines * cosine;
            sines *= sine;
        }
        // The last angle goes all the way round: twice the one that is inverted.
        const auto [sine, cosine] = inverse.back().sine_cosine(place[n_angles - 1]);
        out[n_angles - 1] = sines * (cosine - sine) * (cosine + sine);
        out[n_angles] = sines * (2.0 * sine * cosine);
    }
    return sphere;
}

/// Tashiro's transform as given by Fang and Wang (Number-theoretic methods in
/// statistics, 1994, section 1.5.3): squared lengths of pairs of components from powers
/// of the first coordinates, their directions from the rest. With an odd number of
/// components the first group has three.
void tfww_row(const double* cube, std::int64_t d, double* sphere) {
    const std::int64_t groups = d / 2;
    const bool odd = d % 2 == 1;
    double outer = 1.0;  // squared length of the groups 0 .. g together
    for (std::int64_t g = groups - 1; g >= 0; --g) {
        double inner = 0.0;
        if (g > 0) {
            const auto components = static_cast<double>(2 * g + (odd ? 1 : 0));
            inner = outer * std::pow(cube[g - 1], 2.0 / components);
        }
        const double length = std::sqrt(outer - inner);
        outer = inner;
        const double angle = 2.0 * pi * cube[groups - 1 + g + (odd ? 1 : 0)];
        double* out = sphere + 2 * g + (odd ? 1 : 0);
        double across = length;
        if (odd && g == 0) {
            const double height = cube[groups - 1];
            sphere[0] = length * (1.0 - 2.0 * height);
            across = 2.0 * length * std::sqrt(height * (1.0 - height));
        }
        out[0] = across * std::cos(angle);
        out[1] = across * std::sin(angle);
    }
}

Matrix by_tfww(const Matrix& cube) {
    Matrix sphere(cube.rows(), cube.cols() + 1);
    for (std::int64_t i = 0; i < cube.rows(); ++i) {
        tfww_row(cube.row(i).data(), sphere.cols(), sphere.row(i).data());
    }
    return sphere;
}

Matrix normal_matrix(std::int64_t d, RandomState& rng) {
    Matrix normal(d, d);
    for (double& value : normal.reshaped<Eigen::RowMajor>()) {
        value = rng.standard_normal();
    }
    return normal;
}

/// The orthogonal polar factor of a normal matrix: a uniformly random rotation (or
/// reflection).
Matrix random_rotation(std::int64_t d, RandomState& rng) {
    const Matrix normal = normal_matrix(d, rng);
    const Eigen::BDCSVD<Matrix> svd(normal, Eigen::ComputeFullU | Eigen::ComputeFullV);
    return svd.matrixU() * svd.matrixV().transpose();
}

void check(const ScatteredHypersphere& dist, std::int64_t d) {
    if (d < 1) {
        throw ValidationError("ScatteredHypersphere: got " + std::to_string(d) +
                              " dimensions, needs one at least");
    }
    if (!(dist.min_magnitude >= 0.0 && dist.min_magnitude < 1.0)) {
        throw ValidationError("ScatteredHypersphere: got min_magnitude " +
                              number_text(dist.min_magnitude) + ", needs [0, 1)");
    }
}

}  // namespace

Matrix sample_scattered(const ScatteredHypersphere& dist, std::int64_t n,
                        std::int64_t d, RandomState& rng) {
    check(dist, d);
    if (d == 1) {
        return scatter_on_line(dist, n, rng);
    }
    const Matrix cube = sample_base(dist, n, dist.surface ? d - 1 : d, rng);
    const Matrix angles = cube.leftCols(d - 1);
    Matrix points =
        dist.method == SphereMethod::tfww
            ? by_tfww(angles)
            : by_spherical_coordinates(angles, dist.method == SphereMethod::sct_approx);
    if (!dist.surface) {
        const auto dimensions = static_cast<double>(d);
        const double smallest = std::pow(dist.min_magnitude, dimensions);
        for (std::int64_t i = 0; i < n; ++i) {
            const double share = cube(i, d - 1) * (1.0 - smallest) + smallest;
            points.row(i) *= std::pow(share, 1.0 / dimensions);
        }
    }
    return product(points, random_rotation(d, rng));
}

bool skip_scattered(const ScatteredHypersphere& dist, std::int64_t n, std::int64_t d,
                    RandomState& rng) {
    if (d < 2 || !std::holds_alternative<QuasirandomSequence>(dist.base)) {
        return false;
    }
    check(dist, d);
    for (std::int64_t i = 0; i < (dist.surface ? d - 1 : d); ++i) {
        rng.random_sample();  // where the sequence starts
    }
    rng.shuffle(n, [](std::int64_t, std::int64_t) {});
    normal_matrix(d, rng);
    return true;
}

}  // namespace nengine
