#pragma once

#include <span>
#include <string>

#include "engine/simulation/simulation.hpp"

namespace nengine {

/// Looks at every number of a call's data, once, before anything is computed, as it is
/// after it has been multiplied; at none of those that fit whatever they are, such as
/// bytes.
/// @param dtype   what the simulator computes in
/// @param finite  numbers have to be finite; infinite and NaN ones pass otherwise, as
///                in Nengo, but not those that are so only in `real`
/// @param where   what begins the message
/// @throws ValidationError  names the first that does not fit: item, step, component
void check_values(const engine::HostTensor& tensor, DType dtype, bool finite,
                  const std::string& where);

/// @param shape  of the values
/// @param where  what begins the message
/// @throws ValidationError  a finite number that float32 does not hold
void check_single(std::span<const double> values, const Shape& shape,
                  const std::string& where);
/// The same for all that a model begins with.
/// @throws ValidationError  naming the parameter, or the signal
void check_single(const engine::Model& model);

/// @throws ValidationError  not a whole number of [0, classes)
void check_labels(const engine::HostTensor& labels, Index classes,
                  const std::string& where);

}  // namespace nengine
