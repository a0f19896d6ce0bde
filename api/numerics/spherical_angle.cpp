#include <algorithm>
#include <array>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <numbers>
#include <utility>
#include <vector>

#include "api/numerics/distributions.hpp"
#include "api/numerics/interpolate.hpp"

namespace nengine {

/// The inverse of `beta_share` for one k at ascending places.
struct SphericalAngle::Knots {
    std::vector<double> share, value;

    void add(double at_share, double its_value) {
        share.push_back(at_share);
        value.push_back(its_value);
    }

    /// To be called when all are there.
    void index() {
        for (std::size_t i = 0; i < n_buckets; ++i) {
            const double low = static_cast<double>(i) / n_buckets;
            first_above_[i] = static_cast<std::size_t>(
                std::ranges::upper_bound(share, low) - share.begin());
        }
    }

    /// As `interpolate`, without its search; `at` in [0, 1].
    double at(double place) const {
        const auto bucket = std::min(static_cast<std::size_t>(place * n_buckets),
                                     std::size_t{n_buckets - 1});
        std::size_t after = first_above_[bucket];
        while (after < share.size() && share[after] <= place) {
            ++after;
        }
        return interpolate_before(share, value, after, place);
    }

private:
    static constexpr std::size_t n_buckets = 256;
    std::array<std::size_t, n_buckets> first_above_{};
};

namespace {

using Knots = SphericalAngle::Knots;

namespace policies = boost::math::policies;
/// Double is enough here, and several times as fast as long double.
using Double = policies::policy<policies::promote_double<false>>;

/// The regularised incomplete beta function I_x(k / 2, 1 / 2), down to the smallest
/// subnormal number: which values underflow decides how the table is padded.
double beta_share(std::int64_t k, double x) {
    const double a = static_cast<double>(k) / 2.0, b = 0.5;
    const double share = boost::math::ibeta(a, b, x, Double());
    if (share >= std::numeric_limits<double>::min()) {
        return share;
    }
    // x^a (1 - x)^b / (a B(a, b)) * F(a + b, 1; a + 1; x), in logarithms. x is small
    // here, so the series of F converges fast.
    double series = 1.0, term = 1.0;
    for (int n = 0; term > 1e-17 * series; ++n) {
        term *= x * (a + b + n) / (a + 1.0 + n);
        series += term;
    }
    const double log_beta = std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b);
    return std::exp(a * std::log(x) + b * std::log1p(-x) - std::log(a) - log_beta +
                    std::log(series));
}

double beta_share_inverse(std::int64_t k, double y) {
    return boost::math::ibeta_inv(static_cast<double>(k) / 2.0, 0.5, y, Double());
}

/// The k for which the table has an entry of its own: 1 to 25, then spaced evenly in
/// the logarithm.
constexpr std::array<std::int64_t, 50> table_k{
    1,   2,   3,   4,   5,   6,   7,   8,   9,   10,  11,  12,  13,  14,  15,  16,  17,
    18,  19,  20,  21,  22,  23,  24,  25,  26,  30,  35,  41,  48,  56,  65,  75,  88,
    102, 119, 138, 161, 188, 219, 254, 296, 345, 402, 468, 544, 634, 738, 859, 1000};
constexpr std::size_t n_knots = 200;

/// Places where the inverse is tabulated: evenly spaced ones, and those of evenly
/// spaced values. For large k many of the latter underflow to the same 0; random places
/// stand in for them, drawn from one stream for all k.
Knots make_knots(std::int64_t k, RandomState& padding) {
    constexpr int n_even = 40, n_values = 160;
    constexpr double first = 1e-16, last = 1.0 - 1e-7;
    std::map<double, double> value_at;  // by share; what is there already stays
    for (int i = 0; i < n_even; ++i) {
        const double share = i / (n_even - 1.0);
        value_at.emplace(share, beta_share_inverse(k, share));
    }
    for (int i = 0; i < n_values; ++i) {
        const double x =
            i + 1 == n_values ? last : first + i * ((last - first) / (n_values - 1.0));
        value_at.emplace(beta_share(k, x), x);
    }
    while (value_at.size() < n_knots) {
        const double share = padding.random_sample();
        value_at.emplace(share, beta_share_inverse(k, share));
    }
    Knots knots;
    for (const auto& [share, value] : value_at) {
        knots.add(share, value);
    }
    knots.index();
    return knots;
}

/// The table, made as far as it is needed: the random places make each entry depend on
/// those before it. Entries are never changed once made, and stay where they are.
class Table {
public:
    /// For any k: between two tabulated ones the places are blended, and so are the
    /// values that both give there.
    const Knots& knots_for(std::int64_t k) {
        const std::lock_guard lock(mutex_);
        const auto above = std::ranges::lower_bound(table_k, k);
        if (above == table_k.end()) {
            return entry(table_k.size() - 1);
        }
        const auto index = static_cast<std::size_t>(above - table_k.begin());
        if (*above == k) {
            return entry(index);
        }
        const auto found = blends_.find(k);
        return found != blends_.end()
                   ? found->second
                   : blends_.emplace(k, blend(k, index)).first->second;
    }

private:
    const Knots& entry(std::size_t index) {
        while (n_made_ <= index) {
            entries_[n_made_] = make_knots(table_k[n_made_], padding_);
            ++n_made_;
        }
        return entries_[index];
    }

    Knots blend(std::int64_t k, std::size_t above) {
        const Knots& high = entry(above);
        const Knots& low = entry(above - 1);
        const double weight = static_cast<double>(k - table_k[above - 1]) /
                              static_cast<double>(table_k[above] - table_k[above - 1]);
        Knots blend;
        for (std::size_t i = 0; i < n_knots; ++i) {
            const double share = (1.0 - weight) * low.share[i] + weight * high.share[i];
            blend.add(share, (1.0 - weight) * low.at(share) + weight * high.at(share));
        }
        blend.index();
        return blend;
    }

    std::mutex mutex_;
    RandomState padding_{0};
    std::array<Knots, table_k.size()> entries_;
    std::size_t n_made_ = 0;
    std::map<std::int64_t, Knots> blends_;
};

const Knots& knots_for(std::int64_t k) {
    static Table table;
    return table.knots_for(k);
}

}  // namespace

SphericalAngle::SphericalAngle(std::int64_t k, bool approximate)
    : k_(k), knots_(approximate ? &knots_for(k) : nullptr) {}

double SphericalAngle::squared_sine(double y) const {
    const double share = 2.0 * std::min(y, 1.0 - y);
    return knots_ != nullptr ? knots_->at(share) : beta_share_inverse(k_, share);
}

double SphericalAngle::operator()(double y) const {
    const double x = std::asin(std::sqrt(squared_sine(y))) / std::numbers::pi;
    return y < 0.5 ? x : 1.0 - x;
}

SineCosine SphericalAngle::sine_cosine(double y) const {
    const double sine = std::sqrt(squared_sine(y));
    // From the rounded sine, so that both belong to one angle; 1 - sine is exact where
    // it matters.
    const double cosine = std::sqrt((1.0 - sine) * (1.0 + sine));
    return {sine, y < 0.5 ? cosine : -cosine};
}

}  // namespace nengine
