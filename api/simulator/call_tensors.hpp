#pragma once

#include <string>

#include "api/simulator/simulator_impl.hpp"

namespace nengine {

/// @param where  what begins the message
/// @throws ShapeError  it is not [batch, steps, size] with something in it
engine::HostTensor checked_tensor(const Tensor& tensor, Index size,
                                  const std::string& where, double scale = 1.0);
/// The call has so many items, as all its data.
/// @throws ShapeError  other data have another number of them
void match_items(CallData& call, Index items, const std::string& where);

}  // namespace nengine
