#include "engine/ir/written.hpp"

namespace nengine::engine {
namespace {

/// Sets the elements of a row that an operand means.
void set_elements(const Operand& operand, std::vector<char>& elements) {
    for (Index member = 0; member < operand.count; ++member) {
        for (Index r = 0; r < operand.rows; ++r) {
            for (Index c = 0; c < operand.cols; ++c) {
                const Index at = operand.offset + member * operand.group_stride +
                                 r * operand.row_stride + c * operand.col_stride;
                elements[static_cast<std::size_t>(at)] = 1;
            }
        }
    }
}

}  // namespace

WrittenElements written_elements(const Plan& plan, bool backward) {
    WrittenElements result;
    const auto mark = [&](const Operand& operand) {
        const BufferSpec& spec = plan.buffer(operand);
        if (spec.kind == BufferKind::work) {
            std::vector<char>& elements = result[operand.buffer];
            elements.resize(static_cast<std::size_t>(spec.width), 0);
            set_elements(operand, elements);
        }
    };
    const auto mark_written = [&](const Operand& operand, FieldAccess access) {
        if (access != FieldAccess::read) {
            mark(operand);
        }
    };
    for_each_command(
        backward ? plan.backward : plan.forward,
        [&](const Command& command) { for_each_operand(command, mark_written); });
    if (backward) {
        for (const ProbeRows& probe : plan.probes) {
            if (probe.gradient.present()) {
                mark(probe.gradient);
            }
        }
    }
    return result;
}

}  // namespace nengine::engine
