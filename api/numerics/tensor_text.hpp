#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kernels/base/dtype.hpp"

namespace nengine {

/// A tensor as TensorFlow's print writes it: `[[0.5 -0.1]]`, each row on a line of its
/// own and matrices apart by an empty one, of axes of more than six the three at each
/// end: `[0 1 2 ... 7 8 9]`. A scalar has no brackets. A number has as few digits as
/// tell it apart from others of the dtype, with an exponent below 0.0001 and where it
/// has more places than digits (and more than six; of float64 fifteen): `1`, `0.1`,
/// `100000`, `1e+06`, `1e-05`, `nan`, `-inf`.
/// @param values  row-major, as many as the shape has
/// @param dtype   float64, or float32, to which the values are rounded
/// @throws ValidationError  another dtype, or another number of values
std::string tensor_text(const std::vector<std::int64_t>& shape,
                        std::span<const double> values, DType dtype);

}  // namespace nengine
