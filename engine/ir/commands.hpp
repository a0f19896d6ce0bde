#pragma once

#include <array>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/ir/host_call.hpp"
#include "engine/ir/kernel_call.hpp"
#include "engine/ir/operand.hpp"
#include "kernels/neuron_scan.hpp"
#include "kernels/random.hpp"

// What an executor sees: kernels with their arguments, and calls of the host.

namespace nengine::engine {

/// What scan, rate curve and gradient of neurons share.
struct NeuronOperands {
    NeuronType type{};
    double max_ratio = 0;
    Operand input, gain, bias;
    std::array<Operand, max_neuron_params> params;
};
struct NeuronCommand : NeuronOperands {
    std::array<Operand, max_neuron_states> states;
    Operand output;  ///< absent if only the filter wants it
    /// A first-order filter on the output; absent if there is none.
    Operand filter_coefficients, filter_state, filtered;
};
struct NeuronRateCommand : NeuronOperands {
    Operand output;
};
struct NeuronRateBackwardCommand : NeuronOperands {
    Operand dL_doutput, dL_dinput, dL_dbias, dL_dgain;
    bool accumulate;
};

struct HostCommand {
    int op;  ///< index into Model::operators
    HostFunctionCall function;
    Operand x, output;
};
/// Processes, side by side: each writes as many elements as it has, one after the
/// other.
struct ProcessCommand {
    struct Member {
        int op;  ///< index into Model::operators: whose state it is
        HostProcess process;
        Index size;
    };
    std::vector<Member> members;
    Operand x, output;
};
/// Random numbers for the elements that a table of pairs names (kernels/random.hpp).
struct RandomCommand {
    RandomKind kind;
    double scale, shift;
    bool per_item;
    TableId pairs;
    Index n_pairs;
    Operand output;
};
using CommandArgs =
    std::variant<KernelCall, NeuronCommand, NeuronRateCommand,
                 NeuronRateBackwardCommand, HostCommand, ProcessCommand, RandomCommand>;

struct Command {
    CommandArgs args;
    std::string label;  ///< "SimNeurons lif_1": the first operator's type and label
    int members = 1;    ///< operators that became this command
    double bytes = 0;   ///< per step and item; counted in elements
    double flops = 0;   ///< per step and item
};

}  // namespace nengine::engine
