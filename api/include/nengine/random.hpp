#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/array.hpp"
#include "nengine/distributions.hpp"
#include "nengine/seed.hpp"

namespace nengine {

class RandomState;

struct ChoiceOptions {
    bool replace = true;  ///< whether one may be chosen again
    /// The probability of each, of sum 1; empty: the same for all.
    std::vector<double> p = {};
};

/// Random numbers as numpy's legacy RandomState draws them, with the same bits where no
/// logarithm or power is involved, under the names that its methods have. A copy draws
/// the same numbers again. One that was moved from only takes assignments.
class NENGINE_API RandomStream {
public:
    explicit RandomStream(Seed seed);
    RandomStream(const RandomStream& other);
    RandomStream& operator=(const RandomStream& other);
    RandomStream(RandomStream&&) noexcept;
    RandomStream& operator=(RandomStream&&) noexcept;
    ~RandomStream();

    double uniform(double low = 0.0, double high = 1.0);
    double normal(double mean = 0.0, double deviation = 1.0);
    /// In [low, high).
    /// @throws ValidationError  high is not above low
    std::int64_t randint(std::int64_t low, std::int64_t high);

    /// Nengo's `distribution.sample(n, d, rng)`: n samples of d dimensions each, [n,
    /// d]. Without d they are numbers, [n]; of a Choice among vectors, [n, size]; and
    /// QuasirandomSequence and ScatteredHypersphere take d = 1, [n, 1]. One sample of d
    /// dimensions is `sample(distribution, 1, d)`.
    /// @throws ValidationError  a distribution that cannot be, or that has other
    ///                          dimensions; no d for UniformHypersphere or Samples of
    ///                          vectors
    Array sample(const Distribution& distribution, std::int64_t n,
                 std::optional<std::int64_t> d = std::nullopt);

    /// Puts the elements of a vector, or along an array's first axis, in random order.
    template <class T>
    void shuffle(std::vector<T>& elements) {
        const auto others = swaps(static_cast<std::int64_t>(elements.size()));
        for (std::size_t k = 0; k < others.size(); ++k) {
            const std::size_t i = others.size() - k;
            const auto j = static_cast<std::size_t>(others[k]);
            T kept = std::move(elements[i]);
            elements[i] = std::move(elements[j]);
            elements[j] = std::move(kept);
        }
    }
    /// @throws ShapeError  a number, which has no axis
    void shuffle(Array& array);

    /// 0 ... n - 1 in random order.
    /// @throws ValidationError  n below 0
    std::vector<std::int64_t> permutation(std::int64_t n);
    /// A shuffled copy.
    template <class T>
    std::vector<T> permutation(std::vector<T> elements) {
        shuffle(elements);
        return elements;
    }
    Array permutation(Array array);

    /// `size` numbers below n.
    /// @throws ValidationError  more than there are, without replacement; probabilities
    ///                          that are not one for each, below 0 or not of sum 1
    std::vector<std::int64_t> choice(std::int64_t n, std::int64_t size,
                                     const ChoiceOptions& options = {});
    /// `size` of the elements.
    template <class T>
    std::vector<T> choice(const std::vector<T>& elements, std::int64_t size,
                          const ChoiceOptions& options = {}) {
        std::vector<T> chosen;
        for (const auto i :
             choice(static_cast<std::int64_t>(elements.size()), size, options)) {
            chosen.push_back(elements[static_cast<std::size_t>(i)]);
        }
        return chosen;
    }

    /// @throws ValidationError  it was moved from
    RandomState& state();

private:
    RandomState& there() const;
    /// What the elements n - 1, n - 2 ... 1 are exchanged with.
    std::vector<std::int64_t> swaps(std::int64_t n);

    std::unique_ptr<RandomState> state_;
};

}  // namespace nengine
