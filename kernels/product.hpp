#pragma once

#include <tuple>
#include <vector>

#include "kernels/base/args.hpp"
#include "kernels/gemm.hpp"

namespace nengine::kernels {

enum class ProductKind {
    forward,     ///< y (+)= A x
    backward_x,  ///< x (+)= A^T y
    backward_a,  ///< A (+)= sum over steps and items of y x^T
};

/// Products with A [m, n] (its rows x cols), x [n] and y [m], for each step, item and
/// member of a group. A's rows or its columns lie one after the other.
template <class Ref>
struct ProductArgs {
    ProductKind kind{};
    typename Ref::Group a, x, y;
    bool accumulate = false;

    constexpr auto fields() const {
        using A = ProductArgs;
        const auto all_rows = kind == ProductKind::backward_x ? &A::x : &A::y;
        const auto used = [this](ProductKind to, auto member) {
            return kind == to ? writes(member, accumulate) : reads(member);
        };
        return std::tuple{constant(&A::kind), used(ProductKind::backward_a, &A::a),
                          used(ProductKind::backward_x, &A::x).as_wide_as(all_rows),
                          used(ProductKind::forward, &A::y).as_wide_as(all_rows),
                          constant(&A::accumulate)};
    }
    /// In the place of `run`: what is called, worked out once for all calls.
    auto prepared() const { return split_product(*this); }
};

/// The matrix products that do it, as few as the strides allow.
template <class Real>
struct SplitProduct {
    std::vector<GemmArgs<Real>> parts;

    template <class Exec>
    void run(const Exec& exec) const {
        for (const GemmArgs<Real>& part : parts) {
            gemm(exec, part);
        }
    }
};

/// @throws BuildError  A has strides that no product takes
template <class Real>
SplitProduct<Real> split_product(const ProductArgs<Bound<Real>>& args);

}  // namespace nengine::kernels
