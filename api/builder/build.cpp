#include "api/builder/build.hpp"

#include <functional>
#include <map>
#include <random>
#include <unordered_set>

#include "api/builder/build_state.hpp"
#include "api/builder/memory.hpp"
#include "api/numerics/parallel_for.hpp"
#include "api/numerics/seeds.hpp"
#include "api/numerics/steps.hpp"

namespace nengine {

namespace {

using namespace detail;

template <class T>
std::vector<std::optional<std::uint32_t>> own_seeds(
    const std::vector<std::shared_ptr<T>>& objects) {
    std::vector<std::optional<std::uint32_t>> seeds;
    for (const auto& object : objects) {
        seeds.push_back(object->seed);
    }
    return seeds;
}

void assign_seeds(BuildState& state, const NetworkData& network, std::uint32_t seed) {
    state.built.network_seeds[&network] = seed;
    const auto seeds = child_seeds(seed, {.connections = own_seeds(network.connections),
                                          .ensembles = own_seeds(network.ensembles),
                                          .networks = own_seeds(network.networks),
                                          .nodes = own_seeds(network.nodes),
                                          .probes = own_seeds(network.probes)});
    const auto assign = [&](const auto& objects, const auto& given) {
        for (std::size_t i = 0; i < objects.size(); ++i) {
            state.built.seeds[objects[i].get()] = given[i];
        }
    };
    assign(network.connections, seeds.connections);
    assign(network.ensembles, seeds.ensembles);
    assign(network.nodes, seeds.nodes);
    assign(network.probes, seeds.probes);
    for (std::size_t i = 0; i < network.networks.size(); ++i) {
        assign_seeds(state, *network.networks[i], seeds.networks[i]);
    }
}

/// Which signals will be needed, before any is made.
void survey(BuildState& state, const NetworkData& top) {
    visit_networks(top, [&](const NetworkData& network) {
        for (const auto& connection : network.connections) {
            const ObjectView& post = connection->post;
            if (as_node(post) != nullptr) {
                state.into_node[post.object().get()].push_back(connection.get());
            } else if (as_ensemble(post) != nullptr) {
                state.ensembles_with_input.insert(post.object().get());
            }
        }
        for (const auto& ensemble : network.ensembles) {
            if (!ensemble->is_layer) {
                state.ensembles_with_input.insert(ensemble.get());
            }
        }
        survey_learning(state, network);
        for (const auto& probe : network.probes) {
            if (as_connection(probe->target) != nullptr) {
                state.probed_connections.insert(probe->target.object().get());
            } else if (as_ensemble(probe->target) != nullptr &&
                       probe_attribute(*probe) != "decoded_output") {
                state.ensembles_with_input.insert(probe->target.object().get());
            }
        }
    });
}

void need_known(const BuildState& state, const ObjectView& view,
                const std::string& where) {
    if (!state.built.seeds.contains(view.object().get())) {
        throw ValidationError(where + ": got " + describe(view) +
                              " of another network, needs objects of this one");
    }
}

/// Every object refers to what is built before it: a network's ensembles and nodes
/// first, then the networks in it, its own connections and its probes.
class CheckOrder {
public:
    void operator()(const NetworkData& network) {
        for (const auto& ensemble : network.ensembles) {
            built_.insert(ensemble.get());
        }
        for (const auto& node : network.nodes) {
            built_.insert(node.get());
        }
        for (const auto& child : network.networks) {
            (*this)(*child);
        }
        for (const auto& connection : network.connections) {
            need_built(connection->pre, *connection);
            need_built(connection->post, *connection);
            built_.insert(connection.get());
        }
        for (const auto& probe : network.probes) {
            need_built(probe->target, *probe);
        }
    }

private:
    void need_built(const ObjectView& view, const ObjectData& user) const {
        if (!built_.contains(view.object().get())) {
            throw BuildError(describe(user) + ": got " + describe(view) +
                             ", which is built later, needs an object of its own "
                             "network, of networks made in it or before it, or an "
                             "ensemble or node of one around it");
        }
    }

    std::unordered_set<const ObjectData*> built_;
};

void check_decodable(const ConnectionData& connection) {
    if (connection.transform.is_structured() &&
        decoded_ensemble(connection.pre) != nullptr) {
        throw BuildError(describe(connection) + ": got a " +
                         (std::holds_alternative<Sparse>(connection.transform.value())
                              ? "sparse transform"
                              : "convolution") +
                         " from decoded " + describe(connection.pre) +
                         ", needs neurons or a node as the pre object");
    }
}

/// Objects are checked again, because they may have been edited since they were made.
void check(const BuildState& state, const NetworkData& top) {
    visit_networks(top, [&](const NetworkData& network) {
        for (const auto& ensemble : network.ensembles) {
            check_ensemble(*ensemble);
            check_neurons(*ensemble);
        }
        for (const auto& node : network.nodes) {
            check_node(*node);
        }
        for (const auto& connection : network.connections) {
            need_known(state, connection->pre, describe(*connection));
            need_known(state, connection->post, describe(*connection));
            check_connection(*connection);
            check_decodable(*connection);
        }
        for (const auto& probe : network.probes) {
            need_known(state, probe->target, describe(*probe));
            check_probe(*probe);
        }
    });
    CheckOrder{}(top);
}

void draw_ensembles(BuildState& state, const NetworkData& top,
                    const std::vector<DecodeTask>& tasks) {
    std::unordered_set<const EnsembleData*> decoded;
    for (const DecodeTask& task : tasks) {
        if (uses_ensemble_points(task)) {
            decoded.insert(task.pre);
        }
    }
    std::vector<const EnsembleData*> ensembles;
    visit_networks(top, [&](const NetworkData& network) {
        for (const auto& ensemble : network.ensembles) {
            ensembles.push_back(ensemble.get());
        }
    });
    std::vector<BuiltEnsembleParts> parts(ensembles.size());
    parallel_for(ensembles.size(), [&](std::size_t i) {
        parts[i] = for_object(*ensembles[i], [&] {
            return draw_ensemble(*ensembles[i], state.seed(*ensembles[i]),
                                 decoded.contains(ensembles[i]));
        });
    });
    state.built.ensembles.reserve(ensembles.size());
    for (std::size_t i = 0; i < ensembles.size(); ++i) {
        state.built.ensembles.emplace(ensembles[i], std::move(parts[i]));
    }
}

std::vector<DecodeTask> decode_tasks(const BuildState& state, const NetworkData& top) {
    std::vector<DecodeTask> tasks;
    visit_networks(top, [&](const NetworkData& network) {
        for (const auto& connection : network.connections) {
            if (const auto* pre = decoded_ensemble(connection->pre)) {
                tasks.push_back(
                    {.owner = connection.get(),
                     .pre = pre,
                     .connection = connection.get(),
                     .pre_positions = view_positions(connection->pre, Side::out),
                     .solver = &connection->solver,
                     .seed = state.seed(*connection),
                     .size_mid = size_mid(*connection),
                     .size_out = view_positions(connection->post, Side::in).count});
            }
        }
        for (const auto& probe : network.probes) {
            const auto* pre = decoded_ensemble(probe->target);
            if (pre != nullptr && probe_attribute(*probe) == "decoded_output") {
                auto positions = view_positions(probe->target, Side::out);
                const Index size = positions.count;
                tasks.push_back({.owner = probe.get(),
                                 .pre = pre,
                                 .pre_positions = std::move(positions),
                                 .solver = &probe->solver,
                                 .seed = state.seed(*probe),
                                 .size_mid = size,
                                 .size_out = size});
            }
        }
    });
    return tasks;
}

/// Objects in Nengo's order.
void emit(BuildState& state, const NetworkData& network) {
    for (const auto& ensemble : network.ensembles) {
        for_object(*ensemble, [&] { build_ensemble(state, *ensemble); });
    }
    for (const auto& node : network.nodes) {
        for_object(*node, [&] { build_node(state, node); });
    }
    for (const auto& child : network.networks) {
        emit(state, *child);
    }
    for (const auto& connection : network.connections) {
        for_object(*connection, [&] { build_connection(state, *connection); });
    }
    for (const auto& probe : network.probes) {
        for_object(*probe, [&] { build_probe(state, probe); });
    }
}

/// Functions are called, and processes draw their seeds, in the order in which Nengo
/// runs its operators.
void follow_nengos_order(BuildState& state, const NetworkData& network) {
    const bool seeds = !state.built.process_seeds->empty();
    const bool calls = state.calls.size() > 1;
    if (!seeds && !calls) {
        return;
    }
    const StepOrder order = step_order(outline_of(network));
    if (seeds) {
        state.built.process_seeds->find_places(order);
    }
    std::map<std::pair<outline::Id, OrderedProcess::Role>, int> places;
    for (const OrderedProcess& call : order.calls) {
        places.try_emplace({call.owner, call.role}, static_cast<int>(places.size()));
    }
    for (const BuildState::UserCall& call : state.calls) {
        const auto place = places.find({call.owner, call.role});
        if (place == places.end()) {
            throw Error("build: got a function that Nengo's order lacks");
        }
        state.model->operators()[call.op]->call_order = place->second;
    }
}

}  // namespace

BuiltNetwork build(const NetworkData& network, double dt, Rng rng,
                   const SpikeGradient& spike_gradient) {
    check_dt(dt, "Simulator");
    BuildState state(dt, rng, spike_gradient);
    state.built.network_seed =
        network.seed.value_or(std::random_device{}() % max_drawn_seed);
    assign_seeds(state, network, state.built.network_seed);
    check(state, network);
    check_loops(network);
    survey(state, network);
    const std::vector<DecodeTask> tasks = decode_tasks(state, network);
    draw_ensembles(state, network, tasks);
    add_warnings(state, network);
    state.decoders = find_decoders(tasks, state.built.ensembles);
    state.built.process_seeds = std::make_shared<ProcessSeeds>();
    emit(state, network);
    follow_nengos_order(state, network);
    state.model->rules = build_parameter_rules(*state.model, state.parameter_rules);
    state.built.model = std::move(state.model);
    return std::move(state.built);
}

}  // namespace nengine
