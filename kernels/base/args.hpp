#pragma once

#include <cstddef>
#include <tuple>
#include <utility>

#include "kernels/base/view.hpp"

// A kernel's arguments are one struct `template <class Ref> struct XArgs`, and Ref says
// what it refers to: memory when it is called (Bound<Real>), what a plan knows of it
// before. Members that are no type of Ref's are the same in both. Each struct has
//
//     constexpr auto fields() const;   all members, in order, as a tuple of Fields
//     void run(const auto& exec) const;   calls the kernel (of Bound<Real>)
//
// and, if it has a base for what it shares with others, that one's name as Shared.

namespace nengine::kernels {

struct MathPolicy;
struct RandomOrigin;
template <class Real>
struct FilterCoefficients;

/// A block for each of the `count` members of a group, `stride` apart.
template <class Real>
struct BlockGroup {
    Block<Real> first;
    Index count = 1, stride = 0;
};

/// Arguments that refer to memory.
template <class Real>
struct Bound {
    using Number = Real;  ///< a constant
    using Read = Block<const Real>;
    using Write = Block<Real>;  ///< written, or read or written by the kind of call
    using ReadView = View<const Real>;  ///< the same with more axes
    using WriteView = View<Real>;
    using Group = BlockGroup<Real>;  ///< the same of a group's members
    using Param = ParamView<Real>;
    using ReadArray = const Real*;  ///< elements one after the other
    using WriteArray = Real*;
    using Coefficients = FilterCoefficients<Real>;
    using PreparedFilter = const Real*;
    using Math = MathPolicy;  ///< how exp and log1p are computed
    using Table = const Index*;
    // What the caller's context says, not the plan.
    using StepSize = Real;     ///< seconds per step, rounded
    using Seconds = double;    ///< seconds per step
    using FirstStep = Index;   ///< of the chunk, counted from 1
    using Steps = Index;       ///< of the chunk
    using ValidItems = Index;  ///< of the tile: those behind them are padding
    using StepCounter = const Index*;
    using Origin = const RandomOrigin*;

    static constexpr bool present(const Write& block) { return block.data != nullptr; }
};

/// What a kernel does with a member.
enum class FieldAccess {
    none,  ///< it is no numbers: a constant, a shape, a table
    read,
    write,  ///< whatever was there
    add,    ///< changes what is there
};

/// A member of arguments. Its block has the steps and items of the member `like`, which
/// may be the member itself.
template <class Member, class Like>
struct Field {
    Member member;
    FieldAccess access;
    Like like;
    /// Steps are the members of a group.
    bool of_group = false;

    template <class To>
    constexpr Field<Member, To> as_wide_as(To other) const {
        return {member, access, other, of_group};
    }
    constexpr Field by_member() const { return {member, access, like, true}; }
};

template <class Member>
constexpr Field<Member, Member> accessed(FieldAccess access, Member member) {
    return {member, access, member};
}
template <class Member>
constexpr auto constant(Member member) {
    return accessed(FieldAccess::none, member);
}
template <class Member>
constexpr auto reads(Member member) {
    return accessed(FieldAccess::read, member);
}
template <class Member>
constexpr auto writes(Member member, bool accumulate = false) {
    return accessed(accumulate ? FieldAccess::add : FieldAccess::write, member);
}
/// Reads and writes.
template <class Member>
constexpr auto updates(Member member) {
    return accessed(FieldAccess::add, member);
}

namespace detail {

struct AnyMember {
    template <class T>
    operator T() const;  // NOLINT: stands for a member of any type
};

template <class Args, std::size_t... i>
constexpr bool has_members(std::index_sequence<i...>) {
    return requires {
        Args{(static_cast<void>(i), AnyMember{})...};
    };
}

template <class Args, std::size_t n = 0>
constexpr std::size_t count_members() {
    if constexpr (has_members<Args>(std::make_index_sequence<n + 1>{})) {
        return count_members<Args, n + 1>();
    } else {
        return n;
    }
}

}  // namespace detail

/// How many members an aggregate has, those of its base included, and how many its
/// fields() name.
template <class Args>
inline constexpr std::size_t n_members = detail::count_members<Args>();
template <class Args>
requires requires {
    typename Args::Shared;
}
inline constexpr std::size_t n_members<Args> =
    detail::count_members<Args>() - 1 + detail::count_members<typename Args::Shared>();
template <class Args>
inline constexpr std::size_t n_fields =
    std::tuple_size_v<decltype(std::declval<const Args&>().fields())>;

}  // namespace nengine::kernels
