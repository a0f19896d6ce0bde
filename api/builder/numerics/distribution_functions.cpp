#include <boost/math/special_functions/beta.hpp>
#include <cmath>

#include "api/builder/numerics/distributions.hpp"

namespace nengine {

double density(const SqrtBeta& distribution, double x) {
    const auto m = static_cast<double>(distribution.m);
    const auto n = static_cast<double>(distribution.n);
    return 2.0 / boost::math::beta(m / 2.0, n / 2.0) * std::pow(x, m - 1.0) *
           std::pow(1.0 - x * x, n / 2.0 - 1.0);
}

double cumulative(const SqrtBeta& distribution, double x) {
    const auto m = static_cast<double>(distribution.m);
    const auto n = static_cast<double>(distribution.n);
    return boost::math::ibeta(m / 2.0, n / 2.0, x * x);
}

double quantile(const SqrtBeta& distribution, double p) {
    const auto m = static_cast<double>(distribution.m);
    const auto n = static_cast<double>(distribution.n);
    return std::sqrt(boost::math::ibeta_inv(m / 2.0, n / 2.0, p));
}

double density(const CosineSimilarity& distribution, double x) {
    return density(as_sqrt_beta({distribution.dimensions}), std::abs(x)) / 2.0;
}

double cumulative(const CosineSimilarity& distribution, double x) {
    const double share = cumulative(as_sqrt_beta({distribution.dimensions}), x);
    return (std::copysign(share, x) + 1.0) / 2.0;
}

double quantile(const CosineSimilarity& distribution, double p) {
    const double length =
        quantile(as_sqrt_beta({distribution.dimensions}), std::abs(2.0 * p - 1.0));
    return p > 0.5 ? length : -length;
}

}  // namespace nengine
