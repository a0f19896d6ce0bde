#include <algorithm>

#include "engine/planner/emit/emit.hpp"
#include "kernels/base/error.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/rows.hpp"

namespace nengine::engine {

std::vector<Command> move_rows(const Storage& storage, const Graph& graph, RowMove kind,
                               int block, const std::set<VersionId>& versions,
                               BufferId history, BufferId row, Index shift,
                               bool accumulate) {
    std::vector<std::pair<Index, Index>> pieces;  // offset, size
    const Index planes = storage.block(block).planes;
    if (planes > 1) {
        pieces.emplace_back(0, storage.block(block).width);
    } else {
        for (const VersionId id : versions) {
            pieces.emplace_back(storage.placement(id).offset, graph.version(id).size);
        }
    }
    std::ranges::sort(pieces);
    std::vector<Command> commands;
    for (const auto& [offset, size] : pieces) {
        if (!commands.empty()) {
            auto& last = *args_of<MoveRowArgs>(commands.back());
            if (last.row.offset + last.row.cols == offset) {
                last.row.cols += size;
                last.history.cols += size;
                continue;
            }
        }
        const Operand fixed{.buffer = row, .offset = offset, .cols = size};
        Operand rows = fixed;
        rows.buffer = history;
        rows.in_time = Rows::all;
        commands.push_back(
            {.args = MoveRowArgs<Planned>{kind, rows, fixed, shift, accumulate},
             .label = (kind == RowMove::load ? "load " : "store ") +
                      storage.sample(block).name});
    }
    return commands;
}

void prepend_loads(Storage& storage, const Graph& graph, int stage, bool backward,
                   std::vector<Command> loads, std::vector<Command>& commands) {
    for (const auto& [block, mirror] : storage.mirrors(stage, backward)) {
        auto moved = move_rows(storage, graph, RowMove::load, block, mirror.versions,
                               storage.history(block), mirror.row,
                               storage.shift_seen(block), false);
        std::ranges::move(moved, std::back_inserter(loads));
    }
    commands.insert(commands.begin(), std::make_move_iterator(loads.begin()),
                    std::make_move_iterator(loads.end()));
}

namespace {

class ForwardEmitter {
public:
    explicit ForwardEmitter(EmitContext& context)
        : context_(context), graph_(context.graph), storage_(context.storage) {}

    void run() {
        for (const int s : graph_.stages.ids()) {
            emit_stage(s);
        }
        bind_inputs();
        bind_taps();
        bind_states();
    }

private:
    void emit_stage(int s) {
        const GraphStage& in = graph_.stages[s];
        Stage out{.kind = in.kind};
        for (const auto& group : in.groups) {
            for (const auto& run : split_runs(graph_, storage_, group)) {
                const Node& node = graph_.node(run.front());
                if (node.call >= 0 && node.reads_nothing() &&
                    in.kind == StageKind::folded) {
                    note_call(out);
                }
                RunLowering lowering(context_, s, false, run, out.commands);
                node.op->lower(lowering);
                out.has_host = out.has_host || node.properties().is_host;
            }
        }
        if (in.kind == StageKind::stepped) {
            move_step_rows(s, out);
        }
        carry(s, out);
        context_.plan.forward.push_back(std::move(out));
    }

    /// The next command is one of those that are called together.
    static void note_call(Stage& out) {
        out.first_call =
            out.n_calls == 0 ? static_cast<int>(out.commands.size()) : out.first_call;
        ++out.n_calls;
    }

    /// Loads of what the step reads from elsewhere; stores of what others see.
    void move_step_rows(int s, Stage& out) {
        prepend_loads(storage_, graph_, s, false, {}, out.commands);
        for_own_blocks(s, [&](int b) {
            const auto& block = storage_.block(b);
            if (!block.needs_history) {
                return;
            }
            const bool carried = storage_.carried(b);
            const BufferId history = storage_.history(b);
            const BufferId row = carried ? storage_.state(b) : storage_.row(b);
            storage_.touch(history, s);
            storage_.touch(row, s);
            auto stores = move_rows(storage_, graph_, RowMove::store, b,
                                    {block.members.begin(), block.members.end()},
                                    history, row, carried ? 1 : 0, false);
            std::ranges::move(stores, std::back_inserter(out.commands));
        });
    }

    template <class Fn>
    void for_own_blocks(int s, Fn&& fn) {
        for (const int b : storage_.blocks()) {
            const Version& v = storage_.sample(b);
            if (v.stage == s && v.in_time && v.kind != VersionKind::input) {
                fn(b);
            }
        }
    }

    /// Row 0 of a history is what the chunk before left; its last row is left for the
    /// next.
    void carry(int s, Stage& out) {
        const bool stepped = storage_.stepped(s);
        for_own_blocks(s, [&](int b) {
            const bool updated = storage_.sample(b).kind == VersionKind::updated;
            if (!storage_.carried(b) ||
                (stepped ? !storage_.block(b).needs_history : !updated)) {
                return;
            }
            const Operand state{.buffer = storage_.state(b),
                                .cols = storage_.block(b).width};
            Operand row = state;
            row.buffer = storage_.history(b);
            row.in_time = Rows::first;
            storage_.touch(row.buffer, s);
            storage_.touch(state.buffer, s);
            Command first{.args = CopyArgs<Planned>{state, row, false},
                          .label = "carry in"};
            if (stepped) {
                out.before.push_back(std::move(first));
                return;
            }
            out.commands.insert(out.commands.begin(), std::move(first));
            ++out.first_call;
            row.in_time = Rows::last;
            out.commands.push_back(
                {.args = CopyArgs<Planned>{row, state, false}, .label = "carry out"});
        });
    }

    void bind_inputs() {
        for (const int i : graph_.inputs.ids()) {
            const VersionId id = graph_.inputs[i];
            if (id == no_version) {
                continue;
            }
            const Version& v = graph_.version(id);
            const int b = storage_.placement(id).block;
            const BufferId buffer = v.held ? storage_.row(b) : storage_.history(b);
            context_.plan.inputs.push_back(
                {.input = i,
                 .rows = {.buffer = buffer,
                          .in_time = v.held ? Rows::fixed : Rows::history,
                          .cols = v.size},
                 .held = v.held});
        }
    }

    /// An operand without elements, and the ones that are meant.
    std::pair<Operand, ElementView> tapped(const Tap& tap) {
        const Version& v = graph_.version(tap.version);
        Operand operand;
        ElementView view = tap.view;
        if (v.kind == VersionKind::constant) {
            const auto [buffer, located] =
                context_.constants.locate({Role::read, tap.version, tap.view});
            operand.buffer = buffer;
            view = located;
        } else {
            const Placement& placement = storage_.placement(tap.version);
            view.offset += placement.offset;
            if (v.in_time) {
                operand.buffer = storage_.history(placement.block);
                operand.in_time = Rows::history;
                operand.shift =
                    storage_.carried(placement.block) && tap.after_update ? 1 : 0;
            } else {
                operand.buffer = storage_.row(placement.block);
            }
        }
        storage_.touch(operand.buffer, static_cast<int>(graph_.stages.size()));
        return {operand, view};
    }

    static void set_elements(Operand& operand, const ElementView& view,
                             const std::string& name) {
        operand.offset = view.offset;
        operand.cols = view.size();
        if (view.collapsible(operand.col_stride)) {
            return;
        }
        if (view.dims != 2) {
            throw BuildError("probe of " + name + ": got a view with shape " +
                             to_string(view.shape_list()) +
                             " and uneven strides, needs at most 2 dimensions");
        }
        operand.rows = view.shape[0];
        operand.cols = view.shape[1];
        operand.row_stride = view.strides[0];
        operand.col_stride = view.strides[1];
    }

    Operand probe_rows(const Tap& tap) {
        auto [operand, view] = tapped(tap);
        set_elements(operand, view, graph_.version(tap.version).name);
        return operand;
    }

    SeenRows seen_rows(const Tap& tap) {
        auto [operand, view] = tapped(tap);
        const auto [first, last] = view.span();
        operand.offset = first;
        operand.cols = last - first + 1;
        view.offset -= first;
        return {operand, view};
    }

    void bind_taps() {
        Plan& plan = context_.plan;
        plan.looks.resize(graph_.model->looks.size());
        for (const Tap& tap : graph_.taps) {
            if (tap.of_probe()) {
                plan.probes.push_back({.probe = tap.probe, .rows = probe_rows(tap)});
            } else {
                plan.looks[static_cast<std::size_t>(tap.look)].push_back(
                    seen_rows(tap));
            }
        }
    }

    void bind_states() {
        for (const int b : storage_.blocks()) {
            if (!storage_.has_state(b)) {
                continue;
            }
            std::vector<StatePiece> pieces;
            for (const VersionId id : storage_.block(b).members) {
                const Placement& p = storage_.placement(id);
                pieces.push_back({.signal = graph_.version(id).signal,
                                  .offset = p.offset,
                                  .planes = p.planes,
                                  .plane_stride = p.plane_stride});
            }
            context_.plan.states.emplace_back(storage_.state(b), std::move(pieces));
        }
    }

    EmitContext& context_;
    const Graph& graph_;
    Storage& storage_;
};

}  // namespace

void emit_forward(EmitContext& context) {
    ForwardEmitter(context).run();
}

}  // namespace nengine::engine
