#pragma once

#include "kernels/base/args.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

/// dst[t, b, j] = (or +=) the sum of src[t, b, sources[p]] over p in
/// [offsets[j], offsets[j + 1]), for j in [0, dst.cols).
///
/// Copies by index lists on either side, with repeats, and their gradients, all have
/// this form; the sums run in a fixed order. `offsets` and `sources` lie on the device.
/// Rows are 1; src.cols is the number of source elements.
template <class Ref>
struct IndexedSumArgs {
    typename Ref::Read src;
    typename Ref::Write dst;
    typename Ref::Table offsets, sources;
    bool accumulate;

    constexpr auto fields() const {
        return std::tuple{reads(&IndexedSumArgs::src).as_wide_as(&IndexedSumArgs::dst),
                          writes(&IndexedSumArgs::dst, accumulate),
                          constant(&IndexedSumArgs::offsets),
                          constant(&IndexedSumArgs::sources),
                          constant(&IndexedSumArgs::accumulate)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        indexed_sum(exec, *this);
    }
};
template <class Exec, class Real>
void indexed_sum(const Exec& exec, const IndexedSumArgs<Bound<Real>>& args);

/// rows of a history by a table: dst(s, b, ...) = src(table[s], b, ...) for s in
/// [0, dst.steps). `table` lies on the device.
template <class Exec, class Real>
void select_rows(const Exec& exec, const Block<const Real>& src, const Index* table,
                 const Block<Real>& dst);

/// dst(s, b, ...) for the items of a minibatch: dst(0.., b) = src(0.., items[b]); `src`
/// is a data set, [steps, items, ...], on the device, and `items` the shuffled order.
/// Stored is float, double, std::int32_t or std::uint8_t, rounded to Real; with a scale
/// other than 1, the product in double precision is.
template <class Exec, class Stored, class Real>
void select_items(const Exec& exec, const Block<const Stored>& src, const Index* items,
                  const Block<Real>& dst, double scale = 1.0);

}  // namespace nengine::kernels
