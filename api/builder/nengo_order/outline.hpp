#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kernels/base/view.hpp"

// What of a network decides which operators Nengo makes of it, and nothing else: no
// sizes, no values, no seeds but those of processes.

namespace nengine::outline {

/// An object; only compared.
using Id = const void*;

/// A synapse, a noise, or what a node puts out.
struct Process {
    std::optional<std::uint32_t> seed = std::nullopt;  ///< its own
};
using MaybeProcess = std::optional<Process>;

/// The components that a slice names. Python's `[:]` is `all`, but `[0:4]` is a range
/// even of four components.
struct Part {
    enum class Kind { all, range, list };
    Kind kind = Kind::all;
    Index first = 0, count = 0, step = 1;  ///< of a range
};

/// An end of a connection, or a probe's target.
struct View {
    Id object = nullptr;
    bool neurons = false;
    std::optional<int> rule = std::nullopt;  ///< which learning rule of a connection
    Part part = {};
};

struct Ensemble {
    Id id = nullptr;
    bool direct = false;
    /// Neurons that make spikes of a rate type's output take an operator each.
    bool has_base_type = false;
    std::vector<std::string> states = {}, base_states = {};
    MaybeProcess noise = std::nullopt;
};

struct Node {
    enum class Kind { passthrough, constant, function, process };
    Id id = nullptr;
    Kind kind = Kind::passthrough;
    bool has_input = false, has_output = true;
    Process process = {};
};

struct Rule {
    enum class Kind { pes, rls, bcm, oja, voja };
    Kind kind = Kind::pes;
    MaybeProcess pre_synapse = std::nullopt, post_synapse = std::nullopt,
                 theta_synapse = std::nullopt;
};

struct Connection {
    enum class Transform {
        none,
        elementwise,  ///< a number or a vector
        dense,
        sparse,
        convolution,
        convolution_transpose,
    };
    Id id = nullptr;
    View pre, post;
    bool has_function = false;
    bool full_weights = false;  ///< the solver's, between ensembles
    Transform transform = Transform::none;
    MaybeProcess synapse = std::nullopt;
    std::vector<Rule> rules = {};
};

struct Probe {
    Id id = nullptr;
    View target;
    std::string attribute;
    MaybeProcess synapse = std::nullopt;
};

/// The objects in the order in which Nengo builds them: of each network the ensembles,
/// the nodes, the networks inside, the connections and the probes.
using Network = std::vector<std::variant<Ensemble, Node, Connection, Probe>>;

}  // namespace nengine::outline
