#include "api/simulator/simulator_impl.hpp"
#include "engine/io/npz.hpp"

// Hooks of nodes of symbolic tensors.

namespace nengine {

NodeReady::NodeReady(Simulator& simulator, std::string where,
                     std::map<std::string, std::string> names, Seed seed)
    : simulator_(simulator),
      where_(std::move(where)),
      names_(std::move(names)),
      seed_(seed) {}

const std::string& NodeReady::full_name(const std::string& name,
                                        const char* call) const {
    const auto found = names_.find(name);
    if (found == names_.end()) {
        throw ValidationError(where_ + ": " + call + ": got '" + name +
                              "', needs the name of one of the node's parameters");
    }
    return found->second;
}

Array NodeReady::get(const std::string& name) const {
    return simulator_.parameter(full_name(name, "get"));
}

void NodeReady::set(const std::string& name, const Array& values) {
    simulator_.set_parameter(full_name(name, "set"), values);
}

void NodeReady::load(const std::filesystem::path& path) {
    const auto arrays = engine::read_npz(path);
    std::map<std::string, Array> found;
    for (const auto& [name, full_name] : names_) {
        const auto own = arrays.find(name);
        const auto at = own != arrays.end() ? own : arrays.find(full_name);
        if (at == arrays.end()) {
            throw ValidationError(where_ + ": load: " + path.string() +
                                  ": got neither '" + name + "' nor '" + full_name +
                                  "', needs all of the node's parameters");
        }
        found[name] = Array(at->second.shape, at->second.values);
    }
    for (const auto& [name, values] : found) {
        set(name, values);
    }
}

RandomStream NodeReady::rng() const {
    return RandomStream(seed_);
}

void Simulator::Impl::call_ready_hooks(Simulator& simulator) const {
    for (const BuiltFunction& built_function : built.functions) {
        const detail::NodeData& node = *built_function.node;
        std::map<std::string, std::string> names;
        for (const auto& [name, signal] : built.nodes.at(&node).parameters) {
            names[name] = model().signal(signal).parameter;
        }
        NodeReady ready(simulator, detail::describe(node), std::move(names),
                        built.seeds.at(&node));
        built_function.function->ready(ready);
    }
}

}  // namespace nengine
