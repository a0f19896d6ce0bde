#pragma once

#include <memory>
#include <string>

#include "kernels/base/device_state.hpp"

namespace nengine::kernels {

/// The host's memory and `threads` of its cores; `isa` names their instruction set.
std::shared_ptr<DeviceState> make_cpu_state(int threads, std::string isa);

}  // namespace nengine::kernels
