#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/builder/numerics/matrix.hpp"
#include "api/builder/numerics/random_state.hpp"
#include "nengine/distributions.hpp"

namespace nengine {

/// n vectors of d components, [n, d], with exactly the draws that Nengo makes.
/// @throws ValidationError  if the distribution is not sensible or cannot give
///                          vectors of this length
Matrix sample(const Distribution& distribution, std::int64_t n, std::int64_t d,
              RandomState& rng);

/// n numbers: what Nengo calls `d=None`. `Choice` and `Samples` give numbers here.
Vector sample(const Distribution& distribution, std::int64_t n, RandomState& rng);

/// The array itself as [n, d] when one is given (a scalar or a vector of n is repeated
/// over what is missing), else samples. An array draws nothing.
/// @throws ShapeError  if the array is neither a scalar, [n] nor [n, d]; `what` names
/// it
Matrix values_or_samples(const DistributionOrArray& parameter, std::int64_t n,
                         std::int64_t d, RandomState& rng, const std::string& what);

/// One value per neuron: a scalar repeated, the array of n, or n samples.
/// @throws ShapeError  if the array is neither a scalar nor [n]; `what` names it
Vector values_or_samples(const DistributionOrArray& parameter, std::int64_t n,
                         RandomState& rng, const std::string& what);

/// `n` points evenly scattered in the unit ball or on its surface, [n, d].
Matrix sample_scattered(const ScatteredHypersphere& distribution, std::int64_t n,
                        std::int64_t d, RandomState& rng);

/// Inverse distribution function of the angles of spherical coordinates: the angle
/// `pi * x`, of density proportional to `sin(pi * x)^(k - 1)`, for a share y of angles
/// below it. By the exact inverse, or by the interpolation that Nengo uses by default
/// (x is then up to 0.004 away).
class SphericalAngle {
public:
    SphericalAngle(std::int64_t k, bool approximate);

    /// @param y  in [0, 1]
    /// @return   x in [0, 1]
    double operator()(double y) const;

private:
    std::int64_t k_;
    /// Ascending places and the inverse incomplete beta function there; empty for the
    /// exact inverse.
    std::vector<double> share_, value_;
};

/// Probability density, distribution function and its inverse.
/// @param x  the value, in [0, 1] (CosineSimilarity: [-1, 1])
/// @param p  the probability, in [0, 1]
double density(const SqrtBeta& distribution, double x);
double cumulative(const SqrtBeta& distribution, double x);
double quantile(const SqrtBeta& distribution, double p);
double density(const CosineSimilarity& distribution, double x);
double cumulative(const CosineSimilarity& distribution, double x);
double quantile(const CosineSimilarity& distribution, double p);

/// The distribution that a SubvectorLength is a name for.
inline SqrtBeta as_sqrt_beta(const SubvectorLength& distribution) {
    return {.n = distribution.dimensions - distribution.subdimensions,
            .m = distribution.subdimensions};
}

}  // namespace nengine
