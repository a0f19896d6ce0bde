#pragma once

#include <cstdint>

#include "kernels/base/args.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

/// Whose numbers the first row of a chunk gets, on the device: a kernel that is
/// recorded once draws others each time that it is replayed.
struct RandomOrigin {
    std::uint64_t seed = 0;
    std::uint64_t first_step = 0;
    std::uint32_t first_item = 0;
};

/// *to = `of_call`, `first_step` steps and `first_item` items on.
template <class Exec>
void place_origin(const Exec& exec, const RandomOrigin* of_call, Index first_step,
                  Index first_item, RandomOrigin* to);

/// uniform: in [0, 1); normal: of mean 0 and deviation 1 (Box-Muller).
enum class RandomKind { uniform, normal };

/// Two neighbouring elements of a stream: their numbers come at once.
struct RandomPair {
    Index column;  ///< of the first element, in dst
    Index index;   ///< of the pair within its stream
    Index count;   ///< 2, or 1 at the end of a stream with an odd number of elements
    Index stream;
    Index seed;  ///< of the stream alone; below 0: the one of the call
};
/// A table of pairs on the device is a list of this many numbers per pair, in order.
inline constexpr Index random_pair_fields = 5;

/// dst(t, b, 0, i) = shift + scale * number, for every i that a pair names.
///
/// Philox 4x32-10 is keyed by the seed and counts in (step, item, stream, pair): the
/// same numbers come whatever the device, chunking, merging and sharding.
template <class Ref>
struct RandomArgs {
    RandomKind kind{};
    typename Ref::Origin origin{};  ///< of dst's row 0 and item 0
    bool per_item = true;           ///< false: all items have those of item 0
    typename Ref::Number scale = 1, shift = 0;
    typename Ref::Table pairs{};
    Index n_pairs = 0;
    typename Ref::Write dst;

    constexpr auto fields() const {
        using A = RandomArgs;
        return std::tuple{constant(&A::kind),     constant(&A::origin),
                          constant(&A::per_item), constant(&A::scale),
                          constant(&A::shift),    constant(&A::pairs),
                          constant(&A::n_pairs),  writes(&A::dst)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        draw_random(exec, *this);
    }
};

template <class Exec, class Real>
void draw_random(const Exec& exec, const RandomArgs<Bound<Real>>& args);

}  // namespace nengine::kernels
