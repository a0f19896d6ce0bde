#include "engine/operators/copy.hpp"

#include <set>
#include <utility>

#include "engine/ir/compressed_rows.hpp"
#include "engine/ir/lowering.hpp"
#include "engine/operators/broadcast.hpp"
#include "engine/operators/checks.hpp"
#include "kernels/base/error.hpp"
#include "kernels/gather.hpp"

namespace nengine::engine {

Copy::Copy(SignalId src_signal, SignalId dst_signal, bool inc,
           std::vector<Index> src_index, std::vector<Index> dst_index)
    : OperatorBase({{Role::read, src_signal}, {written(inc), dst_signal}}),
      src_index_(std::move(src_index)),
      dst_index_(std::move(dst_index)) {
    const std::set<Index> unique(dst_index_.begin(), dst_index_.end());
    if (!inc && unique.size() != dst_index_.size()) {
        throw BuildError(
            "Copy: got repeated dst indices without increment, needs each once");
    }
    if (!src_index_.empty() && !dst_index_.empty() &&
        src_index_.size() != dst_index_.size()) {
        throw BuildError("Copy: got " + std::to_string(src_index_.size()) +
                         " src and " + std::to_string(dst_index_.size()) +
                         " dst indices, needs as many");
    }
}

MergeKey Copy::merge_key(const std::vector<Shape>& shapes) const {
    const bool broadcast = shape_size(shapes[src]) != shape_size(shapes[dst]);
    MergeKey key =
        indexed() || broadcast ? shape_key("Copy", shapes) : MergeKey{"Copy", {}};
    for (const auto* index : {&src_index_, &dst_index_}) {
        append(key.numbers, *index);
    }
    return key;
}

OperatorProperties Copy::properties() const {
    using enum CopiedElements::Kind;
    return {.copy = {indexed() ? by_index : in_order, src},
            .linear = {src},
            .may_add = true,
            .writes_anywhere = true,
            .merging = indexed() ? Merging::never : Merging::elementwise,
            .sets_some = !dst_index_.empty()};
}

double Copy::flops(const std::vector<Shape>& shapes) const {
    return inc() ? elements(shapes, dst) : 0;
}

void Copy::check(const std::vector<Shape>& shapes) const {
    if (!indexed()) {
        check_broadcast(*this, shapes[src], shapes[dst]);
        return;
    }
    check_indices(*this, src_index_, size_of(shapes, src));
    check_indices(*this, dst_index_, size_of(shapes, dst));
    const auto count = [](const std::vector<Index>& index, Index all) {
        return index.empty() ? all : static_cast<Index>(index.size());
    };
    check_size(*this, "a source", count(src_index_, size_of(shapes, src)),
               count(dst_index_, size_of(shapes, dst)));
}

namespace {

/// Compressed rows: which sources each target sums.
struct IndexTables {
    std::vector<Index> offsets, sources;
};

IndexTables index_tables(const std::vector<Index>& from, const std::vector<Index>& to,
                         Index n) {
    CompressedRows targets = compressed_rows(to, n);
    return {std::move(targets.offsets), targets.in_order(from)};
}

/// dst[first, last) from the tables of all of dst.
void indexed_copy(Lowering& low, const IndexTables& tables, Index first, Index last) {
    Operand dst = low.flat(Copy::dst);
    dst.offset += first * dst.col_stride;
    dst.cols = last - first;
    std::vector<Index> offsets(tables.offsets.begin() + first,
                               tables.offsets.begin() + last + 1);
    low.emit(
        IndexedSumArgs<Planned>{low.flat(Copy::src), dst, low.table(std::move(offsets)),
                                low.table(tables.sources), low.accumulate(Copy::dst)});
}

std::vector<Index> all_indices(Index n) {
    std::vector<Index> indices(static_cast<std::size_t>(n));
    for (Index i = 0; i < n; ++i) {
        indices[static_cast<std::size_t>(i)] = i;
    }
    return indices;
}

}  // namespace

void Copy::lower(Lowering& low) const {
    if (!indexed()) {
        const auto operands = low.broadcast({src, dst});
        emit_copy(low, operands[0], operands[1], low.accumulate(dst));
        return;
    }
    const Index n_src = shape_size(low.shape(src)), n_dst = shape_size(low.shape(dst));
    const auto from = src_index_.empty() ? all_indices(n_src) : src_index_;
    const auto to = dst_index_.empty() ? all_indices(n_dst) : dst_index_;
    if (low.accumulate(dst)) {
        indexed_copy(low, index_tables(from, to, n_dst), 0, n_dst);
        return;
    }
    // A copy that sets leaves elements that no index names alone: one command per run
    // of others.
    const IndexTables tables = index_tables(from, to, n_dst);
    const auto named = [&](Index i) {
        const auto k = static_cast<std::size_t>(i);
        return tables.offsets[k] < tables.offsets[k + 1];
    };
    for (Index first = 0, last = 0; first < n_dst; first = last + 1) {
        for (last = first; last < n_dst && named(last);) {
            ++last;
        }
        if (last > first) {
            indexed_copy(low, tables, first, last);
        }
    }
}

void Copy::lower_backward(BackwardLowering& low) const {
    if (!indexed()) {
        broadcast_gradient(low, src, -1, dst);
        return;
    }
    if (!low.wants(src)) {
        return;
    }
    const Index n_src = shape_size(low.shape(src)), n_dst = shape_size(low.shape(dst));
    const auto from = src_index_.empty() ? all_indices(n_src) : src_index_;
    const auto to = dst_index_.empty() ? all_indices(n_dst) : dst_index_;
    const IndexTables tables = index_tables(to, from, n_src);
    const Contribution dx = low.contribute(src, BackwardLowering::Form::flat);
    low.emit(IndexedSumArgs<Planned>{low.flat(dst, Of::gradient), dx.operand,
                                     low.table(tables.offsets),
                                     low.table(tables.sources), dx.accumulate});
    low.finish(dx);
}

}  // namespace nengine::engine
