#include "api/objects/objects.hpp"
#include "nengine/network.hpp"

// What a network holds, as handles.

namespace nengine {

using namespace detail;

namespace {

template <class Visit>
void visit_networks(const std::shared_ptr<NetworkData>& network, const Visit& visit) {
    visit(network);
    for (const auto& child : network->networks) {
        visit_networks(child, visit);
    }
}

template <class Handle, class Data>
std::vector<Handle> handles(const std::vector<std::shared_ptr<Data>>& list) {
    std::vector<Handle> result;
    for (const auto& data : list) {
        result.push_back(Handle(data));
    }
    return result;
}

std::vector<Node> node_handles(const NetworkData& network) {
    std::vector<Node> result;
    for (const auto& data : network.nodes) {
        if (!data->layer) {
            result.push_back(Node(data));
        }
    }
    return result;
}

/// `list(network)` of the network and all inside, one after the other.
template <class List>
auto gather(const std::shared_ptr<NetworkData>& network, const List& list) {
    decltype(list(*network)) result;
    visit_networks(network, [&](const auto& at) {
        for (auto& handle : list(*at)) {
            result.push_back(handle);
        }
    });
    return result;
}

}  // namespace

std::vector<Ensemble> Network::ensembles() const {
    return handles<Ensemble>(data_->ensembles);
}
std::vector<Node> Network::nodes() const {
    return node_handles(*data_);
}
std::vector<Connection> Network::connections() const {
    return handles<Connection>(data_->connections);
}
std::vector<Probe> Network::probes() const {
    return handles<Probe>(data_->probes);
}
std::vector<Network> Network::networks() const {
    return handles<Network>(data_->networks);
}
std::vector<Ensemble> Network::all_ensembles() const {
    return gather(data_,
                  [](const auto& at) { return handles<Ensemble>(at.ensembles); });
}
std::vector<Node> Network::all_nodes() const {
    return gather(data_, [](const auto& at) { return node_handles(at); });
}
std::vector<Connection> Network::all_connections() const {
    return gather(data_,
                  [](const auto& at) { return handles<Connection>(at.connections); });
}
std::vector<Probe> Network::all_probes() const {
    return gather(data_, [](const auto& at) { return handles<Probe>(at.probes); });
}
std::vector<Network> Network::all_networks() const {
    return gather(data_, [](const auto& at) { return handles<Network>(at.networks); });
}
std::int64_t Network::n_neurons() const {
    std::int64_t total = 0;
    visit_networks(data_, [&](const auto& at) {
        for (const auto& ensemble : at->ensembles) {
            total += ensemble->n_neurons;
        }
    });
    return total;
}

}  // namespace nengine
