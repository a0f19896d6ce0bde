#pragma once

#include <cstring>

#include "kernels/base/view.hpp"

namespace nengine::kernels::simd {

/// A register of numbers, in the compiler's own vector type: for loops that are only
/// fast when their sums stay in registers.
template <class Real>
struct Register;
template <>
struct Register<float> {
    using Type = float __attribute__((vector_size(32)));
};
template <>
struct Register<double> {
    using Type = double __attribute__((vector_size(32)));
};
template <class Real>
using Vector = typename Register<Real>::Type;

/// Numbers in one register.
template <class Real>
constexpr Index lanes = 32 / static_cast<Index>(sizeof(Real));

/// From and to memory of any alignment.
template <class Real>
inline Vector<Real> load(const Real* from) {
    Vector<Real> value;
    std::memcpy(&value, from, sizeof value);
    return value;
}
template <class Real>
inline void store(Real* to, const Vector<Real>& value) {
    std::memcpy(to, &value, sizeof value);
}

}  // namespace nengine::kernels::simd
