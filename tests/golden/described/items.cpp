#include "tests/golden/described/items.hpp"

namespace nengine::test::described {

namespace {

std::optional<std::int64_t> bound(const Json& from) {
    return from.is_null() ? std::nullopt : std::optional(from.get<std::int64_t>());
}

Key key_of(const Json& from) {
    if (from.is_number()) {
        return from.get<std::int64_t>();
    }
    if (from.contains("list")) {
        return from.at("list").get<std::vector<std::int64_t>>();
    }
    if (from.contains("mask")) {
        return from.at("mask").get<std::vector<bool>>();
    }
    const Json& slice = from.at("slice");
    return Slice{bound(slice[0]), bound(slice[1]), bound(slice[2]).value_or(1)};
}

struct NetworkItem {
    std::string name;
    std::optional<std::uint32_t> seed;
    std::optional<Config> config;

    void operator()(Scope& scope) const {
        Network made = scope.network().subnetwork({.label = name, .seed = seed});
        if (config) {
            made.config = *config;
        }
        scope.add(name, made);
    }
};

struct EnsembleItem {
    std::string name;
    std::int64_t n_neurons = 0, dimensions = 0;
    EnsembleOptions options;

    void operator()(Scope& scope) const {
        EnsembleOptions labelled = options;
        labelled.label = name;
        scope.add(name, scope.network().ensemble(n_neurons, dimensions, labelled));
    }
};

struct NodeItem {
    std::string name;
    std::optional<NodeOutput> output;
    NodeOptions options;

    void operator()(Scope& scope) const {
        NodeOptions labelled = options;
        labelled.label = name;
        scope.add(name, ObjectView(output ? scope.network().node(*output, labelled)
                                          : scope.network().node(labelled)));
    }
};

struct ConnectionItem {
    std::string name;
    Json pre, post;
    ConnectionOptions options;

    void operator()(Scope& scope) const {
        scope.add(name,
                  scope.network().connect(scope.end(pre), scope.end(post), options));
    }
};

struct ProbeItem {
    Json target;
    ProbeOptions options;

    void operator()(Scope& scope) const {
        scope.network().probe(scope.end(target), options);
    }
};

Kinds<Item> all_items() {
    const Parameters<NodeOptions> node = {{"size_in", &NodeOptions::size_in},
                                          {"size_out", &NodeOptions::size_out}};
    Kinds<Item> kinds;
    kinds
        .add<NetworkItem>("Network", {{"name", &NetworkItem::name},
                                      {"seed", &NetworkItem::seed},
                                      {"config", &NetworkItem::config}})
        .add("Ensemble",
             Parameters<EnsembleItem>({{"name", &EnsembleItem::name},
                                       {"n_neurons", &EnsembleItem::n_neurons},
                                       {"dimensions", &EnsembleItem::dimensions}})
                 .with(&EnsembleItem::options, ensemble_parameters()))
        .add("Node", Parameters<NodeItem>(
                         {{"name", &NodeItem::name}, {"output", &NodeItem::output}})
                         .with(&NodeItem::options, node))
        .add("Connection", Parameters<ConnectionItem>({{"name", &ConnectionItem::name},
                                                       {"pre", &ConnectionItem::pre},
                                                       {"post", &ConnectionItem::post}})
                               .with(&ConnectionItem::options, connection_parameters()))
        .add("Probe", Parameters<ProbeItem>({{"target", &ProbeItem::target}})
                          .with(&ProbeItem::options, probe_parameters()));
    add_library(kinds);
    add_memories(kinds);
    return kinds;
}

}  // namespace

void Scope::add(const std::string& path, const Network& network) {
    networks_.emplace(path, network);
}

void Scope::add(const std::string& path, const ObjectView& object) {
    objects_.emplace(path, object);
}

void Scope::add(const std::string& path, const Ensemble& ensemble) {
    objects_.emplace(path, ensemble);
    objects_.emplace(path + ".neurons", ensemble.neurons);
}

void Scope::add(const std::string& path, const Connection& connection) {
    objects_.emplace(path, connection);
    const std::string rule = path + ".learning_rule";
    const auto& rules = connection.learning_rule_type.all();
    if (rules.size() == 1) {
        objects_.emplace(rule, connection.learning_rule);
        return;
    }
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const std::string& given = rules[i].first;
        objects_.emplace(rule + '.' + (given.empty() ? std::to_string(i) : given),
                         connection.learning_rule.at(i));
    }
}

ObjectView Scope::end(const Json& from) const {
    if (from.is_string()) {
        return objects_.at(from.get<std::string>());
    }
    return ObjectView(end(from.at("of")), key_of(from.at("at")));
}

const Kinds<Item>& items() {
    static const auto kinds = all_items();
    return kinds;
}

}  // namespace nengine::test::described
