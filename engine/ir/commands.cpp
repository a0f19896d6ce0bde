#include "engine/ir/commands.hpp"

namespace nengine::engine {

void for_each_operand(const Command& command, const KernelCall::Visit& visit) {
    if (const auto* call = std::get_if<KernelCall>(&command.args)) {
        call->for_each_operand(visit);
        return;
    }
    const auto& host = std::get<HostCommand>(command.args);
    if (host.x.present()) {
        visit(host.x, FieldAccess::read);
    }
    if (host.output.present()) {
        visit(host.output, FieldAccess::write);
    }
}

}  // namespace nengine::engine
