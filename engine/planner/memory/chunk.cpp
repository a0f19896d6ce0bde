#include "engine/planner/memory/chunk.hpp"

#include <algorithm>

#include "kernels/product.hpp"

namespace nengine::engine {
namespace {

/// Bytes of histories per chunk that stay in a core's share of cache on the host, and
/// that leave room for data and weights on a device.
constexpr std::size_t cpu_chunk_bytes = std::size_t{24} << 20;
constexpr std::size_t cuda_chunk_bytes = std::size_t{4} << 30;
constexpr Index most_steps = 1024;
constexpr Index fewest_steps = 32;

/// Matrices of stepped stages that do not stay in a core's cache are read again in
/// every step of every tile: from this many bytes on, tiles have more items.
constexpr double large_matrices = 1 << 20;
/// A product with fewer rows waits for its matrix rather than for its arithmetic.
constexpr Index items_per_matrix = 64;

double stepped_matrix_bytes(const Plan& plan) {
    double bytes = 0;
    for (const Stage& stage : plan.forward) {
        for (const Command& command : stage.commands) {
            const auto* product = args_of<ProductArgs>(command);
            if (product != nullptr && stage.kind == StageKind::stepped) {
                const Operand& a = product->a;
                bytes += static_cast<double>(a.rows * a.cols * a.count) *
                         static_cast<double>(itemsize(plan.buffer(a).dtype));
            }
        }
    }
    return bytes;
}

Index fewest_items(const Plan& plan) {
    return stepped_matrix_bytes(plan) > large_matrices ? items_per_matrix : 1;
}

}  // namespace

ChunkSize choose_chunk(const Plan& plan, const PlannerOptions& options, Index n_steps,
                       Index minibatch, bool cuda) {
    const double budget = static_cast<double>(
        options.chunk_bytes > 0 ? options.chunk_bytes
                                : (cuda ? cuda_chunk_bytes : cpu_chunk_bytes));
    const double per_step = plan.history_bytes();
    const double per_item = plan.row_bytes();
    ChunkSize chunk{std::max<Index>(n_steps, 1), minibatch};
    const auto fit_items = [&](Index steps, Index fewest) {
        const double item = per_step * static_cast<double>(steps) + per_item;
        const Index fitting = item > 0 ? static_cast<Index>(budget / item) : minibatch;
        chunk.items = plan.needs_all_items()
                          ? minibatch
                          : std::clamp(fitting, std::min(fewest, minibatch), minibatch);
    };
    if (!plan.mode.gradients) {
        // Enough steps to fold over, then as many items as fit, then more steps if they
        // still do.
        fit_items(std::min(chunk.steps, fewest_steps), fewest_items(plan));
        const double row = per_step * static_cast<double>(chunk.items);
        const Index fitting = row > 0 ? static_cast<Index>(budget / row) : most_steps;
        chunk.steps = std::clamp<Index>(fitting, 1, std::min(chunk.steps, most_steps));
    } else {
        fit_items(chunk.steps, 1);
    }
    if (options.chunk_steps > 0 && !plan.mode.gradients) {
        chunk.steps = std::min(options.chunk_steps, std::max<Index>(n_steps, 1));
    }
    if (options.tile_items > 0 && !plan.needs_all_items()) {
        chunk.items = std::min(options.tile_items, minibatch);
    }
    // Tiles of nearly equal size.
    const Index tiles = (minibatch + chunk.items - 1) / chunk.items;
    chunk.items = (minibatch + tiles - 1) / tiles;
    return chunk;
}

}  // namespace nengine::engine
