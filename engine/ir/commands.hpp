#pragma once

#include <string>
#include <variant>

#include "engine/ir/host_call.hpp"
#include "engine/ir/kernel_call.hpp"

// What an executor sees: kernels with their arguments, and calls of the host.

namespace nengine::engine {

using CommandArgs = std::variant<KernelCall, HostCommand>;

struct Command {
    CommandArgs args;
    std::string label;  ///< "SimNeurons lif_1": the first operator's type and label
    int members = 1;    ///< operators that became this command
    double bytes = 0;   ///< per step and item; counted in elements
    double flops = 0;   ///< per step and item
};

/// Calls `visit(operand, access)` for what a command reads and writes.
inline void for_each_operand(const Command& command, const VisitOperand& visit) {
    std::visit([&](const auto& args) { args.for_each_operand(visit); }, command.args);
}

/// The arguments of a kernel that one has to know; null: the command is another.
template <template <class> class Args>
auto* args_of(auto& command) {
    auto* call = std::get_if<KernelCall>(&command.args);
    return call == nullptr ? nullptr : call->template as<Args>();
}

}  // namespace nengine::engine
