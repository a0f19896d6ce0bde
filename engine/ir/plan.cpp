#include "engine/ir/plan.hpp"

#include <algorithm>

namespace nengine::engine {

bool Plan::calls_host() const {
    return std::ranges::any_of(forward, &Stage::has_host);
}

double Plan::history_elements() const {
    double elements = 0;
    for (const BufferSpec& buffer : buffers) {
        elements +=
            buffer.history && buffer.batched ? static_cast<double>(buffer.width) : 0;
    }
    return elements;
}

double Plan::row_elements() const {
    double elements = 0;
    for (const BufferSpec& buffer : buffers) {
        const bool rows =
            buffer.kind == BufferKind::work || buffer.kind == BufferKind::input;
        elements += rows && !buffer.history && buffer.batched
                        ? static_cast<double>(buffer.width)
                        : 0;
    }
    return elements;
}

ParameterLayout lay_out_parameters(const Model& model, Index* total) {
    ParameterLayout layout;
    Index offset = 0;
    for (SignalId s = 0; s < static_cast<SignalId>(model.signal_count()); ++s) {
        const Signal& signal = model.signal(s);
        if (signal.trainable && !signal.is_view()) {
            layout[s] = offset;
            offset += signal.size();
        }
    }
    *total = offset;
    return layout;
}

}  // namespace nengine::engine
