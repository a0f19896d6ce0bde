#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/ir/host_call.hpp"
#include "engine/ir/kernel_call.hpp"
#include "engine/ir/operand.hpp"
#include "kernels/random.hpp"

// What an executor sees: kernels with their arguments, and calls of the host.

namespace nengine::engine {

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
    std::variant<KernelCall, HostCommand, ProcessCommand, RandomCommand>;

struct Command {
    CommandArgs args;
    std::string label;  ///< "SimNeurons lif_1": the first operator's type and label
    int members = 1;    ///< operators that became this command
    double bytes = 0;   ///< per step and item; counted in elements
    double flops = 0;   ///< per step and item
};

/// The arguments of a kernel that one has to know; null: the command is another.
template <template <class> class Args>
const Args<Planned>* args_of(const Command& command) {
    const auto* call = std::get_if<KernelCall>(&command.args);
    return call == nullptr ? nullptr : call->as<Args>();
}
template <template <class> class Args>
Args<Planned>* args_of(Command& command) {
    auto* call = std::get_if<KernelCall>(&command.args);
    return call == nullptr ? nullptr : call->as<Args>();
}

}  // namespace nengine::engine
