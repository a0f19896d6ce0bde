#pragma once

#include <optional>
#include <vector>

#include "engine/ir/names.hpp"
#include "kernels/base/device.hpp"
#include "kernels/base/dtype.hpp"
#include "kernels/base/view.hpp"

namespace nengine::engine {

/// The address of an element of an array.
inline void* element_at(void* data, DType dtype, Index element) {
    return static_cast<std::byte*>(data) +
           element * static_cast<Index>(itemsize(dtype));
}

/// A Block whose dtype is known when it runs; strides are in elements too.
struct AnyBlock {
    DType dtype = DType::float32;
    void* data = nullptr;
    Index steps = 1, batch = 1, rows = 1, cols = 1;
    Index time_stride = 0, batch_stride = 0, row_stride = 0, col_stride = 1;

    Index size() const { return steps * batch * rows * cols; }
    std::size_t bytes() const {
        return static_cast<std::size_t>(size()) * itemsize(dtype);
    }
    void* address(Index element) const { return element_at(data, dtype, element); }
    /// The same elements for so many steps and items.
    AnyBlock over(Index n_steps, Index items) const {
        AnyBlock result = *this;
        result.steps = n_steps;
        result.batch = items;
        return result;
    }
    /// Of a dtype that is `Real`.
    template <class Real>
    Block<Real> as() const {
        return {static_cast<Real*>(data),
                steps,
                batch,
                rows,
                cols,
                time_stride,
                batch_stride,
                row_stride,
                col_stride};
    }
};

/// Some steps of a block as a block, if they are as far from each other; at least one.
std::optional<AnyBlock> evenly_spaced(AnyBlock all, const std::vector<Index>& steps);

/// The same extents at `data`, `[steps, batch, rows, cols]` without gaps.
AnyBlock without_gaps(AnyBlock block, void* data);

/// to = (or +=) from, of the same extents and dtype.
void copy_block(const Device& device, const AnyBlock& from, const AnyBlock& to,
                bool accumulate = false);

/// Calls `kernel(exec, Real{})` on a device, with the real type of a dtype.
template <class Kernel>
void run_as(const Device& device, DType dtype, const Kernel& kernel) {
    with_real(dtype, [&](auto real) {
        device.run([&](const auto& exec) { kernel(exec, real); });
    });
}

}  // namespace nengine::engine
