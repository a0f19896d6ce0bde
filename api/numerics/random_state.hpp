#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace nengine {

/// The largest bound from which seeds of objects are drawn, `2^31 - 1`.
inline constexpr std::int64_t max_drawn_seed = 2147483647;

/// numpy's legacy `RandomState`: a Mersenne Twister (MT19937) and numpy's frozen
/// algorithms on top, draw for draw, so that a seed gives the network that Nengo
/// builds.
///
/// Integers and uniform numbers agree bit for bit (this class's source is compiled
/// without fused products and sums: no arithmetic in the header); where a logarithm, a
/// power or a root is involved, to the last digit that the C library gives. Copying
/// copies the position in the stream.
class RandomState {
public:
    explicit RandomState(std::uint32_t seed);

    std::uint32_t random_u32();
    std::uint64_t random_u64();

    /// Uniform in [0, 1) with 53 random bits, from two 32-bit words.
    double random_sample();
    double uniform(double low, double high);

    /// Gaussian with mean 0 and deviation 1 by the polar method. Every second value is
    /// kept from the draw before; other kinds of draws leave it untouched.
    double standard_normal();
    double normal(double mean, double deviation);

    /// Uniform in [low, high). A range of one value draws nothing.
    /// @throws ValidationError  if high <= low
    std::int64_t randint(std::int64_t low, std::int64_t high);
    std::int64_t randint(std::int64_t high) { return randint(0, high); }

    /// A seed for a child object or a process: `randint(2^31 - 1)`.
    std::uint32_t draw_seed() {
        return static_cast<std::uint32_t>(randint(max_drawn_seed));
    }

    double standard_exponential();
    double exponential(double scale) { return scale * standard_exponential(); }
    /// @param shape  >= 0
    double standard_gamma(double shape);
    /// @param a, b  > 0
    double beta(double a, double b);
    /// @param mean  >= 0
    std::int64_t poisson(double mean);

    /// Fisher-Yates from the last element on; `swap(i, j)` exchanges two of n elements.
    template <class Swap>
    void shuffle(std::int64_t n, Swap swap) {
        for (std::int64_t i = n - 1; i > 0; --i) {
            swap(i, static_cast<std::int64_t>(interval(static_cast<std::uint64_t>(i))));
        }
    }
    template <class T>
    void shuffle(std::span<T> values) {
        shuffle(static_cast<std::int64_t>(values.size()),
                [&](std::int64_t i, std::int64_t j) {
                    std::swap(values[static_cast<std::size_t>(i)],
                              values[static_cast<std::size_t>(j)]);
                });
    }
    /// 0 .. n - 1 in random order.
    std::vector<std::int64_t> permutation(std::int64_t n);

    /// `size` indices below n, with replacement.
    std::vector<std::int64_t> choice(std::int64_t n, std::int64_t size);
    /// `size` different indices below n: the head of a permutation.
    /// @throws ValidationError  if size > n
    std::vector<std::int64_t> choice_unique(std::int64_t n, std::int64_t size);
    /// `size` indices, i with probability `p[i] / sum(p)`.
    /// @throws ValidationError  if p is empty
    std::vector<std::int64_t> choice(std::span<const double> p, std::int64_t size);
    /// `size` different indices: draws as many as are missing, with the probabilities
    /// of those that are left, until all are found.
    /// @throws ValidationError  if fewer have a probability above 0
    std::vector<std::int64_t> choice_unique(std::span<const double> p,
                                            std::int64_t size);

private:
    static constexpr std::size_t words = 624;

    void refill();
    /// Uniform in [0, max]: masks the words and rejects what is too large.
    std::uint64_t interval(std::uint64_t max);
    double gamma_below_one(double shape);
    double gamma_above_one(double shape);
    std::int64_t poisson_by_products(double mean);
    std::int64_t poisson_by_rejection(double mean);

    std::array<std::uint32_t, words> state_{};
    std::size_t position_ = words;
    bool has_normal_ = false;
    double normal_ = 0.0;
};

}  // namespace nengine
