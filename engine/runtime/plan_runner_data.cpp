#include <algorithm>
#include <limits>
#include <numeric>

#include "engine/ir/compressed_rows.hpp"
#include "engine/runtime/plan_runner.hpp"
#include "kernels/base/host_memory.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/gather.hpp"
#include "kernels/reduce.hpp"

// Data that plans keep beside the replica's: packed parameters, states in the plan's
// order.

namespace nengine::engine {
namespace {

/// One gather is cheaper than a copy for each of many small pieces, but its tables are
/// larger than the numbers themselves.
bool is_gathered(const Packed& packed, Index width) {
    constexpr Index few = 16, large = 4096;
    const auto pieces = static_cast<Index>(packed.pieces.size());
    const bool plain = std::ranges::all_of(packed.pieces, [](const PackPiece& piece) {
        return piece.view.dims <= 2 && piece.repeat == 1;
    });
    return !plain || (pieces > few && width < pieces * large);
}

std::vector<Index> iota(Index n) {
    std::vector<Index> indices(static_cast<std::size_t>(n));
    std::iota(indices.begin(), indices.end(), Index{0});
    return indices;
}

/// Refuses tables of `n` indices that would not fit: on the host, where they are made,
/// and on a device that shares its memory.
/// @param owner  gives the name of what the tables are about; for the message
template <class Owner>
void need_tables(const Device& device, Index n, Owner&& owner) {
    const Index copies = device.is_cuda() ? 1 : 2;
    need_host_memory(array_bytes({n, copies}, sizeof(Index)), [&] {
        return MemoryUse{owner(), "tables of " + std::to_string(n) + " indices",
                         "its size"};
    });
}

/// The largest signal of a state buffer, for messages.
std::string name_of_largest(const Model& model, const std::vector<StatePiece>& pieces) {
    const auto largest = std::ranges::max_element(
        pieces, {},
        [&](const StatePiece& piece) { return model.signal(piece.signal).size(); });
    return "state '" + model.signal(largest->signal).name + "'";
}

/// The parameter of which a packed buffer has the largest piece, for messages.
std::string name_of_largest(const Model& model, const ParameterLayout& layout,
                            const Packed& packed) {
    const auto largest = std::ranges::max_element(
        packed.pieces, {},
        [](const PackPiece& piece) { return piece.view.size() * piece.repeat; });
    const auto holds = [&](const auto& entry) {
        const Index at = largest->view.offset - entry.second;
        return at >= 0 && at < model.signal(entry.first).size();
    };
    const auto found = std::ranges::find_if(layout, holds);
    if (found == layout.end()) {
        return "parameters";
    }
    return "parameter '" + model.signal(found->first).known_as() + "'";
}

/// `n` elements of an array of the plan's dtype, from one of them on.
AnyBlock vector_block(DType dtype, void* data, Index first, Index n) {
    return {.dtype = dtype, .data = element_at(data, dtype, first), .cols = n};
}

/// to[j] = (or +=) the sum of from[sources[p]] over p in [offsets[j], offsets[j + 1]).
void sum_indexed(const Device& device, const AnyBlock& from, const AnyBlock& to,
                 const Index* offsets, const Index* sources, bool accumulate) {
    run_as(device, to.dtype, [&]<class Real>(const auto& exec, Real) {
        indexed_sum(exec,
                    IndexedSumArgs<Bound<Real>>{from.as<const Real>(), to.as<Real>(),
                                                offsets, sources, accumulate});
    });
}

/// The parameter buffer's elements for each element of a packed buffer.
std::vector<Index> sources_of(const Packed& packed, Index width) {
    std::vector<Index> sources(static_cast<std::size_t>(width));
    for (const PackPiece& piece : packed.pieces) {
        Index to = piece.to;
        for_each_element(piece.view, [&](Index element) {
            for (Index r = 0; r < piece.repeat; ++r) {
                sources[static_cast<std::size_t>(to++)] = element;
            }
        });
    }
    return sources;
}

}  // namespace

void PlanRunner::make_pack_calls() {
    for (const Packed& packed : plan_->packed) {
        const Index width = plan_->buffers[packed.buffer].width;
        if (is_gathered(packed, width)) {
            make_table_pack(packed, width);
            continue;
        }
        for (const PackPiece& piece : packed.pieces) {
            make_piece_pack(packed, piece);
        }
    }
}

void PlanRunner::make_piece_pack(const Packed& packed, const PackPiece& piece) {
    const ElementView& view = piece.view;
    const bool matrix = view.dims == 2;
    const AnyBlock from{.dtype = plan_->dtype,
                        .rows = matrix ? view.shape[0] : 1,
                        .cols = matrix ? view.shape[1] : view.size(),
                        .row_stride = matrix ? view.strides[0] : 0,
                        .col_stride = matrix ? view.strides[1]
                                             : (view.dims == 1 ? view.strides[0] : 1)};
    const auto parameters = [&](void* all) {
        AnyBlock block = from;
        block.data = element_at(all, block.dtype, view.offset);
        return block;
    };
    const auto in_packed = [&](BufferId buffer) {
        return without_gaps(from,
                            element_at(memory_.data(buffer), from.dtype, piece.to));
    };
    const auto keep = [&](std::vector<Call>& calls, const AnyBlock& source,
                          const AnyBlock& target, bool accumulate) {
        calls.push_back([device = device_, source, target, accumulate] {
            copy_block(device, source, target, accumulate);
        });
    };
    keep(pack_, parameters(parameters_.values()), in_packed(packed.buffer), false);
    if (packed.gradient != no_buffer) {
        keep(unpack_gradients_, in_packed(packed.gradient),
             parameters(parameters_.gradients()), true);
    }
}

void PlanRunner::make_table_pack(const Packed& packed, Index width) {
    const auto owner = [&] {
        return name_of_largest(*plan_->model, parameters_.layout(), packed);
    };
    need_tables(device_, 2 * width, owner);
    const std::vector<Index> sources = sources_of(packed, width);
    const auto keep = [&](const std::vector<Index>& table) {
        table_memory_.push_back(upload_table(device_, table));
        return table_memory_.back().as<Index>();
    };
    const auto vector = [&](void* data, Index first, Index n) {
        return vector_block(plan_->dtype, data, first, n);
    };
    pack_.push_back(
        [device = device_, from = vector(parameters_.values(), 0, parameters_.size()),
         to = vector(memory_.data(packed.buffer), 0, width),
         each = keep(iota(width + 1)),
         of = keep(sources)] { sum_indexed(device, from, to, each, of, false); });
    if (packed.gradient == no_buffer || sources.empty()) {
        return;
    }
    const auto [low, high] = std::ranges::minmax(sources);
    const Index count = high - low + 1;
    need_tables(device_, width + 2 * count, owner);
    // For each parameter the elements of the packed buffer that it is the source of.
    const CompressedRows transposed = compressed_rows(sources, count, low);
    unpack_gradients_.push_back(
        [device = device_, from = vector(memory_.data(packed.gradient), 0, width),
         to = vector(parameters_.gradients(), low, count),
         offsets = keep(transposed.offsets), order = keep(transposed.order)] {
            sum_indexed(device, from, to, offsets, order, true);
        });
}

void PlanRunner::refresh_parameters() {
    // A recording is for parameters that have changed.
    if (packed_version_ == parameters_.version() && !device_.is_recording()) {
        return;
    }
    for (const Call& call : pack_) {
        call();
    }
    if (!device_.is_recording()) {  // what is recorded has not run, and may never
        packed_version_ = parameters_.version();
    }
}

void PlanRunner::begin_minibatch() {
    parameters_.begin_minibatch();
    zero_packed_gradients();
}

void PlanRunner::zero_packed_gradients() {
    for (const Packed& packed : plan_->packed) {
        if (packed.gradient != no_buffer) {
            const BufferSpec& spec = plan_->buffers[packed.gradient];
            device_.zero(memory_.data(packed.gradient),
                         static_cast<std::size_t>(spec.width) * itemsize(spec.dtype));
        }
    }
}

void PlanRunner::collect_gradients() {
    for (const Call& call : unpack_gradients_) {
        call();
    }
}

void PlanRunner::make_state_tables(const StateStore& layout) {
    for (const auto& [buffer, state_pieces] : plan_->states) {
        const auto& pieces = state_pieces;  // clang 16 with OpenMP captures no binding
        const Index width = plan_->buffers[buffer].width;
        need_tables(device_, 3 * width,
                    [&] { return name_of_largest(*plan_->model, pieces); });
        std::vector<Index> store(static_cast<std::size_t>(width), -1);
        for (const StatePiece& piece : pieces) {
            const Index size = plan_->model->signal(piece.signal).size() / piece.planes;
            for (Index i = 0; i < size * piece.planes; ++i) {
                const Index at =
                    piece.offset + i / size * piece.plane_stride + i % size;
                store[static_cast<std::size_t>(at)] = layout.offset(piece.signal) + i;
            }
        }
        // Back in the store's order, run by run: other buffers' signals may lie
        // between.
        std::vector<Index> plan = iota(width);
        std::ranges::sort(plan, {},
                          [&](Index i) { return store[static_cast<std::size_t>(i)]; });
        std::vector<StateRun> runs;
        for (Index i = 0; i < width; ++i) {
            const Index at =
                store[static_cast<std::size_t>(plan[static_cast<std::size_t>(i)])];
            if (runs.empty() || at != runs.back().first + runs.back().size) {
                runs.push_back({.first = at, .size = 0, .sorted = i});
            }
            ++runs.back().size;
        }
        state_tables_.push_back({.buffer = buffer,
                                 .width = width,
                                 .iota = upload_table(device_, iota(width + 1)),
                                 .from_store = upload_table(device_, store),
                                 .to_store = upload_table(device_, plan),
                                 .runs = std::move(runs)});
    }
}

/// All rows of a state buffer.
AnyBlock PlanRunner::state_rows(const StateTable& table, Index items) const {
    return {.dtype = plan_->dtype,
            .data = memory_.data(table.buffer),
            .batch = items,
            .cols = table.width,
            .batch_stride = table.width};
}

void PlanRunner::load_state(const StateStore& store) {
    for (const StateTable& table : state_tables_) {
        sum_indexed(device_, store.rows(), state_rows(table, store.minibatch()),
                    table.iota.as<Index>(), table.from_store.as<Index>(), false);
    }
}

void PlanRunner::save_state(StateStore& store) const {
    for (const StateTable& table : state_tables_) {
        // Signals of other buffers may lie between: only what this buffer holds is
        // written.
        for (const StateRun& run : table.runs) {
            save_run(table, run, store);
        }
    }
}

void PlanRunner::save_learned(StateStore& store) const {
    for (const SignalId signal : store.learned()) {
        const Index first = store.offset(signal);
        const Index last = first + plan_->model->signal(signal).size();
        for (const StateTable& table : state_tables_) {
            for (const StateRun& run : table.runs) {
                const Index from = std::max(first, run.first);
                const Index to = std::min(last, run.first + run.size);
                if (from < to) {
                    save_run(table, {from, to - from, run.sorted + from - run.first},
                             store);
                }
            }
        }
    }
}

void PlanRunner::save_run(const StateTable& table, const StateRun& run,
                          StateStore& store) const {
    sum_indexed(device_, state_rows(table, store.minibatch()),
                store.rows(run.first, run.size), table.iota.as<Index>(),
                table.to_store.as<Index>() + run.sorted, false);
}

}  // namespace nengine::engine
