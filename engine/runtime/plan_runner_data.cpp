#include <algorithm>
#include <limits>
#include <numeric>

#include "engine/ir/compressed_rows.hpp"
#include "engine/runtime/plan_runner.hpp"
#include "kernels/base/host_memory.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/gather.hpp"
#include "kernels/reduce.hpp"

// Data that plans keep beside the session's: packed parameters, states in the plan's
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
    const Signal& signal = model.signal(found->first);
    return "parameter '" + (signal.parameter.empty() ? signal.name : signal.parameter) +
           "'";
}

template <class Real>
Block<Real> vector_block(Real* data, Index n) {
    return {.data = data, .cols = n};
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

template <class Real>
void PlanRunner<Real>::make_pack_calls() {
    for (const Packed& packed : plan_->packed) {
        const Index width =
            plan_->buffers[static_cast<std::size_t>(packed.buffer)].width;
        if (is_gathered(packed, width)) {
            make_table_pack(packed, width);
            continue;
        }
        for (const PackPiece& piece : packed.pieces) {
            make_piece_pack(packed, piece);
        }
    }
}

template <class Real>
void PlanRunner<Real>::make_piece_pack(const Packed& packed, const PackPiece& piece) {
    const ElementView& view = piece.view;
    const bool matrix = view.dims == 2;
    Block<Real> source{.data = parameters_.values() + view.offset,
                       .rows = matrix ? view.shape[0] : 1,
                       .cols = matrix ? view.shape[1] : view.size(),
                       .row_stride = matrix ? view.strides[0] : 0,
                       .col_stride = matrix ? view.strides[1]
                                            : (view.dims == 1 ? view.strides[0] : 1)};
    Block<Real> target = source;
    target.data = static_cast<Real*>(memory_.data(packed.buffer)) + piece.to;
    target.row_stride = source.cols;
    target.col_stride = 1;
    pack_.push_back([device = device_, source, target] {
        device.run([&](const auto& exec) {
            copy(exec, CopyArgs<Bound<Real>>{source, target, false});
        });
    });
    if (packed.gradient == no_buffer) {
        return;
    }
    source.data = parameters_.gradients() + view.offset;
    target.data = static_cast<Real*>(memory_.data(packed.gradient)) + piece.to;
    unpack_gradients_.push_back([device = device_, source, target] {
        device.run([&](const auto& exec) {
            copy(exec, CopyArgs<Bound<Real>>{target, source, true});
        });
    });
}

template <class Real>
void PlanRunner<Real>::make_table_pack(const Packed& packed, Index width) {
    const auto owner = [&] {
        return name_of_largest(*plan_->model, parameters_.layout(), packed);
    };
    need_tables(device_, 2 * width, owner);
    const std::vector<Index> sources = sources_of(packed, width);
    const auto keep = [&](const std::vector<Index>& table) {
        table_memory_.push_back(upload_table(device_, table));
        return table_memory_.back().template as<Index>();
    };
    IndexedSumArgs<Bound<Real>> args{
        .src = vector_block<Real>(parameters_.values(), parameters_.size()),
        .dst = vector_block(static_cast<Real*>(memory_.data(packed.buffer)), width),
        .offsets = keep(iota(width + 1)),
        .sources = keep(sources),
        .accumulate = false};
    pack_.push_back([device = device_, args] {
        device.run([&](const auto& exec) { indexed_sum(exec, args); });
    });
    if (packed.gradient == no_buffer || sources.empty()) {
        return;
    }
    const auto [low, high] = std::ranges::minmax(sources);
    need_tables(device_, width + 2 * (high - low + 1), owner);
    // For each parameter the elements of the packed buffer that it is the source of.
    const CompressedRows transposed = compressed_rows(sources, high - low + 1, low);
    IndexedSumArgs<Bound<Real>> gradient{
        .src = vector_block(static_cast<Real*>(memory_.data(packed.gradient)), width),
        .dst = vector_block(parameters_.gradients() + low, high - low + 1),
        .offsets = keep(transposed.offsets),
        .sources = keep(transposed.order),
        .accumulate = true};
    unpack_gradients_.push_back([device = device_, gradient] {
        device.run([&](const auto& exec) { indexed_sum(exec, gradient); });
    });
}

template <class Real>
void PlanRunner<Real>::refresh_parameters() {
    if (packed_version_ == parameters_.version()) {
        return;
    }
    for (const Call& call : pack_) {
        call();
    }
    packed_version_ = parameters_.version();
}

template <class Real>
void PlanRunner<Real>::zero_gradients() {
    device_.zero(parameters_.gradients(),
                 static_cast<std::size_t>(parameters_.size()) * sizeof(Real));
    for (const Packed& packed : plan_->packed) {
        if (packed.gradient != no_buffer) {
            const auto& spec =
                plan_->buffers[static_cast<std::size_t>(packed.gradient)];
            device_.zero(memory_.data(packed.gradient),
                         static_cast<std::size_t>(spec.width) * sizeof(Real));
        }
    }
}

template <class Real>
void PlanRunner<Real>::collect_gradients() {
    for (const Call& call : unpack_gradients_) {
        call();
    }
}

template <class Real>
void PlanRunner<Real>::make_state_tables(const StateStore<Real>& layout) {
    for (const auto& [buffer, state_pieces] : plan_->states) {
        const auto& pieces = state_pieces;  // clang 16 with OpenMP captures no binding
        const Index width = plan_->buffers[static_cast<std::size_t>(buffer)].width;
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

template <class Real>
void PlanRunner<Real>::load_state(const StateStore<Real>& store) {
    for (const StateTable& table : state_tables_) {
        const IndexedSumArgs<Bound<Real>> args{
            .src = {.data = store.data(),
                    .batch = store.minibatch(),
                    .cols = store.width(),
                    .batch_stride = store.width()},
            .dst = {.data = static_cast<Real*>(memory_.data(table.buffer)),
                    .batch = store.minibatch(),
                    .cols = table.width,
                    .batch_stride = table.width},
            .offsets = table.iota.template as<Index>(),
            .sources = table.from_store.template as<Index>(),
            .accumulate = false};
        device_.run([&](const auto& exec) { indexed_sum(exec, args); });
    }
}

template <class Real>
void PlanRunner<Real>::save_state(StateStore<Real>& store) const {
    for (const StateTable& table : state_tables_) {
        // Signals of other buffers may lie between: only what this buffer holds is
        // written.
        for (const StateRun& run : table.runs) {
            save_run(table, run, store);
        }
    }
}

template <class Real>
void PlanRunner<Real>::save_learned(StateStore<Real>& store) const {
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

template <class Real>
void PlanRunner<Real>::save_run(const StateTable& table, const StateRun& run,
                                StateStore<Real>& store) const {
    const IndexedSumArgs<Bound<Real>> args{
        .src = {.data = static_cast<Real*>(memory_.data(table.buffer)),
                .batch = store.minibatch(),
                .cols = table.width,
                .batch_stride = table.width},
        .dst = {.data = store.data() + run.first,
                .batch = store.minibatch(),
                .cols = run.size,
                .batch_stride = store.width()},
        .offsets = table.iota.template as<Index>(),
        .sources = table.to_store.template as<Index>() + run.sorted,
        .accumulate = false};
    device_.run([&](const auto& exec) { indexed_sum(exec, args); });
}

template class PlanRunner<float>;
template class PlanRunner<double>;

}  // namespace nengine::engine
