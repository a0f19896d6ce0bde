#include <algorithm>
#include <cctype>
#include <set>

#include "api/numerics/steps.hpp"
#include "api/numerics/text.hpp"
#include "api/simulator/data_values.hpp"
#include "api/simulator/simulator_impl.hpp"
#include "engine/ir/sampling.hpp"

namespace nengine {

using namespace detail;

namespace {

/// Blanks and colons become "_"; what else is unusual in a name is dropped.
std::string sanitized(const std::string& label) {
    std::string result;
    for (const char c : label) {
        if (c == ' ' || c == ':') {
            result += '_';
        } else if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
                   c == '.' || c == '-' || c == '/') {
            result += c;
        }
    }
    return result;
}

std::string unique_name(std::string base, std::set<std::string>& taken) {
    const auto lower = [](std::string text) {
        std::ranges::transform(text, text.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        return text;
    };
    std::string name = base;
    for (int i = 1; !taken.insert(lower(name)).second; ++i) {
        name = base + '_' + std::to_string(i);
    }
    return name;
}

template <class List>
std::string listed(const List& names) {
    std::string text;
    for (const auto& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text.empty() ? "none" : text;
}

/// The place of an object among those of the simulator; by name if it is given by name.
template <class Handle, class Object>
int place(const DataKey& key, const ObjectData* object,
          const std::vector<std::shared_ptr<Object>>& objects,
          const std::vector<std::string>& names, const std::string& kind) {
    if (const auto* name = std::get_if<std::string>(&key.value())) {
        const auto at = std::ranges::find(names, *name);
        if (at == names.end()) {
            throw ValidationError("got the name '" + *name + "', needs one of the " +
                                  kind + "s: " + listed(names));
        }
        return static_cast<int>(at - names.begin());
    }
    if (!std::holds_alternative<Handle>(key.value())) {
        throw ValidationError("got " + describe(*object) + ", needs a " + kind +
                              " or its name");
    }
    const auto at = std::ranges::find_if(
        objects, [&](const auto& known) { return known.get() == object; });
    if (at == objects.end()) {
        throw ValidationError("got " + describe(*object) +
                              ", needs one of this simulator's " + kind +
                              "s: " + listed(names));
    }
    return static_cast<int>(at - objects.begin());
}

engine::HostTensor host_tensor(const Tensor& tensor) {
    return {.data = tensor.raw(),
            .dtype = tensor.dtype(),
            .batch = tensor.extent(0),
            .steps = tensor.extent(1),
            .size = tensor.extent(2)};
}

engine::HostTensor checked_tensor(const Tensor& tensor, Index size,
                                  const std::string& where) {
    if (tensor.rank() != 3 || tensor.extent(2) != size || tensor.extent(0) < 1 ||
        tensor.extent(1) < 1) {
        throw ShapeError(where, "data of shape " + shape_text(tensor.shape()),
                         "[batch, steps, " + std::to_string(size) + ']');
    }
    return host_tensor(tensor);
}

void match_items(CallData& call, Index items, const std::string& where) {
    if (call.items != 0 && call.items != items) {
        throw ShapeError(where, "data for " + std::to_string(items) + " items",
                         std::to_string(call.items) + " as in the other data");
    }
    call.items = items;
}

}  // namespace

void Simulator::Impl::name_data() {
    std::set<std::string> taken;
    const auto name = [&](const ObjectData& object, const char* otherwise) {
        const std::string label = sanitized(object.label);
        return unique_name(label.empty() ? otherwise : label, taken);
    };
    for (const auto& node : built.inputs) {
        input_names.push_back(name(*node, "node"));
    }
    for (const auto& probe : built.probes) {
        probe_names.push_back(name(*probe, "probe"));
    }
}

int Simulator::Impl::input_index(const DataKey& key) const {
    return place<Node>(key, key.object(), built.inputs, input_names, "input node");
}

int Simulator::Impl::probe_index(const DataKey& key) const {
    return place<Probe>(key, key.object(), built.probes, probe_names, "probe");
}

CallData Simulator::Impl::call_data(const Data& x, const Data* y,
                                    std::optional<Index> n_steps,
                                    const std::string& call) const {
    CallData result;
    for (const auto& [key, values] : x) {
        const int input = input_index(key);
        const auto place = static_cast<std::size_t>(input);
        const std::string where = call + ": " + describe(*built.inputs[place]);
        const auto tensor =
            checked_tensor(values, built.inputs[place]->size_out, where);
        match_items(result, tensor.batch, where);
        check_values(tensor, options.dtype, y != nullptr, where);
        if (tensor.steps > 1 && result.n_steps > 1 && tensor.steps != result.n_steps) {
            throw ShapeError(
                where, "data for " + std::to_string(tensor.steps) + " steps",
                std::to_string(result.n_steps) + " as in the other data, or 1");
        }
        result.n_steps = std::max(result.n_steps, tensor.steps);
        if (!result.feeds.emplace(input, tensor).second) {
            throw ValidationError(where + ": got data twice, needs it once");
        }
    }
    if (n_steps) {
        check_steps(*n_steps, 1, session->step(), call);
        if (result.n_steps > 1 && result.n_steps != *n_steps) {
            throw ShapeError(call,
                             "data for " + std::to_string(result.n_steps) + " steps",
                             "n_steps = " + std::to_string(*n_steps) + " or 1");
        }
        result.n_steps = *n_steps;
    }
    if (result.n_steps < 1) {
        throw ValidationError(call +
                              ": got neither data nor n_steps, needs one of them");
    }
    if (y != nullptr) {
        add_targets(result, *y, call);
        add_program(result);
    }
    if (result.items == 0) {
        result.items = minibatch();
    }
    return result;
}

std::set<int> Simulator::Impl::probes_with_labels(
    const engine::Objective& given) const {
    const std::vector<int> of_metrics = given.only_seen();
    std::set<int> probes(of_metrics.begin(), of_metrics.end());
    for (const auto& loss : given.losses) {
        if (loss.kind == engine::LossKind::sparse_categorical_crossentropy) {
            probes.insert(loss.probe);
        }
    }
    return probes;
}

void Simulator::Impl::add_targets(CallData& call, const Data& y,
                                  const std::string& name) const {
    const std::set<int> with_labels = probes_with_labels(objective);
    std::set<int> kernels, wanted;  // losses and metrics that are no functions; and all
    for (const auto& list : {objective.probes(), objective.only_seen()}) {
        kernels.insert(list.begin(), list.end());
    }
    wanted = kernels;
    for (const ComparedBy& function : functions) {
        wanted.insert(function.probe);
    }
    for (const auto& [key, values] : y) {
        const int probe = probe_index(key);
        const auto place = static_cast<std::size_t>(probe);
        if (!wanted.contains(probe)) {
            continue;  // a target without a loss or metric
        }
        const std::string where = name + ": " + describe(*built.probes[place]);
        const Index size = model().signal(model().probes[place].signal).size();
        const bool labels = with_labels.contains(probe);
        // Functions take targets of any size.
        const Index given = values.rank() == 3 ? values.extent(2) : size;
        const Index needed = labels                    ? 1
                             : kernels.contains(probe) ? size
                                                       : std::max<Index>(given, 1);
        const auto tensor = checked_tensor(values, needed, where);
        match_items(call, tensor.batch, where);
        engine::check_target_steps(model().probes[place], session->step(), call.n_steps,
                                   tensor.steps, where);
        if (labels) {
            check_labels(tensor, size, where);
        } else {
            check_values(tensor, options.dtype, kernels.contains(probe), where);
        }
        call.targets[probe] = tensor;
    }
    for (const int probe : kernels) {
        if (!call.targets.contains(probe)) {
            throw ValidationError(
                name + ": got no targets for " +
                describe(*built.probes[static_cast<std::size_t>(probe)]) +
                ", which has a loss or a metric");
        }
    }
}

void Simulator::Impl::add_program(CallData& call) const {
    call.objective = objective;
    if (functions.empty()) {
        return;
    }
    std::map<int, ComparedShapes> shapes;
    for (const ComparedBy& function : functions) {
        ComparedShapes& of = shapes[function.probe];
        of.samples = samples(function.probe, session->step(), call.n_steps);
        of.size = probe_size(function.probe);
        const auto target = call.targets.find(function.probe);
        if (target != call.targets.end()) {
            of.target_steps = target->second.steps;
            of.target_size = target->second.size;
        }
    }
    auto& program = programs[shapes];
    if (program == nullptr) {
        program = build_objective(functions, shapes);
    }
    call.objective.program = program;
}

void Simulator::Impl::warn_of_delay(Index n_steps,
                                    const std::vector<int>& probes) const {
    bool delayed = has_synapses;
    for (const int probe : probes) {
        const auto& synapse = built.probes[static_cast<std::size_t>(probe)]->synapse;
        delayed = delayed || !synapse.is_none();
    }
    if (n_steps == 1 && delayed) {
        warn(
            "running for one step, but the network contains synapses, which delay by "
            "at "
            "least one step; should they be none?");
    }
}

}  // namespace nengine
