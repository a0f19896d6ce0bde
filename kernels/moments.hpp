#pragma once

#include "kernels/base/args.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

/// mean = the mean of x, and variance = the mean of (x - mean)^2, over every extent in
/// which they have 1 and x has more, and of the items over the first `valid`: the rest
/// is padding. One row for all items, so that their batch is 1.
///
/// `variance` may be absent; else it has the extents of `mean`. Two passes over x, the
/// second of which corrects for the rounding of the first one's result; sums run as in
/// sum_product. No variance is less than 0.
template <class Ref>
struct MomentsArgs {
    typename Ref::ReadView x;
    typename Ref::WriteView mean, variance;
    typename Ref::ValidItems valid{};

    constexpr auto fields() const {
        return std::tuple{reads(&MomentsArgs::x), writes(&MomentsArgs::mean),
                          writes(&MomentsArgs::variance),
                          constant(&MomentsArgs::valid)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        moments(exec, *this);
    }
};
template <class Exec, class Real>
void moments(const Exec& exec, const MomentsArgs<Bound<Real>>& args);

/// share(b) = 1 / n for the first `valid` items of `share` and 0 for the others, where
/// n = min(valid, items of share) * numbers: what each number of an item is to a mean
/// over `numbers` of them of each item. `[1, items, 1, 1]`
template <class Ref>
struct ItemSharesArgs {
    typename Ref::Write share;
    Index numbers = 1;
    typename Ref::ValidItems valid{};

    constexpr auto fields() const {
        return std::tuple{writes(&ItemSharesArgs::share),
                          constant(&ItemSharesArgs::numbers),
                          constant(&ItemSharesArgs::valid)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        item_shares(exec, *this);
    }
};
template <class Exec, class Real>
void item_shares(const Exec& exec, const ItemSharesArgs<Bound<Real>>& args);

/// average = average * momentum + value(t) * (1 - momentum), for one step t after the
/// other: all `steps` of a chunk, or the one at hand. `average` is `[1, 1, 1, n]`;
/// `value` `[steps or 1, any, 1, n]`, the same for all items: that of the first is
/// read. The same bits for many steps at once and one at a time.
template <class Ref>
struct MovingAverageArgs {
    typename Ref::Read value;
    typename Ref::Write average;
    double momentum = 0;
    bool one_step = false;
    typename Ref::Steps steps{};

    constexpr auto fields() const {
        return std::tuple{reads(&MovingAverageArgs::value),
                          updates(&MovingAverageArgs::average),
                          constant(&MovingAverageArgs::momentum),
                          constant(&MovingAverageArgs::one_step),
                          constant(&MovingAverageArgs::steps)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        moving_average(exec, *this);
    }
};
template <class Exec, class Real>
void moving_average(const Exec& exec, const MovingAverageArgs<Bound<Real>>& args);

}  // namespace nengine::kernels
