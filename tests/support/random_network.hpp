#pragma once

#include <rapidcheck.h>

#include <optional>
#include <ostream>
#include <vector>

#include "nengine/nengine.hpp"
#include "tests/support/random_parts.hpp"

// Random networks of the front-end, drawn as short programs: rapidcheck makes a failing
// one small by leaving out instructions.

namespace nengine::test {

/// One instruction; numbers are taken modulo what there is.
struct Make {
    int what = 0, from = 0, to = 0, size = 0, option = 0;
};
using Program = std::vector<Make>;

std::ostream& operator<<(std::ostream& out, const Make& make);

/// From 0 to `end - 1`, all as likely in small cases as in large ones (rapidcheck's own
/// ranges grow with the case).
rc::Gen<int> random_number(int end);

enum class Learning { yes, no };
rc::Gen<Program> programs(Learning learning = Learning::yes);

/// Runs a program: a network around one input of size 2.
class RandomNetwork {
public:
    explicit RandomNetwork(const Program& program);

    Network net{{.seed = 7}};
    Node input;
    Ensemble first;
    std::vector<Probe> probes;
    std::vector<Node> processes;  ///< nodes without input
    /// Something random has no seed.
    bool items_differ = false;

    const detail::NetworkData& data() const;

private:
    using Instruction = void (RandomNetwork::*)(const Make&);
    static const std::vector<Instruction>& instructions(Learning learning);
    friend rc::Gen<Program> programs(Learning learning);

    struct Object {
        ObjectView view;
        std::int64_t size_in, size_out;
        std::optional<Ensemble> ensemble = std::nullopt;  ///< if it has neurons
    };
    struct Link {
        Connection connection;
        Network network;
        bool has_weights;
    };
    struct Taught {
        LearningRule rule;
        Network network;
    };

    const Object& any(int number) const;
    const Object& any_target(int number) const;
    const Object& any_ensemble(int number) const;
    void add(const ObjectView& view, std::int64_t size_in, std::int64_t size_out);
    void add(const Ensemble& ensemble);
    void add(const EnsembleArray& array);
    /// The type; notes whether it draws.
    NeuronModel noted(NeuronModel type);
    Process noted(RandomProcess process);
    Synapse synapse(const Make& make, const Object& from, const Object& to) const;
    /// Where what refers to a connection of this network is built after it.
    Network behind(const Network& network) const;
    void link(const ObjectView& from, const ObjectView& to,
              const ConnectionOptions& options, bool has_weights = true);

    // Objects.
    void add_ensemble(const Make& make);
    void add_node(const Make& make);
    void add_process(const Make& make);
    void enter_subnetwork(const Make& make);
    void leave_subnetwork(const Make& make);
    void set_defaults(const Make& make);

    // Connections.
    void connect(const Make& make);
    void connect_slices(const Make& make);
    void connect_lists(const Make& make);
    void connect_function(const Make& make);
    void connect_neurons(const Make& make);
    void connect_weights(const Make& make);
    void connect_sparse(const Make& make);

    // Images: connections and layers that make objects of their own.
    void add_convolution(const Make& make);
    void add_transposed_convolution(const Make& make);
    void add_layer(const Make& make);

    // The networks of networks.hpp.
    void add_array(const Make& make);
    void add_binding(const Make& make);
    void add_memory(const Make& make);
    void add_selection(const Make& make);
    void add_dynamics(const Make& make);

    // Learning.
    void learn_decoders(const Make& make);
    void learn_weights(const Make& make);
    void learn_encoders(const Make& make);
    void connect_error(const Make& make);
    void learn(const Make& make, const Connection& connection);
    void teach(const Make& make, const Taught& taught);

    // Probes.
    void probe_object(const Make& make);
    void probe_ensemble(const Make& make);
    void probe_connection(const Make& make);
    void probe_rule(const Make& make);
    void record(const Make& make, Network network, const ObjectView& target,
                ProbeOptions options);

    Network where_ = net;
    std::vector<Object> objects_;
    std::vector<Link> links_;
    std::vector<Taught> rules_;
};

}  // namespace nengine::test
