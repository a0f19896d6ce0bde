#include <algorithm>
#include <cmath>

#include "api/numerics/text.hpp"
#include "api/simulator/call_tensors.hpp"
#include "api/simulator/data_values.hpp"
#include "engine/ir/sampling.hpp"

// What a call compares with what probes give, and what that counts.

namespace nengine {

using namespace detail;

namespace {

using TargetSize = CompiledObjective::TargetSize;

/// The size that targets need to have where they have that of `given`.
Index needed_size(TargetSize needs, const Tensor& given, Index of_output) {
    const Index size = given.rank() == 3 ? given.extent(2) : of_output;
    switch (needs) {
        case TargetSize::one:
            return 1;
        case TargetSize::output:
            return of_output;
        case TargetSize::either:
            return size == 1 ? 1 : of_output;
        default:
            return std::max<Index>(size, 1);
    }
}

/// The class that a target names: its label, or the place of its largest component.
Index class_of(const PlacedData& targets, Index row) {
    const Index size = targets.values->extent(2);
    const auto at = [&](Index i) {
        return targets.scale * (*targets.values)[row * size + i];
    };
    if (size == 1) {
        return static_cast<Index>(at(0));
    }
    Index best = 0;
    for (Index i = 1; i < size; ++i) {
        best = at(i) > at(best) ? i : best;
    }
    return best;
}

/// What each sample's class counts, [batch, steps, 1].
Tensor weights_of_classes(const PlacedData& targets,
                          const std::map<int, double>& of_class) {
    const Index items = targets.values->extent(0), steps = targets.values->extent(1),
                rows = items * steps;
    std::vector<double> weights(static_cast<std::size_t>(rows), 1.0);
    for (Index row = 0; row < rows; ++row) {
        const auto found = of_class.find(static_cast<int>(class_of(targets, row)));
        if (found != of_class.end()) {
            weights[static_cast<std::size_t>(row)] = found->second;
        }
    }
    return Tensor({items, steps, 1}, std::move(weights));
}

/// The product of weights, of which those of one step are of all.
Tensor product(const Tensor& a, const Tensor& b) {
    const Index items = a.extent(0), steps = std::max(a.extent(1), b.extent(1));
    const auto at = [&](const Tensor& t, Index item, Index step) {
        return t(item, t.extent(1) == 1 ? 0 : step, 0);
    };
    std::vector<double> values;
    for (Index item = 0; item < items; ++item) {
        for (Index step = 0; step < steps; ++step) {
            values.push_back(at(a, item, step) * at(b, item, step));
        }
    }
    return Tensor({items, steps, 1}, std::move(values));
}

/// [batch], [batch, samples] or [batch, samples, 1] as the last.
Tensor with_three_axes(const Tensor& weights, const std::string& where) {
    Tensor::Shape shape = weights.shape();
    while (shape.size() < 3 && !shape.empty()) {
        shape.push_back(1);
    }
    if (shape.size() != 3) {
        throw ShapeError(where, "weights of shape " + shape_text(weights.shape()),
                         "[batch] or [batch, samples]");
    }
    return weights.reshaped(std::move(shape));
}

void check_class_weights(const std::map<int, double>& weights,
                         const std::string& call) {
    for (const auto& [number, weight] : weights) {
        if (!std::isfinite(weight) || number < 0) {
            throw ValidationError(call + ": class_weight: got " + number_text(weight) +
                                  " for class " + std::to_string(number) +
                                  ", needs a finite number for a class from 0 on");
        }
    }
}

}  // namespace

void Simulator::Impl::add_targets(CallData& call, const Data& y,
                                  const std::string& name) const {
    const std::set<int> compared = objective.probes();
    for (const PlacedData& data : targets_of(y, compared, name)) {
        const int probe = data.place;
        if (!compared.contains(probe)) {
            continue;  // a target without a loss or metric
        }
        const auto place = static_cast<std::size_t>(probe);
        const std::string where = name + ": " + describe(*built.probes[place]);
        const Index size = probe_size(probe);
        const Index needed =
            needed_size(objective.target_size(probe), *data.values, size);
        const auto tensor = checked_tensor(*data.values, needed, where, data.scale);
        match_items(call, tensor.batch, where);
        engine::check_target_steps(model().probes[place], simulation->step(),
                                   call.n_steps, tensor.steps, where);
        if (objective.compares_labels(probe, tensor.size, size)) {
            check_labels(tensor, size, where);
        } else {
            check_values(tensor, options.dtype, objective.needs_target(probe), where);
        }
        call.targets[probe] = tensor;
    }
    for (const int probe : compared) {
        if (objective.needs_target(probe) && !call.targets.contains(probe)) {
            throw ValidationError(
                name + ": got no targets for " +
                describe(*built.probes[static_cast<std::size_t>(probe)]) +
                ", which has a loss or a metric");
        }
    }
}

void Simulator::Impl::add_weights(CallData& call, const CallTargets& wanted,
                                  const std::string& name) const {
    check_class_weights(wanted.class_weight, name);
    const std::set<int> with_loss = objective.probes_with_losses();
    std::map<int, Tensor> weights;
    std::map<int, double> scales;
    for (const PlacedData& data : targets_of(wanted.sample_weight, with_loss, name)) {
        const int probe = data.place;
        const std::string where =
            name + ": sample_weight of " +
            describe(*built.probes[static_cast<std::size_t>(probe)]);
        if (!with_loss.contains(probe)) {
            throw ValidationError(where + ": got weights, needs a loss on this probe");
        }
        if (!weights.emplace(probe, with_three_axes(*data.values, where)).second) {
            throw ValidationError(where + ": got weights twice, needs them once");
        }
        scales[probe] = data.scale;
    }
    for (const PlacedData& targets : targets_of(wanted.targets, with_loss, name)) {
        const int probe = targets.place;
        if (!wanted.class_weight.empty() && with_loss.contains(probe)) {
            const Tensor of_classes = weights_of_classes(targets, wanted.class_weight);
            const auto [at, is_new] = weights.try_emplace(probe, of_classes);
            if (!is_new) {
                at->second = product(at->second, of_classes);
            }
        }
    }
    for (auto& [probe, tensor] : weights) {
        const auto place = static_cast<std::size_t>(probe);
        const std::string where =
            name + ": sample_weight of " + describe(*built.probes[place]);
        const auto scale = scales.find(probe);
        const auto checked = checked_tensor(
            tensor, 1, where, scale == scales.end() ? 1.0 : scale->second);
        match_items(call, checked.batch, where);
        engine::check_target_steps(model().probes[place], simulation->step(),
                                   call.n_steps, checked.steps, where);
        check_values(checked, options.dtype, true, where);
        call.weights[probe] = checked;
        call.owned.push_back(tensor);
    }
}

void Simulator::Impl::add_objective(CallData& call) const {
    std::map<int, ComparedShapes> shapes;
    for (const int probe : objective.probes()) {
        ComparedShapes& of = shapes[probe];
        of.samples = samples(probe, simulation->step(), call.n_steps);
        of.size = probe_size(probe);
        if (const auto target = call.targets.find(probe);
            target != call.targets.end()) {
            of.target_steps = target->second.steps;
            of.target_size = target->second.size;
        }
        if (const auto weight = call.weights.find(probe);
            weight != call.weights.end()) {
            of.weight_steps = weight->second.steps;
        }
    }
    call.objective = objective.for_shapes(shapes);
}

}  // namespace nengine
