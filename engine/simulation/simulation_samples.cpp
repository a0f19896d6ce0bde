#include <algorithm>

#include "engine/ir/sampling.hpp"
#include "engine/simulation/simulation.hpp"
#include "kernels/gather.hpp"

// What probes hand to the caller.

namespace nengine::engine {

void Simulation::emit_samples(PlanRunner& runner, const ChunkExtent& extent,
                              Index call_step, Index n_steps, Index first_item,
                              Index valid, const ProbeSink& sink) {
    const Index items = std::min(extent.items, valid - extent.first_item);
    if (items <= 0) {
        return;
    }
    for (const ProbeRows& probe : runner.plan().probes) {
        const CallSamples of_call(replica_->model().probe(probe.probe),
                                  extent.first_step - call_step, n_steps);
        const SampledRows samples = of_call.in_chunk(extent.first_step, extent.steps);
        if (samples.rows.empty()) {
            continue;
        }
        const auto n = static_cast<Index>(samples.rows.size());
        const AnyBlock rows =
            runner.block(probe.rows, extent).over(extent.steps, items);
        const Index size = rows.rows * rows.cols;
        std::vector<std::byte> host(static_cast<std::size_t>(items * n * size) *
                                    itemsize(rows.dtype));
        const Buffer staging = device().allocate(host.size(), "samples of a probe");
        const Buffer table = upload_table(device(), samples.rows);
        const AnyBlock target{.dtype = rows.dtype,
                              .data = staging.data(),
                              .steps = n,
                              .batch = items,
                              .rows = rows.rows,
                              .cols = rows.cols,
                              .time_stride = size,
                              .batch_stride = n * size,
                              .row_stride = rows.cols,
                              .col_stride = 1};
        run_as(device(), rows.dtype, [&]<class Real>(const auto& exec, Real) {
            select_rows(exec, rows.as<const Real>(), table.as<Index>(),
                        target.as<Real>());
        });
        device().download(host.data(), staging.data(), host.size());
        sink(probe.probe, first_item + extent.first_item, items, samples.before, n,
             host.data());
    }
}

}  // namespace nengine::engine
