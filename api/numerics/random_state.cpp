#include "api/numerics/random_state.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <string>

#include "kernels/base/error.hpp"

namespace nengine {

namespace {

/// Running sums of the probabilities, over all of them.
std::vector<double> cumulative_shares(std::span<const double> p) {
    std::vector<double> shares(p.size());
    std::partial_sum(p.begin(), p.end(), shares.begin());
    const double total = shares.back();
    for (double& share : shares) {
        share /= total;
    }
    return shares;
}

std::int64_t place_among(const std::vector<double>& shares, double u) {
    return std::ranges::upper_bound(shares, u) - shares.begin();
}

}  // namespace

RandomState::RandomState(std::uint32_t seed) {
    state_[0] = seed;
    for (std::uint32_t i = 1; i < words; ++i) {
        const std::uint32_t before = state_[i - 1];
        state_[i] = 1812433253U * (before ^ (before >> 30)) + i;
    }
}

void RandomState::refill() {
    constexpr std::size_t shift = 397;
    constexpr std::uint32_t upper = 0x80000000U, lower = 0x7fffffffU;
    for (std::size_t i = 0; i < words; ++i) {
        const std::uint32_t y = (state_[i] & upper) | (state_[(i + 1) % words] & lower);
        const std::uint32_t twist = (y & 1U) != 0 ? 0x9908b0dfU : 0U;
        state_[i] = state_[(i + shift) % words] ^ (y >> 1) ^ twist;
    }
    position_ = 0;
}

std::uint32_t RandomState::random_u32() {
    if (position_ == words) {
        refill();
    }
    std::uint32_t y = state_[position_++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680U;
    y ^= (y << 15) & 0xefc60000U;
    return y ^ (y >> 18);
}

std::uint64_t RandomState::random_u64() {
    const std::uint64_t high = random_u32();
    return (high << 32) | random_u32();
}

double RandomState::random_sample() {
    const std::uint32_t high = random_u32() >> 5;
    const std::uint32_t low = random_u32() >> 6;
    constexpr double two_26 = 67108864.0, two_53 = 9007199254740992.0;
    return (high * two_26 + low) / two_53;
}

double RandomState::uniform(double low, double high) {
    return low + (high - low) * random_sample();
}

double RandomState::normal(double mean, double deviation) {
    return mean + deviation * standard_normal();
}

double RandomState::standard_normal() {
    if (has_normal_) {
        has_normal_ = false;
        return std::exchange(normal_, 0.0);
    }
    double x1 = 0, x2 = 0, r2 = 0;
    do {
        x1 = 2.0 * random_sample() - 1.0;
        x2 = 2.0 * random_sample() - 1.0;
        r2 = x1 * x1 + x2 * x2;
    } while (r2 >= 1.0 || r2 == 0.0);
    const double f = std::sqrt(-2.0 * std::log(r2) / r2);
    normal_ = f * x1;
    has_normal_ = true;
    return f * x2;
}

std::uint64_t RandomState::interval(std::uint64_t max) {
    if (max == 0) {
        return 0;
    }
    const std::uint64_t mask = ~std::uint64_t{0} >> std::countl_zero(max);
    const bool wide = max > 0xffffffffU;
    std::uint64_t value = 0;
    do {
        value = (wide ? random_u64() : random_u32()) & mask;
    } while (value > max);
    return value;
}

std::int64_t RandomState::randint(std::int64_t low, std::int64_t high) {
    if (high <= low) {
        throw ValidationError("randint: got low " + std::to_string(low) + " and high " +
                              std::to_string(high) + ", needs low < high");
    }
    const auto offset = static_cast<std::uint64_t>(low);
    const std::uint64_t range = static_cast<std::uint64_t>(high) - offset - 1;
    return static_cast<std::int64_t>(offset + interval(range));
}

double RandomState::standard_exponential() {
    return -std::log(1.0 - random_sample());
}

double RandomState::standard_gamma(double shape) {
    if (shape == 1.0) {
        return standard_exponential();
    }
    if (shape == 0.0) {
        return 0.0;
    }
    return shape < 1.0 ? gamma_below_one(shape) : gamma_above_one(shape);
}

// Ahrens and Dieter's rejection (GS, 1974).
double RandomState::gamma_below_one(double shape) {
    for (;;) {
        const double u = random_sample();
        const double v = standard_exponential();
        if (u <= 1.0 - shape) {
            const double x = std::pow(u, 1.0 / shape);
            if (x <= v) {
                return x;
            }
        } else {
            const double y = -std::log((1.0 - u) / shape);
            const double x = std::pow(1.0 - shape + shape * y, 1.0 / shape);
            if (x <= v + y) {
                return x;
            }
        }
    }
}

// Marsaglia and Tsang's rejection (2000).
double RandomState::gamma_above_one(double shape) {
    const double b = shape - 1.0 / 3.0;
    const double c = 1.0 / std::sqrt(9.0 * b);
    for (;;) {
        double x = 0, v = 0;
        do {
            x = standard_normal();
            v = 1.0 + c * x;
        } while (v <= 0.0);
        v = v * v * v;
        const double u = random_sample();
        if (u < 1.0 - 0.0331 * (x * x) * (x * x) ||
            std::log(u) < 0.5 * x * x + b * (1.0 - v + std::log(v))) {
            return b * v;
        }
    }
}

double RandomState::beta(double a, double b) {
    if (a > 1.0 || b > 1.0) {
        const double x = standard_gamma(a);
        const double y = standard_gamma(b);
        return x / (x + y);
    }
    for (;;) {
        const double u = random_sample();
        const double v = random_sample();
        const double x = std::pow(u, 1.0 / a);
        const double y = std::pow(v, 1.0 / b);
        if (x + y > 1.0) {
            continue;
        }
        if (x + y > 0.0) {
            return x / (x + y);
        }
        // Both powers underflowed: the same quotient from their logarithms.
        const double log_x = std::log(u) / a, log_y = std::log(v) / b;
        return 1.0 / (1.0 + std::exp(log_y - log_x));
    }
}

std::int64_t RandomState::poisson(double mean) {
    if (mean == 0.0) {
        return 0;
    }
    return mean < 10.0 ? poisson_by_products(mean) : poisson_by_rejection(mean);
}

std::int64_t RandomState::poisson_by_products(double mean) {
    const double limit = std::exp(-mean);
    std::int64_t count = 0;
    for (double product = random_sample(); product > limit;
         product *= random_sample()) {
        ++count;
    }
    return count;
}

// Hoermann's transformed rejection with squeeze (PTRS, 1993).
std::int64_t RandomState::poisson_by_rejection(double mean) {
    const double log_mean = std::log(mean);
    const double b = 0.931 + 2.53 * std::sqrt(mean);
    const double a = -0.059 + 0.02483 * b;
    const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    const double v_r = 0.9277 - 3.6224 / (b - 2.0);
    for (;;) {
        const double u = random_sample() - 0.5;
        const double v = random_sample();
        const double us = 0.5 - std::fabs(u);
        const double k = std::floor((2.0 * a / us + b) * u + mean + 0.43);
        if (us >= 0.07 && v <= v_r) {
            return static_cast<std::int64_t>(k);
        }
        if (k < 0.0 || (us < 0.013 && v > us)) {
            continue;
        }
        const double left =
            std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b);
        if (left <= -mean + k * log_mean - std::lgamma(k + 1.0)) {
            return static_cast<std::int64_t>(k);
        }
    }
}

std::vector<std::int64_t> RandomState::permutation(std::int64_t n) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    shuffle(std::span(order));
    return order;
}

std::vector<std::int64_t> RandomState::choice(std::int64_t n, std::int64_t size) {
    std::vector<std::int64_t> picked(static_cast<std::size_t>(size));
    std::ranges::generate(picked, [&] { return randint(n); });
    return picked;
}

std::vector<std::int64_t> RandomState::choice_unique(std::int64_t n,
                                                     std::int64_t size) {
    if (size > n) {
        throw ValidationError("choice: got size " + std::to_string(size) +
                              ", needs at most " + std::to_string(n));
    }
    auto order = permutation(n);
    order.resize(static_cast<std::size_t>(size));
    return order;
}

std::vector<std::int64_t> RandomState::choice(std::span<const double> p,
                                              std::int64_t size) {
    if (p.empty()) {
        throw ValidationError("choice: got no probabilities, needs at least one");
    }
    const std::vector<double> shares = cumulative_shares(p);
    std::vector<std::int64_t> picked(static_cast<std::size_t>(size));
    std::ranges::generate(picked, [&] { return place_among(shares, random_sample()); });
    return picked;
}

std::vector<std::int64_t> RandomState::choice_unique(std::span<const double> p,
                                                     std::int64_t size) {
    const auto possible = std::ranges::count_if(p, [](double x) { return x > 0.0; });
    if (size > possible) {
        throw ValidationError("choice: got size " + std::to_string(size) +
                              ", needs at most " + std::to_string(possible) +
                              ", which have a probability above 0");
    }
    std::vector<double> left(p.begin(), p.end());
    std::vector<std::int64_t> picked;
    while (static_cast<std::int64_t>(picked.size()) < size) {
        for (const auto i : picked) {
            left[static_cast<std::size_t>(i)] = 0.0;
        }
        const std::vector<double> shares = cumulative_shares(left);
        const std::size_t before = picked.size();
        for (auto draws = size - static_cast<std::int64_t>(before); draws > 0;
             --draws) {
            const auto i = place_among(shares, random_sample());
            const auto fresh = picked.begin() + static_cast<std::ptrdiff_t>(before);
            if (std::find(fresh, picked.end(), i) == picked.end()) {
                picked.push_back(i);
            }
        }
    }
    return picked;
}

}  // namespace nengine
