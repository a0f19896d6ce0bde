#include "engine/ir/plan.hpp"

#include <algorithm>

#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

/// Of a row, for each item.
double item_bytes(const BufferSpec& buffer) {
    return static_cast<double>(buffer.width) *
           static_cast<double>(itemsize(buffer.dtype));
}

void check_command(const Plan& plan, const Command& command) {
    const Operand* first = nullptr;
    for_each_operand(command, [&](const Operand& operand, FieldAccess) {
        const DType dtype = plan.buffer(operand).dtype;
        need_real(dtype, command.label);
        if (first != nullptr && dtype != plan.buffer(*first).dtype) {
            throw BuildError(command.label + ": got operands of " +
                             std::string(dtype_name(plan.buffer(*first).dtype)) +
                             " and of " + std::string(dtype_name(dtype)) +
                             ", needs one dtype for all");
        }
        first = &operand;
    });
}

}  // namespace

bool Plan::calls_host() const {
    return !looks.empty() || std::ranges::any_of(forward, &Stage::has_host);
}

void Plan::check_dtypes() const {
    for (const auto* stages : {&forward, &backward}) {
        for_each_command(
            *stages, [this](const Command& command) { check_command(*this, command); });
    }
}

double Plan::history_bytes() const {
    double bytes = 0;
    for (const BufferSpec& buffer : buffers) {
        bytes += buffer.history && buffer.batched ? item_bytes(buffer) : 0;
    }
    return bytes;
}

double Plan::row_bytes() const {
    double bytes = 0;
    for (const BufferSpec& buffer : buffers) {
        const bool rows =
            buffer.kind == BufferKind::work || buffer.kind == BufferKind::input;
        bytes += rows && !buffer.history && buffer.batched ? item_bytes(buffer) : 0;
    }
    return bytes;
}

ParameterLayout lay_out_parameters(const Model& model, ParameterSizes* sizes) {
    ParameterLayout layout;
    Index offset = 0;
    const auto add_all = [&](bool Signal::*kind) {
        for (const SignalId s : model.signal_ids()) {
            const Signal& signal = model.signal(s);
            if (signal.*kind && !signal.is_view()) {
                layout[s] = offset;
                offset += signal.size();
            }
        }
    };
    add_all(&Signal::trainable);
    sizes->trained = offset;
    add_all(&Signal::statistic);
    sizes->all = offset;
    return layout;
}

}  // namespace nengine::engine
