#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/array.hpp"
#include "nengine/initializers.hpp"

namespace nengine {

/// Uniform in [low, high); with `integer`, over the whole numbers low .. high - 1.
struct Uniform {
    double low = 0.0;
    double high = 1.0;
    bool integer = false;
    bool operator==(const Uniform&) const = default;
};

/// Normal with a mean and a standard deviation `std` > 0.
struct Gaussian {
    double mean = 0.0;
    double std = 1.0;
    bool operator==(const Gaussian&) const = default;
};

/// `shift + scale * e` for a standard exponential e, clipped to [shift, high).
struct Exponential {
    double scale = 1.0;
    double shift = 0.0;
    double high = std::numeric_limits<double>::infinity();
    bool operator==(const Exponential&) const = default;
};

/// One of the `options`: numbers (shape [k]) or vectors (shape [k, dimensions]), option
/// i with probability `weights[i] / sum(weights)`; all alike without weights.
struct Choice {
    Array options;
    std::optional<std::vector<double>> weights = std::nullopt;
    bool operator==(const Choice&) const = default;
};

/// Exactly these values, shape [n] or [n, dimensions]; draws nothing.
struct Samples {
    Array samples;
    bool operator==(const Samples&) const = default;
};

/// Interpolated between the points x with probabilities p (of sum 1).
struct PDF {
    std::vector<double> x;
    std::vector<double> p;
    bool operator==(const PDF&) const = default;
};

/// Uniform in the unit ball, or on its surface. `min_magnitude` in [0, 1) leaves a
/// hole of that radius in the ball.
struct UniformHypersphere {
    bool surface = false;
    double min_magnitude = 0.0;
    bool operator==(const UniformHypersphere&) const = default;
};

/// The additive recurrence R_d: fills [0, 1]^d more evenly than random numbers.
struct QuasirandomSequence {
    bool operator==(const QuasirandomSequence&) const = default;
};

/// `sqrt(b)` for b from Beta(m / 2, n / 2): the length of an m-dimensional part of a
/// random unit vector with n + m dimensions. n, m >= 1.
///
/// Here and below, functions of a distribution throw a ValidationError if its
/// parameters are out of range.
struct NENGINE_API SqrtBeta {
    std::int64_t n;
    std::int64_t m = 1;

    double pdf(double x) const;  ///< density, 0 outside [0, 1]
    double cdf(double x) const;  ///< probability of at most x
    /// The x with cdf(x) = p.
    /// @throws ValidationError  if p is not in [0, 1]
    double ppf(double p) const;

    bool operator==(const SqrtBeta&) const = default;
};

/// The length of `subdimensions` components of a random unit vector.
struct NENGINE_API SubvectorLength {
    std::int64_t dimensions;
    std::int64_t subdimensions = 1;

    double pdf(double x) const;  ///< density, 0 outside [0, 1]
    double cdf(double x) const;  ///< probability of at most x
    /// The x with cdf(x) = p.
    /// @throws ValidationError  if p is not in [0, 1]
    double ppf(double p) const;

    bool operator==(const SubvectorLength&) const = default;
};

/// The cosine of the angle between two random vectors.
struct NENGINE_API CosineSimilarity {
    std::int64_t dimensions;

    double pdf(double x) const;  ///< density, 0 outside [-1, 1]
    double cdf(double x) const;  ///< probability of at most x
    /// The x with cdf(x) = p.
    /// @throws ValidationError  if p is not in [0, 1]
    double ppf(double p) const;

    bool operator==(const CosineSimilarity&) const = default;
};

/// How `ScatteredHypersphere` maps the unit cube to the sphere.
enum class SphereMethod {
    sct_approx,  ///< spherical coordinates, inverse by interpolation: Nengo's default
    sct,         ///< spherical coordinates, exact inverse
    tfww         ///< Tashiro, Fang, Wang and Wong
};

/// Evenly scattered in the unit ball or on its surface: points of `base` in the unit
/// cube, mapped by `method`, turned by a random rotation.
struct ScatteredHypersphere {
    using Base = std::variant<QuasirandomSequence, Uniform, Choice, Samples, PDF,
                              SqrtBeta, SubvectorLength>;
    bool surface = false;
    double min_magnitude = 0.0;
    Base base = QuasirandomSequence{};
    SphereMethod method = SphereMethod::sct_approx;
    bool operator==(const ScatteredHypersphere&) const = default;
};

/// Normal, drawn again until within `limit` of the mean (2 * stddev if not given).
struct TruncatedNormal {
    double mean = 0.0;
    double stddev = 1.0;
    std::optional<double> limit = std::nullopt;
    bool operator==(const TruncatedNormal&) const = default;
};

/// `VarianceScaling` over the mean of inputs and outputs.
struct Glorot {
    double scale = 1.0;
    ScalingDistribution distribution = ScalingDistribution::uniform;
    bool operator==(const Glorot&) const = default;
};

/// `VarianceScaling` of `scale * scale` over the inputs; sqrt(2) suits rectified linear
/// neurons.
struct He {
    double scale = 1.0;
    ScalingDistribution distribution = ScalingDistribution::normal;
    bool operator==(const He&) const = default;
};

/// Any of the above; a value that compares and copies. What is wrong with one (a
/// negative deviation, weights that do not fit) is a ValidationError when it is
/// sampled.
using Distribution =
    std::variant<Uniform, Gaussian, Exponential, Choice, Samples, PDF,
                 UniformHypersphere, QuasirandomSequence, ScatteredHypersphere,
                 SqrtBeta, SubvectorLength, CosineSimilarity, TruncatedNormal,
                 VarianceScaling, Glorot, He, GlorotUniform, GlorotNormal, HeUniform,
                 HeNormal, LecunUniform, LecunNormal, RandomNormal, RandomUniform,
                 Orthogonal, Identity, Constant, Zeros, Ones>;

/// Whether a variant has an alternative of type T.
template <class T, class Variant>
inline constexpr bool is_alternative = false;
template <class T, class... Ts>
inline constexpr bool is_alternative<T, std::variant<Ts...>> = (std::is_same_v<T, Ts> ||
                                                                ...);

/// One of the distributions, or the variant of them.
template <class D>
concept AnyDistribution = std::is_same_v<std::remove_cvref_t<D>, Distribution> ||
    is_alternative<std::remove_cvref_t<D>, Distribution>;

/// A parameter given either as numbers or as a distribution to draw them from.
///
///     DistributionOrArray rates = 100.0;             // the same for all
///     DistributionOrArray gains = {1.0, 2.0, 1.5};   // one each
///     DistributionOrArray intercepts = Uniform{.low = -1, .high = 0.9};
class NENGINE_API DistributionOrArray {
public:
    DistributionOrArray(double scalar) : DistributionOrArray(Array(scalar)) {}
    DistributionOrArray(Array array);
    DistributionOrArray(std::vector<double> vector)
        : DistributionOrArray(Array(std::move(vector))) {}
    DistributionOrArray(std::initializer_list<Array::Number> vector)
        : DistributionOrArray(Array(vector)) {}
    DistributionOrArray(std::initializer_list<std::initializer_list<double>> rows)
        : DistributionOrArray(Array(rows)) {}
    template <class Numbers>
    requires(NumberRange<Numbers> || NumberTable<Numbers>)
        DistributionOrArray(const Numbers& numbers)
        : DistributionOrArray(Array(numbers)) {}
    template <AnyDistribution D>
    DistributionOrArray(D&& distribution)
        : distribution_(
              std::make_shared<const Distribution>(std::forward<D>(distribution))) {}

    // Copied, not moved: always one of the two.
    DistributionOrArray(const DistributionOrArray&) = default;
    DistributionOrArray& operator=(const DistributionOrArray&) = default;

    bool is_array() const { return array_ != nullptr; }
    /// The one of the two that it is.
    const Array& array() const { return *array_; }
    const Distribution& distribution() const { return *distribution_; }

    bool operator==(const DistributionOrArray& other) const;

private:
    // Shared by copies, which cannot change them.
    std::shared_ptr<const Array> array_;
    std::shared_ptr<const Distribution> distribution_;
};

}  // namespace nengine
