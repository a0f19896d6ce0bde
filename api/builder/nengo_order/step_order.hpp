#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "api/builder/nengo_order/operator_list.hpp"
#include "api/builder/nengo_order/outline.hpp"
#include "api/objects/objects.hpp"

namespace nengine {

/// One process of a network, or one function that a step calls.
struct OrderedProcess {
    enum class Role {
        node_output,
        noise,
        connection_function,
        connection_synapse,
        probe_synapse,
        rule_synapse,  ///< of a learning rule; the owner is its connection
    };
    outline::Id owner;
    Role role;
    std::optional<std::uint32_t> own_seed;
};

/// What a step of Nengo's simulator does, without its optimizer, in order of execution.
struct StepOrder {
    std::vector<NengoOperator> operators;
    std::vector<OrderedProcess> processes;
    std::vector<OrderedProcess> calls;  ///< of functions and of processes
};

/// What of a network decides its order; the ids are the objects' addresses.
outline::Network outline_of(const detail::NetworkData& network);

/// The operators that Nengo makes of a network, put into its order.
/// @throws BuildError  a loop without a synapse
StepOrder step_order(const outline::Network& network);

/// The seed of each process: its own, or the next `randint(2^31 - 1)` of
/// `RandomState(simulator_seed)`. Filters take a number too, although they need none.
std::vector<std::uint32_t> process_seeds(const std::vector<OrderedProcess>& processes,
                                         std::uint32_t simulator_seed);

}  // namespace nengine
