#pragma once

#include <array>
#include <type_traits>

#include "kernels/base/index.hpp"
#include "kernels/base/macros.hpp"

namespace nengine::kernels {

/// An axis of what lies in memory: how many there are, and how far apart.
struct Axis {
    Index extent = 1, stride = 0;

    bool operator==(const Axis&) const = default;
};

/// Axes of an item that are told apart: as many as a tensor has here.
inline constexpr int max_item_axes = 6;

/// A borrowed block of numbers over time and batch whose items have up to six axes,
/// outermost first.
template <class Real>
struct View {
    Real* data = nullptr;
    Axis steps, batch;
    std::array<Axis, max_item_axes> item{};
};

/// A borrowed block of numbers over time and batch, `[steps, batch, rows, cols]`.
///
/// Strides are in elements. A stride of 0 repeats the same numbers: data held over
/// time, a parameter shared by the batch, a bias broadcast over positions. They may be
/// negative.
template <class Real>
struct Block {
    Real* data = nullptr;
    Index steps = 1, batch = 1, rows = 1, cols = 1;
    Index time_stride = 0, batch_stride = 0, row_stride = 0, col_stride = 1;

    NENGINE_HD Index index(Index t, Index b, Index r, Index c) const {
        return t * time_stride + b * batch_stride + r * row_stride + c * col_stride;
    }
    NENGINE_HD Real& operator()(Index t, Index b, Index r, Index c) const {
        return data[index(t, b, r, c)];
    }
    NENGINE_HD Index size() const { return steps * batch * rows * cols; }
    /// Reading is part of writing. A template, so that a read-only block has none.
    template <class To>
    requires(std::is_same_v<To, const Real> && !std::is_const_v<Real>) NENGINE_HD
    operator Block<To>() const {
        return {data,        steps,        batch,      rows,      cols,
                time_stride, batch_stride, row_stride, col_stride};
    }
    /// For kernels that take more axes.
    operator View<Real>() const {
        return {data,
                {steps, time_stride},
                {batch, batch_stride},
                {{{}, {}, {}, {}, {rows, row_stride}, {cols, col_stride}}}};
    }
    operator View<const Real>() const requires(!std::is_const_v<Real>) {
        return View<const Real>(Block<const Real>(*this));
    }
};

/// A borrowed constant per neuron or filter channel; stride 0 when all agree. A null
/// pointer means "absent" (a gain of 1, a bias of 0).
template <class Real>
struct ParamView {
    const Real* data = nullptr;
    Index stride = 0;

    NENGINE_HD Real operator[](Index i) const { return data[i * stride]; }
    NENGINE_HD bool present() const { return data != nullptr; }
};

}  // namespace nengine::kernels
