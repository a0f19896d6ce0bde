#include "kernels/random.hpp"

#include <cmath>

#include NENGINE_LAUNCH_HEADER
#include "kernels/base/philox.hpp"

namespace nengine::kernels {
namespace {

struct PlaceOrigin {
    const RandomOrigin* of_call;
    std::uint64_t first_step;
    std::uint32_t first_item;
    RandomOrigin* to;

    NENGINE_HD void operator()(Index) const {
        *to = {.seed = of_call->seed,
               .first_step = of_call->first_step + first_step,
               .first_item = of_call->first_item + first_item};
    }
};

/// Where a pair lies, and its four words: two make one number.
template <class Real>
struct PairSource {
    const RandomOrigin* origin;
    bool per_item;
    const Index* pairs;
    Block<Real> dst;
    Real scale, shift;

    explicit PairSource(const RandomArgs<Bound<Real>>& args)
        : origin(args.origin),
          per_item(args.per_item),
          pairs(args.pairs),
          dst(args.dst),
          scale(args.scale),
          shift(args.shift) {}

    NENGINE_HD Words words(Index t, Index b, Index pair) const {
        const Index* p = pairs + pair * random_pair_fields;
        return random_words(
            {.seed = p[4] < 0 ? origin->seed : static_cast<std::uint64_t>(p[4]),
             .step = origin->first_step + static_cast<std::uint64_t>(t),
             .item = per_item ? origin->first_item + static_cast<std::uint32_t>(b) : 0,
             .stream = static_cast<std::uint32_t>(p[3]),
             .element = static_cast<std::uint32_t>(p[1])});
    }
    NENGINE_HD void write(Index t, Index b, Index pair, Real x, Real y) const {
        const Index* p = pairs + pair * random_pair_fields;
        dst(t, b, 0, p[0]) = shift + scale * x;
        if (p[2] > 1) {
            dst(t, b, 0, p[0] + 1) = shift + scale * y;
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
struct DrawUniform {
    PairSource<Real> source;

    NENGINE_HD void operator()(Index t, Index b, Index, Index pair) const {
        const Words words = source.words(t, b, pair);
        Real x, y;
        to_uniform(words.w[0], words.w[1], x);
        to_uniform(words.w[2], words.w[3], y);
        source.write(t, b, pair, x, y);
    }
};

/// Box-Muller: radius sqrt(-2 log(1 - u)), angle 2 pi v. In double for float too:
/// devices whose log and cos differ in the last place then give the same float.
template <class Real>
struct DrawNormal {
    PairSource<Real> source;

    NENGINE_HD void operator()(Index t, Index b, Index, Index pair) const {
        constexpr double two_pi = 6.283185307179586476925;
        const Words words = source.words(t, b, pair);
        const double u = unit_interval(words.w[0], words.w[1]);
        const double angle = two_pi * unit_interval(words.w[2], words.w[3]);
        const double radius = std::sqrt(-2.0 * std::log(1.0 - u));
        source.write(t, b, pair, static_cast<Real>(radius * std::cos(angle)),
                     static_cast<Real>(radius * std::sin(angle)));
    }
};

}  // namespace

template <class Exec, class Real>
void draw_random(const Exec& exec, const RandomArgs<Bound<Real>>& args) {
    const Extents extents{args.dst.steps, args.dst.batch, 1, args.n_pairs};
    const PairSource<Real> source(args);
    switch (args.kind) {
        case RandomKind::uniform:
            return launch_elements(exec, extents, DrawUniform<Real>{source});
        case RandomKind::normal:
            return launch_elements(exec, extents, DrawNormal<Real>{source});
    }
}

template <class Exec>
void place_origin(const Exec& exec, const RandomOrigin* of_call, Index first_step,
                  Index first_item, RandomOrigin* to) {
    launch_each(exec, 1,
                PlaceOrigin{of_call, static_cast<std::uint64_t>(first_step),
                            static_cast<std::uint32_t>(first_item), to});
}

template void place_origin(const ThisExec&, const RandomOrigin*, Index, Index,
                           RandomOrigin*);
template void draw_random(const ThisExec&, const RandomArgs<Bound<float>>&);
template void draw_random(const ThisExec&, const RandomArgs<Bound<double>>&);

}  // namespace nengine::kernels
