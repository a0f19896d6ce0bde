#pragma once

#include <string>

#include "engine/session/session.hpp"

namespace nengine {

/// Looks at every number of a call's data, once, before anything is computed.
/// @param real    what the simulator computes in
/// @param finite  numbers have to be finite; infinite and NaN ones pass otherwise, as
///                in Nengo, but not those that are so only in `real`
/// @param where   what begins the message
/// @throws ValidationError  names the first that does not fit: item, step, component
void check_values(const engine::HostTensor& tensor, DType dtype, bool finite,
                  const std::string& where);

/// @throws ValidationError  not a whole number of [0, classes)
void check_labels(const engine::HostTensor& labels, Index classes,
                  const std::string& where);

}  // namespace nengine
