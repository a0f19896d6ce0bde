#pragma once

#include <functional>

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
    template <class Exec>
    void run(const Exec& exec) const {
        multiply_matrices(exec, *this);
    }
};

/// Calls `run` for each of the matrix products that do it: as few as the strides allow.
/// @throws BuildError  A has strides that no product takes
template <class Real>
void split_product(const ProductArgs<Bound<Real>>& args,
                   const std::function<void(const GemmArgs<Real>&)>& run);

template <class Exec, class Real>
void multiply_matrices(const Exec& exec, const ProductArgs<Bound<Real>>& args) {
    split_product<Real>(args, [&](const GemmArgs<Real>& part) { gemm(exec, part); });
}

}  // namespace nengine::kernels
