#include "engine/runtime/look_calls.hpp"

#include <algorithm>

#include "engine/runtime/host_block.hpp"
#include "kernels/base/host_memory.hpp"

namespace nengine::engine {

void LookCalls::after_tile(const ChunkExtent& extent) {
    if (runner_.plan().looks.empty()) {
        return;
    }
    keep(extent);
    if (extent.first_item + extent.items == minibatch_) {
        call(extent.first_step, extent.steps);
    }
}

void LookCalls::keep(const ChunkExtent& extent) {
    const auto& looks = runner_.plan().looks;
    seen_.resize(looks.size());
    for (std::size_t l = 0; l < looks.size(); ++l) {
        seen_[l].resize(looks[l].size());
        for (std::size_t s = 0; s < looks[l].size(); ++s) {
            keep(looks[l][s], extent, seen_[l][s]);
        }
    }
}

void LookCalls::keep(const SeenRows& rows, const ChunkExtent& extent,
                     Seen& seen) const {
    AnyBlock block = runner_.block(rows.span, extent);
    const bool by_item = block.batch_stride != 0;
    if (extent.first_item == 0) {
        seen.steps = block.steps;
        seen.items = by_item ? valid_ : 1;
        seen.size = rows.view.size();
        need_host_memory(
            array_bytes({seen.steps, seen.items, seen.size}, sizeof(double)), [&] {
                return MemoryUse{"looks", "numbers to look at",
                                 "the number of steps or items, or look at less"};
            });
        seen.values.resize(
            static_cast<std::size_t>(seen.steps * seen.items * seen.size));
    } else if (!by_item) {
        return;
    }
    if (by_item) {
        block.batch = std::min(extent.items, valid_ - extent.first_item);
    }
    if (block.batch <= 0) {
        return;
    }
    const HostBlock host(device_, block, HostAccess::read);
    std::vector<double> row(host.row_size());
    for (Index step = 0; step < block.steps; ++step) {
        for (Index item = 0; item < block.batch; ++item) {
            host.read(step, item, row);
            const Index of = by_item ? extent.first_item + item : 0;
            double* to = seen.values.data() + (step * seen.items + of) * seen.size;
            for_each_element(rows.view, [&](Index element) {
                *to++ = row[static_cast<std::size_t>(element)];
            });
        }
    }
}

/// All looks of a step before any of the next.
void LookCalls::call(Index first_step, Index steps) {
    for (Index step = std::max<Index>(next_ - first_step, 0); step < steps; ++step) {
        for (std::size_t look = 0; look < seen_.size(); ++look) {
            call(look, first_step, step);
        }
        next_ = first_step + step + 1;
    }
}

void LookCalls::call(std::size_t look, Index first_step, Index step) {
    const Model& model = *runner_.plan().model;
    const std::vector<Seen>& seen = seen_[look];
    std::vector<std::vector<double>> repeated(seen.size());
    Look::Values all;
    for (std::size_t s = 0; s < seen.size(); ++s) {
        all.push_back(values(seen[s], step, repeated[s]));
    }
    const Index at = first_step + step + 1;
    try {
        model.looks[look].call(at, static_cast<double>(at) * model.dt(), all);
    } catch (...) {
        failed_step_ = at - 1;
        throw;
    }
}

std::span<const double> LookCalls::values(const Seen& seen, Index step,
                                          std::vector<double>& repeated) const {
    const auto row = static_cast<std::size_t>(seen.items * seen.size);
    const auto at = seen.steps == 1 ? 0 : static_cast<std::size_t>(step);
    const std::span<const double> of_step =
        std::span(seen.values).subspan(at * row, row);
    if (seen.items == valid_) {
        return of_step;
    }
    repeated.reserve(static_cast<std::size_t>(valid_) * row);
    for (Index item = 0; item < valid_; ++item) {
        repeated.insert(repeated.end(), of_step.begin(), of_step.end());
    }
    return repeated;
}

}  // namespace nengine::engine
