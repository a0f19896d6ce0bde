#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <string>

#include "api/numerics/distributions.hpp"
#include "api/numerics/text.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

/// The parameters of the beta distribution of the squared length.
struct Halves {
    double a, b;

    explicit Halves(const SqrtBeta& distribution)
        : a(static_cast<double>(distribution.m) / 2.0),
          b(static_cast<double>(distribution.n) / 2.0) {
        check_parameters(distribution);
    }
};

void need_probability(double p, const std::string& where) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw ValidationError(where + ": ppf: got " + number_text(p) +
                              ", needs a probability in [0, 1]");
    }
}

/// Of which the absolute value of a CosineSimilarity is one.
SqrtBeta length_of(const CosineSimilarity& distribution) {
    const SubvectorLength length{distribution.dimensions};
    check_parameters(length);
    return as_sqrt_beta(length);
}

}  // namespace

double SqrtBeta::pdf(double x) const {
    const Halves half(*this);
    if (x < 0.0 || x > 1.0) {
        return 0.0;
    }
    return 2.0 / boost::math::beta(half.a, half.b) * std::pow(x, 2.0 * half.a - 1.0) *
           std::pow(1.0 - x * x, half.b - 1.0);
}

double SqrtBeta::cdf(double x) const {
    const Halves half(*this);
    if (x <= 0.0 || x >= 1.0) {
        return x <= 0.0 ? 0.0 : 1.0;
    }
    return boost::math::ibeta(half.a, half.b, x * x);
}

double SqrtBeta::ppf(double p) const {
    const Halves half(*this);
    need_probability(p, "SqrtBeta");
    return std::sqrt(boost::math::ibeta_inv(half.a, half.b, p));
}

double SubvectorLength::pdf(double x) const {
    check_parameters(*this);
    return as_sqrt_beta(*this).pdf(x);
}

double SubvectorLength::cdf(double x) const {
    check_parameters(*this);
    return as_sqrt_beta(*this).cdf(x);
}

double SubvectorLength::ppf(double p) const {
    check_parameters(*this);
    return as_sqrt_beta(*this).ppf(p);
}

double CosineSimilarity::pdf(double x) const {
    return length_of(*this).pdf(std::abs(x)) / 2.0;
}

double CosineSimilarity::cdf(double x) const {
    const double share = length_of(*this).cdf(std::abs(x));
    return (std::copysign(share, x) + 1.0) / 2.0;
}

double CosineSimilarity::ppf(double p) const {
    need_probability(p, "CosineSimilarity");
    const double length = length_of(*this).ppf(std::abs(2.0 * p - 1.0));
    return p > 0.5 ? length : -length;
}

}  // namespace nengine
