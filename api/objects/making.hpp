#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/objects/objects.hpp"

// How a network makes its objects: what is not said of them comes from the configs that
// hold, and they are entered in its lists.

namespace nengine::detail {

/// Calls `visit(config, is_scoped)` for the configs that hold for objects made in the
/// network, the innermost first, until it returns true.
template <class Visit>
void visit_configs(const NetworkData& network, const Visit& visit) {
    const NetworkData* at = &network;
    std::shared_ptr<NetworkData> parent;
    while (at != nullptr) {
        for (auto it = at->scoped_configs.rbegin(); it != at->scoped_configs.rend();
             ++it) {
            if (visit(**it, true)) {
                return;
            }
        }
        if (visit(at->config, false)) {
            return;
        }
        parent = at->parent.lock();
        at = parent.get();
    }
}

/// The option itself, else the nearest config's, else `value` stays as it is.
template <class T, class U, class Options>
void resolve(U& value, const OrDefault<T>& given, const NetworkData& network,
             Options Config::*part, OrDefault<T> Options::*option) {
    if (given.given()) {
        value = given.value();
        return;
    }
    visit_configs(network, [&](const Config& config, bool) {
        const OrDefault<T>& configured = config.*part.*option;
        if (configured.given()) {
            value = configured.value();
        }
        return configured.given();
    });
}

/// Networks' configs say what training does when a simulator is made, so that only what
/// comes before them is settled here.
template <class T, class Options>
void resolve_for_training(std::optional<T>& value, const OrDefault<T>& given,
                          const NetworkData& network, Options Config::*part,
                          OrDefault<T> Options::*option) {
    if (given.given()) {
        value = given.value();
        return;
    }
    visit_configs(network, [&](const Config& config, bool is_scoped) {
        const OrDefault<T>& configured = config.*part.*option;
        if (configured.given() && is_scoped) {
            value = configured.value();
        }
        return configured.given();
    });
}

template <class Options>
void resolve_trainable(std::optional<bool>& value, const OrDefault<bool>& given,
                       const NetworkData& network, Options Config::*part) {
    resolve_for_training(value, given, network, part, &Options::trainable);
}

/// Enters an object that was just made: its number, its place, its label and seed.
template <class Data>
void adopt(const std::shared_ptr<NetworkData>& network,
           const std::shared_ptr<Data>& data, const std::string& kind_name,
           const std::string& label, std::optional<Seed> seed) {
    data->network = network;
    data->kind_name = kind_name;
    data->label = label;
    data->seed = seed;
    data->number = network->counts[kind_name] + 1;
}

template <class Data>
void keep(NetworkData& network, std::vector<std::shared_ptr<Data>>& list,
          const std::shared_ptr<Data>& data) {
    ++network.counts[data->kind_name];
    list.push_back(data);
}

std::shared_ptr<EnsembleData> make_ensemble(const std::shared_ptr<NetworkData>& network,
                                            std::int64_t n_neurons,
                                            std::int64_t dimensions,
                                            const EnsembleOptions& options);
std::shared_ptr<ConnectionData> make_connection(
    const std::shared_ptr<NetworkData>& network, const ObjectView& pre,
    const ObjectView& post, const ConnectionOptions& options);

}  // namespace nengine::detail
