#include <algorithm>

#include "engine/planner/emit.hpp"
#include "engine/planner/merge.hpp"
#include "engine/planner/plan.hpp"

namespace nengine {
namespace {

Graph optimised_graph(const PlanRequest& request) {
    const PlannerOptions& options = request.options;
    Graph graph =
        normalise(request.model, request.fed, request.probes, request.training);
    if (options.simplify) {
        graph = simplify(std::move(graph));
    }
    if (options.fuse) {
        graph = fuse(std::move(graph));
        // What is left of a current may now be a plain copy.
        graph = options.simplify ? simplify(std::move(graph)) : std::move(graph);
    }
    graph = fold(std::move(graph), options.fold);
    return merge(std::move(graph), options.merge, options.tree_depth);
}

/// Bytes of histories per chunk that stay in a core's share of cache on the host, and
/// that leave room for data and weights on a device.
constexpr std::size_t cpu_chunk_bytes = std::size_t{24} << 20;
constexpr std::size_t cuda_chunk_bytes = std::size_t{4} << 30;
constexpr Index most_steps = 1024;
constexpr Index fewest_steps = 32;

}  // namespace

Plan make_plan(const PlanRequest& request) {
    Graph graph = optimised_graph(request);
    const GradientNeeds needs = find_gradient_needs(graph);
    const Layout layout = lay_out(graph, needs, request.options.layout);
    Plan plan;
    plan.model = request.model;
    plan.training = request.training;
    plan.single_step = graph.single_step;
    plan.whole_batch = graph.whole_batch;
    Storage storage(graph, layout, needs, plan);
    Index total = 0;
    const ParameterLayout parameters = lay_out_parameters(*request.model, &total);
    Constants constants(graph, parameters, storage, plan);
    EmitContext context{graph, storage, constants, plan, find_uses(graph), {}, {}};
    emit_forward(context);
    if (request.training) {
        emit_backward(context, needs);
    }
    return plan;
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

ChunkSize choose_chunk(const Plan& plan, const PlannerOptions& options, Index n_steps,
                       Index minibatch, std::size_t real_bytes, bool cuda) {
    const double budget = static_cast<double>(
        options.chunk_bytes > 0 ? options.chunk_bytes
                                : (cuda ? cuda_chunk_bytes : cpu_chunk_bytes));
    const double per_step = plan.history_elements() * static_cast<double>(real_bytes);
    const double per_item = plan.row_elements() * static_cast<double>(real_bytes);
    ChunkSize chunk{std::max<Index>(n_steps, 1), minibatch};
    if (plan.single_step && !plan.training) {
        chunk.steps = 1;
    } else if (!plan.training) {
        // Enough steps to fold over, then as many items as fit, then more steps if they
        // still do.
        const Index steps = std::min(chunk.steps, fewest_steps);
        const double item = per_step * static_cast<double>(steps) + per_item;
        if (!plan.whole_batch && item > 0) {
            chunk.items =
                std::clamp<Index>(static_cast<Index>(budget / item), 1, minibatch);
        }
        const double row = per_step * static_cast<double>(chunk.items);
        const Index fitting = row > 0 ? static_cast<Index>(budget / row) : most_steps;
        chunk.steps = std::clamp<Index>(fitting, 1, std::min(chunk.steps, most_steps));
    }
    if (plan.training && !plan.whole_batch) {
        const double item = per_step * static_cast<double>(chunk.steps) + per_item;
        chunk.items = std::clamp<Index>(
            static_cast<Index>(budget / std::max(item, 1.0)), 1, minibatch);
    }
    if (options.chunk_steps > 0 && !plan.training && !plan.single_step) {
        chunk.steps = std::min(options.chunk_steps, std::max<Index>(n_steps, 1));
    }
    if (options.tile_items > 0 && !plan.whole_batch) {
        chunk.items = std::min(options.tile_items, minibatch);
    }
    // Tiles of nearly equal size.
    const Index tiles = (minibatch + chunk.items - 1) / chunk.items;
    chunk.items = (minibatch + tiles - 1) / tiles;
    return chunk;
}

}  // namespace nengine
