#include "engine/ir/written.hpp"

#include <algorithm>

namespace nengine::engine {
namespace {

/// Sets the elements of a row that an operand means.
void set_elements(const Operand& operand, std::vector<char>& elements) {
    std::vector<Index> at{operand.offset};
    const auto run_through = [&](const Axis& axis) {
        const std::size_t inside = at.size();
        for (Index i = 1; i < axis.extent; ++i) {
            for (std::size_t k = 0; k < inside; ++k) {
                at.push_back(at[k] + i * axis.stride);
            }
        }
    };
    run_through({operand.count, operand.group_stride});
    std::ranges::for_each(operand.item_axes(), run_through);
    for (const Index element : at) {
        elements[static_cast<std::size_t>(element)] = 1;
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
