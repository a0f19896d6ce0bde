#include "tests/golden/manifest_outline.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace nengine {

namespace outline {

namespace {

using nlohmann::json;

struct Tree {
    std::vector<const json*> ensembles, nodes, connections, probes;
    std::vector<std::string> networks;
};

bool has(const json& object, const std::string& key) {
    return object.contains(key) && !object.at(key).is_null();
}

MaybeProcess process_of(const json& params, const std::string& key) {
    if (!has(params, key)) {
        return std::nullopt;
    }
    Process result;
    if (const json& process = params.at(key); has(process, "seed")) {
        result.seed = process.at("seed").get<std::uint32_t>();
    }
    return result;
}

const std::map<std::string, std::vector<std::string>>& states_of_types() {
    static const std::map<std::string, std::vector<std::string>> states = {
        {"LIF", {"voltage", "refractory_time"}},
        {"AdaptiveLIF", {"voltage", "refractory_time", "adaptation"}},
        {"AdaptiveLIFRate", {"adaptation"}},
        {"Izhikevich", {"voltage", "recovery"}},
        {"SpikingRectifiedLinear", {"voltage"}},
        {"RegularSpiking", {"voltage"}}};
    return states;
}

std::vector<std::string> states_of(const json& neuron_type) {
    const auto found =
        states_of_types().find(neuron_type.at("type").get<std::string>());
    return found == states_of_types().end() ? std::vector<std::string>()
                                            : found->second;
}

/// Python's slice rules.
Part range_of(const json& bounds, Index size) {
    const Index step = bounds[2].is_null() ? 1 : bounds[2].get<Index>();
    const auto bound = [&](const json& value, Index otherwise) {
        if (value.is_null()) {
            return otherwise;
        }
        const auto given = value.get<Index>();
        const Index low = step < 0 ? -1 : 0;
        return std::clamp(given < 0 ? given + size : given, low, size + low);
    };
    const Index start = bound(bounds[0], step < 0 ? size - 1 : 0);
    const Index stop = bound(bounds[1], step < 0 ? -1 : size);
    const Index span = step < 0 ? start - stop : stop - start;
    return {Part::Kind::range, start, (span - 1) / std::abs(step) + 1, step};
}

class Reader {
public:
    explicit Reader(const json& manifest) {
        for (const auto& object : manifest.at("objects")) {
            const auto kind = object.at("kind").get<std::string>();
            const auto name = object.at("name").get<std::string>();
            if (kind == "Network") {
                enter(trees_.empty() ? "" : name + '/');
                continue;
            }
            named_[{kind, name}] = &object;
            (kind == "Ensemble"     ? tree().ensembles
             : kind == "Node"       ? tree().nodes
             : kind == "Connection" ? tree().connections
                                    : tree().probes)
                .push_back(&object);
        }
    }

    Network read(const std::string& network = "") {
        const Tree& from = trees_.at(network);
        for (const auto* object : from.ensembles) {
            result_.emplace_back(ensemble(*object));
        }
        for (const auto* object : from.nodes) {
            result_.emplace_back(node(*object));
        }
        for (const auto& child : from.networks) {
            read(child);
        }
        for (const auto* object : from.connections) {
            result_.emplace_back(connection(*object));
        }
        for (const auto* object : from.probes) {
            result_.emplace_back(probe(*object));
        }
        return result_;
    }

private:
    /// Networks are known by the path before their objects' names: "" or "a/b/".
    void enter(const std::string& path) {
        if (!path.empty()) {
            const auto slash = path.rfind('/', path.size() - 2);
            const std::string parent =
                slash == std::string::npos ? "" : path.substr(0, slash + 1);
            trees_.at(parent).networks.push_back(path);
        }
        trees_[path];
        present_ = path;
    }
    Tree& tree() { return trees_.at(present_); }

    const json* find(const json& end) const {
        for (const char* kind : {"Ensemble", "Node", "Connection"}) {
            const auto at = named_.find({kind, end.at("object").get<std::string>()});
            if (at != named_.end()) {
                return at->second;
            }
        }
        throw std::runtime_error("no object " + end.dump());
    }

    Index size_of(const json& end, bool as_source) const {
        const json& object = *find(end);
        const json& params = object.at("params");
        if (object.at("kind") == "Ensemble") {
            const bool neurons = end.value("part", "") == "neurons";
            return params.at(neurons ? "n_neurons" : "dimensions").get<Index>();
        }
        return params
            .at(as_source || object.at("kind") == "Connection" ? "size_out" : "size_in")
            .get<Index>();
    }

    View view(const json& end, bool as_source) const {
        View result = {.object = find(end)};
        const auto part = end.value("part", "");
        result.neurons = part == "neurons";
        if (part == "learning_rule") {
            result.rule = rule_index(end);
        }
        if (!has(end, "slice")) {
            return result;
        }
        const json& slice = end.at("slice");
        if (slice.contains("slice")) {
            result.part = range_of(slice.at("slice"), size_of(end, as_source));
        } else {
            result.part.kind = Part::Kind::list;
        }
        return result;
    }

    int rule_index(const json& end) const {
        if (!has(end, "rule") || end.at("rule").is_number()) {
            return end.value("rule", 0);
        }
        const json& rules = find(end)->at("params").at("learning_rule_type");
        int index = 0;
        for (const auto& item : rules.at("items")) {
            if (item[0] == end.at("rule")) {
                return index;
            }
            ++index;
        }
        throw std::runtime_error("no rule " + end.dump());
    }

    static Ensemble ensemble(const json& object) {
        const json& params = object.at("params");
        const json& type = params.at("neuron_type");
        Ensemble result = {.id = &object,
                           .direct = type.at("type") == "Direct",
                           .has_base_type = type.contains("base_type"),
                           .states = states_of(type),
                           .noise = process_of(params, "noise")};
        if (result.has_base_type) {
            result.base_states = states_of(type.at("base_type"));
        }
        return result;
    }

    static Node node(const json& object) {
        const json& params = object.at("params");
        Node result = {.id = &object,
                       .has_input = params.at("size_in").get<Index>() > 0,
                       .has_output = params.at("size_out").get<Index>() > 0};
        if (!has(params, "output")) {
            return result;
        }
        const json& output = params.at("output");
        result.kind = output.contains("function") ? Node::Kind::function
                      : output.contains("type")   ? Node::Kind::process
                                                  : Node::Kind::constant;
        if (result.kind == Node::Kind::process) {
            result.process = *process_of(params, "output");
        }
        return result;
    }

    static Connection::Transform transform(const json& params) {
        using Transform = Connection::Transform;
        const json& transform = params.at("transform");
        const auto type = transform.at("type").get<std::string>();
        if (type != "Dense") {
            return type == "NoTransform"   ? Transform::none
                   : type == "Sparse"      ? Transform::sparse
                   : type == "Convolution" ? Transform::convolution
                                           : Transform::convolution_transpose;
        }
        const json& init = transform.at("init");
        const bool vector = init.is_array() && !init[0].is_array();
        const bool large_vector =
            init.contains("array") && init.at("array").at("shape").size() == 1;
        return init.is_number() || vector || large_vector ? Transform::elementwise
                                                          : Transform::dense;
    }

    static Rule rule(const json& type) {
        static const std::map<std::string, Rule::Kind> kinds = {
            {"PES", Rule::Kind::pes},
            {"RLS", Rule::Kind::rls},
            {"BCM", Rule::Kind::bcm},
            {"Oja", Rule::Kind::oja},
            {"Voja", Rule::Kind::voja}};
        return {kinds.at(type.at("type").get<std::string>()),
                process_of(type, "pre_synapse"), process_of(type, "post_synapse"),
                process_of(type, "theta_synapse")};
    }

    static std::vector<Rule> rules(const json& params) {
        std::vector<Rule> result;
        if (!has(params, "learning_rule_type")) {
            return result;
        }
        const json& types = params.at("learning_rule_type");
        if (types.is_array()) {
            for (const auto& type : types) {
                result.push_back(rule(type));
            }
        } else if (types.contains("items")) {
            for (const auto& item : types.at("items")) {
                result.push_back(rule(item[1]));
            }
        } else {
            result.push_back(rule(types));
        }
        return result;
    }

    Connection connection(const json& object) const {
        const json& params = object.at("params");
        Connection result = {.id = &object,
                             .pre = view(object.at("pre"), true),
                             .post = view(object.at("post"), false),
                             .has_function = has(params, "function"),
                             .transform = transform(params),
                             .synapse = process_of(params, "synapse"),
                             .rules = rules(params)};
        const bool between_ensembles =
            !object.at("pre").contains("part") && !object.at("post").contains("part") &&
            find(object.at("post"))->at("kind") == "Ensemble";
        result.full_weights =
            between_ensembles && params.at("solver").value("weights", false);
        return result;
    }

    Probe probe(const json& object) const {
        const json& params = object.at("params");
        return {.id = &object,
                .target = view(object.at("target"), true),
                .attribute = params.at("attr").get<std::string>(),
                .synapse = process_of(params, "synapse")};
    }

    std::map<std::string, Tree> trees_;
    std::string present_;
    std::map<std::pair<std::string, std::string>, const json*> named_;
    Network result_;
};

}  // namespace

}  // namespace outline

namespace test {

outline::Network outline_of(const nlohmann::json& manifest) {
    return outline::Reader(manifest).read();
}

}  // namespace test

}  // namespace nengine
