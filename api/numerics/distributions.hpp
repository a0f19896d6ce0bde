#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/numerics/matrix.hpp"
#include "api/numerics/random_state.hpp"
#include "nengine/distributions.hpp"

namespace nengine {

/// n vectors of d components, [n, d], with exactly the draws that Nengo makes.
/// @throws ValidationError  if the distribution is not sensible or cannot give
///                          vectors of this length
Matrix sample(const Distribution& distribution, std::int64_t n, std::int64_t d,
              RandomState& rng);

/// As above, for something of a user's, `what`, that errors name.
/// @throws ValidationError  also if a number is not finite
Matrix sample(const Distribution& distribution, std::int64_t n, std::int64_t d,
              RandomState& rng, const std::string& what);

/// Makes the draws of `sample` without its vectors, where that is much cheaper.
/// @return  false, with nothing drawn, where it is not
bool skip_sample(const Distribution& distribution, std::int64_t n, std::int64_t d,
                 RandomState& rng);

/// n numbers: what Nengo calls `d=None`. `Choice` and `Samples` give numbers here.
Vector sample(const Distribution& distribution, std::int64_t n, RandomState& rng);
Vector sample(const Distribution& distribution, std::int64_t n, RandomState& rng,
              const std::string& what);

/// The array itself as [n, d] when one is given (a scalar or a vector of n is repeated
/// over what is missing), else samples. An array draws nothing.
/// @throws ShapeError       if the array is neither a scalar, [n] nor [n, d]; `what`
///                          names it
/// @throws ValidationError  a number that is not finite
Matrix values_or_samples(const DistributionOrArray& parameter, std::int64_t n,
                         std::int64_t d, RandomState& rng, const std::string& what);

/// One value per neuron: a scalar repeated, the array of n, or n samples.
/// @throws ShapeError       if the array is neither a scalar nor [n]; `what` names it
/// @throws ValidationError  a number that is not finite
Vector values_or_samples(const DistributionOrArray& parameter, std::int64_t n,
                         RandomState& rng, const std::string& what);

/// `n` points evenly scattered in the unit ball or on its surface, [n, d].
Matrix sample_scattered(const ScatteredHypersphere& distribution, std::int64_t n,
                        std::int64_t d, RandomState& rng);

/// As `skip_sample`.
bool skip_scattered(const ScatteredHypersphere& distribution, std::int64_t n,
                    std::int64_t d, RandomState& rng);

/// An angle by its sine and cosine.
struct SineCosine {
    double sine, cosine;
};

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

    /// Of the angle `pi * x`, without computing the angle.
    SineCosine sine_cosine(double y) const;

    /// The inverse at ascending places, and where to start looking for one.
    struct Knots;

private:
    /// The squared sine of the angle.
    double squared_sine(double y) const;

    std::int64_t k_;
    const Knots* knots_ = nullptr;  ///< none for the exact inverse
};

/// @throws ValidationError  if a parameter is out of its range
void check_parameters(const SqrtBeta& distribution);
void check_parameters(const SubvectorLength& distribution);

/// The distribution that a SubvectorLength is a name for.
inline SqrtBeta as_sqrt_beta(const SubvectorLength& distribution) {
    return {.n = distribution.dimensions - distribution.subdimensions,
            .m = distribution.subdimensions};
}

}  // namespace nengine
