#include "tests/golden/described_network.hpp"

#include <gtest/gtest.h>

#include "tests/golden/described/items.hpp"

namespace nengine::test {

namespace {

using described::Json;
using described::Names;
using described::Scope;

void make(const Json& item, Scope& scope) {
    scope.open(item.at("network").get<std::string>());
    std::optional<ConfigScope> defaults;
    if (item.contains("with")) {
        defaults.emplace(
            scope.network().with(described::read<Config>(item.at("with"))));
    }
    described::items().make(item)(scope);
}

/// What Nengo accepted of the items before `end`.
Scope scope_of(const Json& description, std::size_t end) {
    Network network({.seed = description.at("seed").get<std::uint32_t>()});
    if (description.contains("config")) {
        network.config = described::read<Config>(description.at("config"));
    }
    Scope scope(network);
    for (std::size_t i = 0; i < end; ++i) {
        if (const Json& item = description.at("items")[i]; !item.contains("rejected")) {
            make(item, scope);
        }
    }
    return scope;
}

/// nengine checks some values only when a simulator is made.
void make_and_build(const Json& item, Scope& scope) {
    make(item, scope);
    scope.open("network");
    Simulator(scope.network(), {.progress_bar = false});
}

void expect_rejection(const Json& item, Scope& scope) {
    const auto exception = item.at("rejected").get<std::string>();
    try {
        make_and_build(item, scope);
    } catch (const Error& error) {
        EXPECT_TRUE(is_namesake(error, exception)) << exception << ": " << item << '\n'
                                                   << error.what();
        return;
    }
    ADD_FAILURE() << "Nengo rejects this: " << exception << ": " << item;
}

template <class E>
bool is(const Error& error) {
    return dynamic_cast<const E*>(&error) != nullptr;
}

/// `context` names values without a type of their own, such as configs' defaults.
void collect(const Json& from, const std::string& context, Names& result) {
    if (from.is_array()) {
        for (const Json& part : from) {
            collect(part, context, result);
        }
    }
    if (!from.is_object() || from.contains("rejected")) {
        return;
    }
    const std::string name = from.value("type", context);
    result.insert(name);
    for (const auto& [key, part] : from.items()) {
        const std::string path = name + '.' + key;
        result.insert(path);
        collect(part, path, result);
    }
}

template <class Options>
void add_defaults(const std::string& kind,
                  const described::Parameters<Options>& parameters, Names& result) {
    static const Names without_defaults = {"seed", "attr"};
    for (const auto& [name, parameter] : parameters.entries()) {
        if (!without_defaults.contains(name)) {
            result.insert("Config." + kind + '.' + name);
        }
    }
}

}  // namespace

Network network_of(const Json& description) {
    Scope scope = scope_of(description, description.at("items").size());
    scope.open("network");
    return scope.network();
}

void expect_rejections(const Json& description) {
    const Json& items = description.at("items");
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].contains("rejected")) {
            Scope before = scope_of(description, i);
            expect_rejection(items[i], before);
        }
    }
}

bool is_namesake(const Error& error, const std::string& exception) {
    static const std::map<std::string, bool (*)(const Error&)> namesakes = {
        {"ValidationError", is<ValidationError>},
        {"BuildError", is<BuildError>},
        {"SimulationError", is<SimulationError>}};
    const auto found = namesakes.find(exception);
    return found == namesakes.end() || found->second(error);
}

Names constructs_of(const Json& description) {
    Names result;
    collect(description, "", result);
    return result;
}

Names known_constructs() {
    using namespace described;
    Names result = names_of_array_calls();
    for (const Names& names :
         {names_of_memory_calls(), items().names(), configs().names(),
          distributions().names(), neurons().names(), synapses().names(),
          processes().names(), functions_of_time().names(), solvers().names(),
          least_squares_solvers().names(), transforms().names(),
          learning_rules().names(), functions().names(), node_functions().names()}) {
        result.insert(names.begin(), names.end());
    }
    add_defaults("Ensemble", ensemble_parameters(), result);
    add_defaults("Connection", connection_parameters(), result);
    add_defaults("Probe", probe_parameters(), result);
    return result;
}

}  // namespace nengine::test
