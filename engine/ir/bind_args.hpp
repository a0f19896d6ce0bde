#pragma once

#include <array>
#include <functional>
#include <type_traits>

#include "engine/ir/planned.hpp"
#include "kernels/base/math_policy.hpp"
#include "kernels/filter_scan.hpp"

// From arguments that refer to a plan to the same that refer to memory.

namespace nengine::engine {

/// Copies a member of planned arguments to the bound ones, as what it is there.
template <class Real>
struct MemberBinder {
    const BindContext& context;
    const Operand* like;  ///< has the extents of the block that a member may be
    bool of_group;        ///< a block per member of a group, as steps

    template <class To>
    void operator()(const auto& from, To& to) const {
        to = static_cast<To>(from);
    }
    template <class To>
    void operator()(const Operand& from, Block<To>& to) const {
        if (from.present()) {
            to = block(from);
            if (of_group) {
                to.steps = from.count;
                to.time_stride = from.group_stride;
            }
        }
    }
    template <class To>
    void operator()(const Operand& from, View<To>& to) const {
        if (from.present()) {
            const Block<Real> own = block(from);
            to = {own.data,
                  {own.steps, own.time_stride},
                  {own.batch, own.batch_stride},
                  from.item_axes()};
        }
    }
    void operator()(const Operand& from, BlockGroup<Real>& to) const {
        to = {block(from), from.count, from.group_stride};
    }
    void operator()(const Operand& from, ParamView<Real>& to) const {
        to = {address(from), from.col_stride};
    }
    void operator()(const Operand& from, FilterCoefficients<Real>& to) const {
        to = {address(from), from.row_stride, from.col_stride};
    }
    template <class To>
    void operator()(const Operand& from, To*& to) const {
        to = address(from);
    }
    void operator()(const Planned::PreparedFilter& from, const Real*& to) const {
        to = static_cast<const Real*>(
            context.prepared_filter(address(from.filter), from.out_c));
    }
    void operator()(const Planned::Math& from, MathPolicy& to) const {
        to = choose_math(dtype_of<Real>, from.max_ratio);
    }
    void operator()(const TableId& from, const Index*& to) const {
        to = from == no_table ? nullptr : context.table(from);
    }
    template <auto what, class To>
    void operator()(const Planned::From<what>&, To& to) const {
        to = static_cast<To>(std::invoke(what, context));
    }
    template <class From, class To, std::size_t n>
    void operator()(const std::array<From, n>& from, std::array<To, n>& to) const {
        for (std::size_t i = 0; i < n; ++i) {
            (*this)(from[i], to[i]);
        }
    }

private:
    Real* address(const Operand& from) const {
        return from.present() ? static_cast<Real*>(context.block(from).data) : nullptr;
    }
    Block<Real> block(const Operand& from) const {
        const AnyBlock own = context.block(from);
        const bool alone = like == nullptr || like == &from;
        const AnyBlock wide = alone ? own : context.block(*like);
        return own.over(wide.steps, wide.batch).template as<Real>();
    }
};

template <class Real, template <class> class Args>
Args<Bound<Real>> bind_args(const Args<Planned>& planned, const BindContext& context) {
    Args<Bound<Real>> bound{};
    const auto bind_field = [&](const auto& from, const auto& to) {
        const Operand* like = nullptr;
        if constexpr (std::is_same_v<decltype(planned.*from.like), const Operand&>) {
            like = &(planned.*from.like);
        }
        const MemberBinder<Real> bind{context, like, from.of_group};
        bind(planned.*from.member, bound.*to.member);
    };
    std::apply(
        [&](const auto&... from) {
            std::apply([&](const auto&... to) { (bind_field(from, to), ...); },
                       bound.fields());
        },
        planned.fields());
    return bound;
}

}  // namespace nengine::engine
