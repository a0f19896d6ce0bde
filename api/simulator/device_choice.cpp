#include "api/simulator/device_choice.hpp"

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace nengine {
namespace {

/// A recorded step takes a GPU at least 15 us, which are launches one after the other;
/// a CPU computes 1e6 operations in 20 us. Each call of a function of the user's adds
/// five times the 15 us: a copy to the host and one back, and nothing runs meanwhile.
constexpr double operations_per_launches = 1e6;
constexpr double launches_per_call = 5;

std::string reason_of(const StepWork& work, bool gpu, const kernels::Device& device) {
    char text[160];
    std::snprintf(text, sizeof(text),
                  "'auto': a step takes %.1e operations for all items, and a GPU pays "
                  "off from %.1e",
                  work.operations,
                  operations_per_launches * (1 + launches_per_call * work.calls));
    return text + std::string(gpu && !device.is_cuda() ? ", but there is none" : "");
}

}  // namespace

StepWork step_work(const engine::Model& model, Index items) {
    StepWork work;
    for (const auto& op : model.operators()) {
        std::vector<Shape> shapes;
        for (const engine::Slot& slot : op->slots()) {
            shapes.push_back(model.signal(slot.signal).shape);
        }
        work.operations += op->flops(shapes) * static_cast<double>(items);
        work.calls += op->properties().acts_within_step() ? 1 : 0;
    }
    return work;
}

bool is_worth_a_gpu(const StepWork& work) {
    return work.operations >=
           operations_per_launches * (1 + launches_per_call * work.calls);
}

DeviceChoice choose_device(const std::string& name, const engine::Model& model,
                           Index items) {
    if (name != "auto") {
        return {kernels::Device::named(name), "as asked for"};
    }
    if (const char* const asked = std::getenv("NENGINE_DEVICE");
        asked != nullptr && *asked != '\0') {
        return {kernels::Device::named(asked), "'auto': as NENGINE_DEVICE says"};
    }
    const StepWork work = step_work(model, items);
    const bool gpu = is_worth_a_gpu(work);
    // Without a question to the driver, which would take longer than a small model.
    const kernels::Device device =
        gpu ? kernels::Device::named("auto") : kernels::Device::cpu();
    return {device, reason_of(work, gpu, device)};
}

}  // namespace nengine
