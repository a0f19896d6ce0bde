#include "engine/ir/written.hpp"

namespace nengine::engine {
namespace {

/// Calls `mark(operand)` for what a command writes; operands may be absent.
template <class Mark>
class ForWritten {
public:
    explicit ForWritten(const Mark& mark) : mark_(mark) {}

    void operator()(const KernelCall& call) const {
        call.for_each_operand([this](const Operand& operand, FieldAccess access) {
            if (access != FieldAccess::read) {
                mark_(operand);
            }
        });
    }
    void operator()(const HostCommand& c) const { mark_(c.output); }
    void operator()(const ProcessCommand& c) const { mark_(c.output); }
    void operator()(const RandomCommand& c) const { mark_(c.output); }

private:
    const Mark& mark_;
};

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
        if (!operand.present()) {
            return;
        }
        const auto& spec = plan.buffers[static_cast<std::size_t>(operand.buffer)];
        if (spec.kind == BufferKind::work) {
            std::vector<char>& elements = result[operand.buffer];
            elements.resize(static_cast<std::size_t>(spec.width), 0);
            set_elements(operand, elements);
        }
    };
    const ForWritten visitor(mark);
    for (const Stage& stage : backward ? plan.backward : plan.forward) {
        for (const auto* commands : {&stage.before, &stage.commands, &stage.after}) {
            for (const Command& command : *commands) {
                std::visit(visitor, command.args);
            }
        }
    }
    if (backward) {
        for (const ProbeRows& probe : plan.probes) {
            mark(probe.gradient);
        }
    }
    return result;
}

}  // namespace nengine::engine
