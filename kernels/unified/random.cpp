#include "kernels/random.hpp"

#include <cmath>

#include NENGINE_LAUNCH_HEADER
#include "kernels/base/philox.hpp"

namespace nengine {
namespace {

/// The words of a pair of neighbouring elements: the counter is (pair, item, step), the
/// key is made of seed and stream. Two words make one number.
struct PairSource {
    std::uint32_t key_0, key_1;
    std::uint64_t first_step;
    std::uint32_t first_item;

    /// Seed and stream together have more bits than a key: the key is the seed's own
    /// random function of the stream.
    explicit PairSource(const PhiloxKey& key)
        : key_0(0), key_1(0), first_step(key.first_step), first_item(key.first_item) {
        const Words mixed =
            philox({{key.stream, 0, 0, 0}}, static_cast<std::uint32_t>(key.seed),
                   static_cast<std::uint32_t>(key.seed >> 32));
        key_0 = mixed.w[0];
        key_1 = mixed.w[1];
    }

    NENGINE_HD Words operator()(Index t, Index b, Index pair) const {
        const std::uint64_t step = first_step + static_cast<std::uint64_t>(t);
        return philox({{static_cast<std::uint32_t>(pair),
                        first_item + static_cast<std::uint32_t>(b),
                        static_cast<std::uint32_t>(step),
                        static_cast<std::uint32_t>(step >> 32)}},
                      key_0, key_1);
    }
};

/// Both numbers of a pair at once; the second is left out at the end of an odd row.
template <class Real>
struct WritePair {
    Block<Real> dst;

    NENGINE_HD void operator()(Index t, Index b, Index pair, Real x, Real y) const {
        dst(t, b, 0, 2 * pair) = x;
        if (2 * pair + 1 < dst.cols) {
            dst(t, b, 0, 2 * pair + 1) = y;
        }
    }
};

/// float: the upper 24 of the 53 bits that double takes, so that no float is 1.
NENGINE_HD void to_uniform(std::uint32_t high, std::uint32_t low, double& x) {
    x = unit_interval(high, low);
}
NENGINE_HD void to_uniform(std::uint32_t high, std::uint32_t, float& x) {
    x = static_cast<float>(high >> 8) * 0x1p-24F;
}

template <class Real>
struct Uniform {
    PairSource source;
    WritePair<Real> write;

    NENGINE_HD void operator()(Index t, Index b, Index, Index pair) const {
        const Words words = source(t, b, pair);
        Real x, y;
        to_uniform(words.w[0], words.w[1], x);
        to_uniform(words.w[2], words.w[3], y);
        write(t, b, pair, x, y);
    }
};

/// Box-Muller: radius sqrt(-2 log(1 - u)), angle 2 pi v. In double for float too:
/// devices whose log and cos differ in the last place then give the same float.
template <class Real>
struct Normal {
    PairSource source;
    WritePair<Real> write;

    NENGINE_HD void operator()(Index t, Index b, Index, Index pair) const {
        constexpr double two_pi = 6.283185307179586476925;
        const Words words = source(t, b, pair);
        const double u = unit_interval(words.w[0], words.w[1]);
        const double angle = two_pi * unit_interval(words.w[2], words.w[3]);
        const double radius = std::sqrt(-2.0 * std::log(1.0 - u));
        write(t, b, pair, static_cast<Real>(radius * std::cos(angle)),
              static_cast<Real>(radius * std::sin(angle)));
    }
};

template <class Real>
Extents pairs_of(const Block<Real>& dst) {
    return {dst.steps, dst.batch, 1, (dst.cols + 1) / 2};
}

}  // namespace

template <class Exec, class Real>
void random_uniform(const Exec& exec, const PhiloxKey& key, const Block<Real>& dst) {
    launch_elements(exec, pairs_of(dst), Uniform<Real>{PairSource(key), {dst}});
}

template <class Exec, class Real>
void random_normal(const Exec& exec, const PhiloxKey& key, const Block<Real>& dst) {
    launch_elements(exec, pairs_of(dst), Normal<Real>{PairSource(key), {dst}});
}

template void random_uniform(const ThisExec&, const PhiloxKey&, const Block<float>&);
template void random_uniform(const ThisExec&, const PhiloxKey&, const Block<double>&);
template void random_normal(const ThisExec&, const PhiloxKey&, const Block<float>&);
template void random_normal(const ThisExec&, const PhiloxKey&, const Block<double>&);

}  // namespace nengine
