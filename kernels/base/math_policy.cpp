#include "kernels/base/math_policy.hpp"

#include <cmath>
#include <initializer_list>

#include "kernels/base/dtype.hpp"

namespace nengine::kernels {

MathPolicy choose_math(DType real, double max_ratio) {
    if (real == DType::float64 || !(max_ratio >= 0)) {
        return {};
    }
    // The series of log1p converges more slowly than that of expm1: its relative error
    // is at most ratio^degree / (degree + 1). Half a unit in float32's last place:
    constexpr double half_unit = 0x1p-25;
    for (const int degree : {4, 6, 8}) {
        if (std::pow(max_ratio, degree) / (degree + 1) <= half_unit) {
            return {degree};
        }
    }
    return {};
}

}  // namespace nengine::kernels
