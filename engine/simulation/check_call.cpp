#include "engine/simulation/check_call.hpp"

#include <algorithm>
#include <string>

#include "engine/ir/sampling.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

void check_size(const HostTensor& tensor, const std::string& name, Index size) {
    if (tensor.data == nullptr || tensor.batch < 1) {
        throw ShapeError("data for '" + name + "'", "no items", "at least one");
    }
    if (tensor.size != size) {
        throw ShapeError("data for '" + name + "'",
                         "shape (" + std::to_string(tensor.batch) + ", " +
                             std::to_string(tensor.steps) + ", " +
                             std::to_string(tensor.size) + ")",
                         "(batch, steps, " + std::to_string(size) + ")");
    }
}

void check_input_steps(Index steps, const std::string& name, Index n_steps) {
    if (steps != 1 && steps != n_steps) {
        throw ShapeError("data for '" + name + "'", std::to_string(steps) + " steps",
                         std::to_string(n_steps) + ", or 1 to be held");
    }
}

void check_batch(const HostTensor& tensor, const std::string& name, Index batch) {
    if (tensor.batch != batch) {
        throw ShapeError("data for '" + name + "'",
                         std::to_string(tensor.batch) + " items",
                         std::to_string(batch));
    }
}

const HostTensor& target_of(const Targets& targets, int probe,
                            const ProbePoint& point) {
    const auto found = targets.find(probe);
    if (found == targets.end()) {
        throw ValidationError("targets: got none for probe '" + point.name +
                              "', needs one");
    }
    return found->second;
}

/// Targets are as large as the program was made for.
void check_program(const Model& model, const ObjectiveProgram& program,
                   const Targets& targets) {
    for (const ObjectiveProgram::Compared& compared : program.compared) {
        if (compared.target < 0) {
            continue;
        }
        const ProbePoint& point = model.probe(compared.probe);
        const HostTensor& target = target_of(targets, compared.probe, point);
        const auto& input =
            program.model->inputs.at(static_cast<std::size_t>(compared.target));
        check_size(target, point.name,
                   program.model->signal(input.signal).size() /
                       std::max<Index>(target.steps, 1));
    }
}

}  // namespace

void check_feeds(const Model& model, Index n_steps, const Feeds& feeds, Index batch) {
    if (n_steps < 1) {
        throw ValidationError("n_steps: got " + std::to_string(n_steps) +
                              ", needs at least 1");
    }
    for (const auto& [index, tensor] : feeds) {
        if (index < 0 || index >= static_cast<int>(model.inputs.size())) {
            throw ValidationError("data: got input " + std::to_string(index) +
                                  ", needs one below " +
                                  std::to_string(model.inputs.size()));
        }
        const Input& input = model.inputs[static_cast<std::size_t>(index)];
        check_size(tensor, input.name, model.signal(input.signal).size());
        check_input_steps(tensor.steps, input.name, n_steps);
        check_batch(tensor, input.name,
                    batch > 0 ? batch : feeds.begin()->second.batch);
    }
}

void need_whole_minibatches(const std::string& call, Index items, Index minibatch) {
    if (items % minibatch != 0) {
        throw ShapeError(call, std::to_string(items) + " items",
                         "a multiple of the minibatch size " +
                             std::to_string(minibatch) + " when stateful");
    }
}

void check_objective(const Model& model, Index step, Index n_steps, const Feeds& feeds,
                     const Targets& targets, const Objective& objective) {
    const auto check_target = [&](int probe, bool labels) {
        const ProbePoint& point = model.probe(probe);
        const HostTensor& target = target_of(targets, probe, point);
        check_size(target, point.name, labels ? 1 : model.signal(point.signal).size());
        check_target_steps(point, step, n_steps, target.steps,
                           "targets for '" + point.name + "'");
        if (!feeds.empty()) {
            check_batch(target, point.name, feeds.begin()->second.batch);
        }
    };
    for (const LossSpec& loss : objective.losses) {
        if (loss.kind != LossKind::program) {
            check_target(loss.probe,
                         loss.kind == LossKind::sparse_categorical_crossentropy);
        }
    }
    for (const MetricSpec& metric : objective.metrics) {
        if (metric.value < 0) {
            check_target(metric.probe, true);
        }
    }
    if (objective.program != nullptr) {
        check_program(model, *objective.program, targets);
    }
    if (objective.losses.empty() && objective.metrics.empty()) {
        throw ValidationError("objective: got no loss and no metric, needs one");
    }
}

}  // namespace nengine::engine
