#pragma once

#include <string>

#include "engine/ir/model.hpp"
#include "kernels/base/device.hpp"

namespace nengine {

/// Where a simulator runs, and what "auto" has gone by.
struct DeviceChoice {
    kernels::Device device;
    std::string reason;
};

/// What a step of the model takes for all items, as far as a device's choice goes.
struct StepWork {
    double operations = 0;  ///< of floating point
    double calls = 0;  ///< of the user's functions, between which a GPU has to wait
};
StepWork step_work(const engine::Model& model, Index items);

/// Whether a GPU is faster at it, start-up left aside (docs/design.md has the numbers).
bool is_worth_a_gpu(const StepWork& work);

/// The device of this name. "auto": the one that the environment variable
/// NENGINE_DEVICE names; without it the CPU for a model that is too small for a GPU,
/// else the first GPU, or the CPU where there is none.
/// @throws ValidationError, DeviceError  as Device::named
DeviceChoice choose_device(const std::string& name, const engine::Model& model,
                           Index items);

}  // namespace nengine
