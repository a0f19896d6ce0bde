#include <algorithm>

#include "engine/ir/sampling.hpp"
#include "engine/session/session_impl.hpp"
#include "kernels/gather.hpp"

// What probes hand to the caller.

namespace nengine::engine {

template <class Real>
void SessionOf<Real>::emit_samples(Runner& runner, const ChunkExtent& extent,
                                   Index call_step, Index n_steps, Index first_item,
                                   Index valid, const ProbeSink& sink) {
    const Index items = std::min(extent.items, valid - extent.first_item);
    if (items <= 0) {
        return;
    }
    for (const ProbeRows& probe : runner.plan().probes) {
        const CallSamples of_call(model_->probes[static_cast<std::size_t>(probe.probe)],
                                  extent.first_step - call_step, n_steps);
        const SampledRows samples = of_call.in_chunk(extent.first_step, extent.steps);
        if (samples.rows.empty()) {
            continue;
        }
        const auto n = static_cast<Index>(samples.rows.size());
        const Block<Real> rows =
            runner.binder().block(probe.rows, extent, extent.steps, items);
        const Index size = rows.rows * rows.cols;
        const auto count = static_cast<std::size_t>(items * n * size);
        const Buffer staging =
            device_.allocate(count * sizeof(Real), "samples of a probe");
        const Buffer table = upload_table(device_, samples.rows);
        const Block<Real> target{.data = staging.as<Real>(),
                                 .steps = n,
                                 .batch = items,
                                 .rows = rows.rows,
                                 .cols = rows.cols,
                                 .time_stride = size,
                                 .batch_stride = n * size,
                                 .row_stride = rows.cols,
                                 .col_stride = 1};
        device_.run([&](const auto& exec) {
            select_rows(exec, Block<const Real>(rows), table.as<Index>(), target);
        });
        std::vector<Real> host(count);
        device_.download(host.data(), staging.data(), count * sizeof(Real));
        sink(probe.probe, first_item + extent.first_item, items, samples.before, n,
             host.data());
    }
}

template void SessionOf<float>::emit_samples(Runner&, const ChunkExtent&, Index, Index,
                                             Index, Index, const ProbeSink&);
template void SessionOf<double>::emit_samples(Runner&, const ChunkExtent&, Index, Index,
                                              Index, Index, const ProbeSink&);

}  // namespace nengine::engine
