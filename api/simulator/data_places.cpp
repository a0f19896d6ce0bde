#include <algorithm>
#include <cctype>
#include <set>

#include "api/simulator/simulator_impl.hpp"

// What data and targets are called, and which input or probe they are for.

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

/// Tensors in the order of the objects that they are for.
std::vector<PlacedData> in_order(const std::vector<Tensor>& tensors,
                                 const std::vector<std::string>& names,
                                 const std::string& kind, const std::string& call) {
    if (tensors.size() > names.size()) {
        throw ValidationError(call + ": got " + std::to_string(tensors.size()) +
                              " tensors in order, needs at most one for each " + kind +
                              ": " + listed(names));
    }
    std::vector<PlacedData> result;
    for (const Tensor& tensor : tensors) {
        result.push_back({static_cast<int>(result.size()), &tensor, 1.0});
    }
    return result;
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

std::vector<PlacedData> Simulator::Impl::inputs_of(const Data& x,
                                                   const std::string& call) const {
    auto result = in_order(x.in_order(), input_names, "input node", call);
    if (x.alone()) {
        if (input_names.empty()) {
            throw ValidationError(call + ": got data for the first input node, needs " +
                                  "none: the network has no such node");
        }
        result.push_back({0, &*x.alone(), 1.0});
    }
    for (const DataEntry& entry : x.entries()) {
        result.push_back({input_index(entry.key), &entry.values, entry.scale});
    }
    return result;
}

std::vector<PlacedData> Simulator::Impl::targets_of(const Data& y,
                                                    const std::set<int>& compared,
                                                    const std::string& call) const {
    auto result = in_order(y.in_order(), probe_names, "probe", call);
    if (y.alone()) {
        for (const int probe : compared) {
            result.push_back({probe, &*y.alone(), 1.0});
        }
    }
    for (const DataEntry& entry : y.entries()) {
        result.push_back({probe_index(entry.key), &entry.values, entry.scale});
    }
    return result;
}

}  // namespace nengine
