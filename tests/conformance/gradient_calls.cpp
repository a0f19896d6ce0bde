#include "tests/conformance/gradient_calls.hpp"

#include "engine/ir/sampling.hpp"

namespace nengine::test {

using namespace engine;

reference::TrainingCall training_call(const CaseModel& model, Index items) {
    reference::TrainingCall call;
    call.items = items;
    call.steps = 4;
    call.feeds = model.data(items, call.steps);
    Draw draw(5);
    for (std::size_t p = 0; p < model.model->probes.size(); ++p) {
        const ProbePoint& probe = model.model->probes[p];
        const Index samples = CallSamples(probe, 0, call.steps).count();
        if (samples == 0 || holds_state(*model.model, probe.signal)) {
            continue;
        }
        const Index size = model.model->signal(probe.signal).size();
        const Index rows = p % 2 == 0 ? samples : 1;
        call.targets[static_cast<int>(p)] = {items, rows, size,
                                             draw.numbers(items * rows * size, -1, 1)};
        call.objective.losses.push_back({.probe = static_cast<int>(p),
                                         .last_step = p % 3 == 2,
                                         .weight = p % 2 == 0 ? 1.0 : 0.5});
    }
    return call;
}

Gradients gradients_of(const CaseModel& model, const Device& device,
                       const ReplicaOptions& options,
                       const reference::TrainingCall& call) {
    Simulation simulation(model.model, device, options);
    return simulation
        .gradients(call.steps, borrow(call.feeds), borrow(call.targets), call.objective)
        .parameters;
}

}  // namespace nengine::test
