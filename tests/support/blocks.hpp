#pragma once

#include <vector>

#include "kernels/base/view.hpp"

namespace nengine::test {

/// Dense numbers as [steps, batch, rows, cols].
template <class Real>
kernels::Block<Real> dense(Real* data, Index steps, Index batch, Index rows,
                           Index cols) {
    return {data, steps, batch, rows, cols, batch * rows * cols, rows * cols, cols, 1};
}

/// The same values in another type.
template <class To, class From>
std::vector<To> convert(const std::vector<From>& values) {
    return {values.begin(), values.end()};
}

}  // namespace nengine::test
