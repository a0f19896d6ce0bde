#include <algorithm>
#include <cctype>
#include <set>

#include "api/numerics/steps.hpp"
#include "api/numerics/text.hpp"
#include "api/simulator/call_tensors.hpp"
#include "api/simulator/data_values.hpp"
#include "api/simulator/simulator_impl.hpp"

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

CallData Simulator::Impl::call_data(const Data& x, const CallTargets* wanted,
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
        check_values(tensor, options.dtype, wanted != nullptr, where);
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
        check_steps(*n_steps, 1, simulation->step(), call);
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
    if (wanted != nullptr) {
        add_targets(result, wanted->targets, call);
        add_weights(result, *wanted, call);
        add_objective(result);
    }
    if (result.items == 0) {
        result.items = minibatch();
    }
    return result;
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
