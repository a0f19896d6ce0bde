#include <algorithm>

#include "engine/planner/emit/emit.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/reduce.hpp"
#include "kernels/rows.hpp"

namespace nengine::engine {
namespace {

class BackwardEmitter {
public:
    BackwardEmitter(EmitContext& context, const GradientNeeds& needs)
        : context_(context),
          graph_(context.graph),
          storage_(context.storage),
          needs_(needs) {
        state_.touched.assign(graph_.versions.size(), 0);
    }

    void run() {
        spread_losses();
        for (int s = static_cast<int>(graph_.stages.size()) - 1; s >= 0; --s) {
            emit_stage(s);
        }
        bind_inputs();
    }

private:
    bool wants(VersionId id) const { return needs_.gradient[id]; }
    char& touched(VersionId id) { return state_.touched[id]; }
    int loss_position() const { return static_cast<int>(graph_.stages.size()); }

    /// The memory of a version's gradient as a whole, every row of it.
    Operand whole_gradient(VersionId id) {
        const Version& v = graph_.version(id);
        const Placement& p = storage_.placement(id);
        Operand operand{.offset = p.offset, .cols = v.size};
        operand.buffer = v.in_time ? storage_.gradient_history(p.block)
                                   : storage_.gradient_row(p.block);
        operand.in_time = v.in_time ? Rows::all : Rows::fixed;
        return operand;
    }

    void zero(VersionId id, int position, std::vector<Command>& commands) {
        const Operand operand = whole_gradient(id);
        storage_.touch(operand.buffer, position);
        commands.push_back({.args = FillArgs<Planned>{operand, 0.0},
                            .label = "zero " + graph_.version(id).name});
        touched(id) = 1;
    }

    /// Each loss writes the gradient of its probe, for every step and item, to a buffer
    /// of its own, from where it is added to the gradient of what was probed. Looks,
    /// whose taps come behind those of probes, have none.
    void spread_losses() {
        Stage stage{.kind = StageKind::folded, .backward = true};
        for (std::size_t i = 0; i < context_.plan.probes.size(); ++i) {
            const VersionId id = graph_.taps[i].version;
            if (!wants(id) || !graph_.taps[i].of_loss) {
                continue;
            }
            ProbeRows& probe = context_.plan.probes[i];
            const Version& v = graph_.version(id);
            const BufferId buffer =
                storage_.add_buffer({.name = v.name + " loss gradient",
                                     .kind = BufferKind::work,
                                     .width = probe.rows.rows * probe.rows.cols,
                                     .dtype = graph_.dtype(v),
                                     .batched = true,
                                     .history = true});
            storage_.touch(buffer, loss_position());
            probe.gradient = {.buffer = buffer,
                              .in_time = Rows::history,
                              .rows = probe.rows.rows,
                              .cols = probe.rows.cols,
                              .row_stride = probe.rows.cols};
            spread(probe, id, stage.commands);
        }
        coalesce(stage.commands);
        context_.plan.backward.push_back(std::move(stage));
    }

    /// What is differentiated by inputs is there when everything has run.
    void bind_inputs() {
        const int end = storage_.position(0, true) + 1;
        for (PlanInput& input : context_.plan.inputs) {
            const VersionId id = graph_.inputs[input.input];
            if (std::ranges::count(graph_.differentiated, input.input) == 0 ||
                !wants(id)) {
                continue;
            }
            if (!touched(id)) {
                zero(id, end, context_.plan.backward.back().commands);
            }
            input.gradient = whole_gradient(id);
            input.gradient.in_time = input.rows.in_time;
            storage_.touch(input.gradient.buffer, end);
        }
    }

    /// Adds a loss's gradient to that of what was probed.
    void spread(const ProbeRows& probe, VersionId id, std::vector<Command>& commands) {
        const Version& v = graph_.version(id);
        Operand to = probe.rows;
        to.buffer = whole_gradient(id).buffer;
        const bool one_by_one = v.in_time && v.batched && !repeats(to);
        // All that there is: a carried row would stay as it is.
        const bool sets = one_by_one && !touched(id) && to.size() == v.size &&
                          !storage_.carried(storage_.placement(id).block);
        if (sets) {
            storage_.touch(to.buffer, loss_position());
            touched(id) = 1;
        } else if (!touched(id)) {
            zero(id, loss_position(), commands);
        }
        CommandArgs add = CopyArgs<Planned>{probe.gradient, to, !sets};
        if (!one_by_one) {
            add = SumProductArgs<Planned>{probe.gradient, {}, to, true};
        }
        commands.push_back(
            {.args = std::move(add), .label = "loss gradient of " + v.name});
    }

    void emit_stage(int s) {
        const GraphStage& in = graph_.stages[s];
        Stage out{.kind = in.kind, .backward = true};
        state_.row_touched.assign(graph_.versions.size(), 0);
        const bool stepped = in.kind == StageKind::stepped;
        std::vector<Command> loads;
        if (stepped) {
            load_gradients(s, out, loads);
        }
        for (auto group = in.groups.rbegin(); group != in.groups.rend(); ++group) {
            const auto runs = split_runs(graph_, storage_, *group);
            for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
                emit_run(s, *run, out);
            }
        }
        if (stepped) {
            finish_step(s, out, std::move(loads));
        }
        for (auto* commands : {&out.before, &out.commands, &out.after}) {
            coalesce(*commands);
        }
        context_.plan.backward.push_back(std::move(out));
    }

    void emit_run(int s, const std::vector<int>& run, Stage& out) {
        std::vector<int> wanted;
        for (const int n : run) {
            if (needs_.node[n]) {
                wanted.push_back(n);
            }
        }
        // A merged run shares its operands, so all members go or none.
        if (wanted.empty()) {
            return;
        }
        for (const int n : run) {
            for (const Access& access : graph_.node(n).slots) {
                if (access.role != Role::read && wants(access.version)) {
                    complete(s, access, graph_.node(n), out);
                }
            }
        }
        RunBackwardLowering lowering(context_, s, run, state_, out.commands, out.before,
                                     out.after);
        graph_.node(run.front()).op->lower_backward(lowering);
        lowering.check_contributions();
    }

    /// Before a writer's backward its gradient is complete: zero if nothing has
    /// contributed, and kept for the parameters' sake where they are deferred.
    void complete(int s, const Access& access, const Node& node, Stage& out) {
        const Version& v = graph_.version_of(access);
        const int block = storage_.placement(access.version).block;
        if (!storage_.stepped(s)) {
            if (!touched(access.version)) {
                zero(access.version, storage_.position(s, true), out.commands);
            }
            return;
        }
        if (v.kind != VersionKind::transient || v.stage != s) {
            return;
        }
        const BufferId row = storage_.gradient_row(block);
        storage_.touch(row, storage_.position(s, true));
        char& row_touched = state_.row_touched[access.version];
        if (!row_touched) {
            out.commands.push_back(
                {.args =
                     FillArgs<Planned>{
                         {.buffer = row,
                          .offset = storage_.placement(access.version).offset,
                          .cols = v.size},
                         0.0},
                 .label = "zero " + v.name});
            row_touched = 1;
        }
        const bool has_parameter = std::ranges::any_of(
            node.slots,
            [&](const Access& a) { return graph_.trainable(graph_.version_of(a)); });
        if (has_parameter) {
            const BufferId history = storage_.gradient_history(block);
            storage_.touch(history, storage_.position(s, true));
            auto stores = move_rows(storage_, graph_, RowMove::store, block,
                                    {access.version}, history, row, 0, false);
            std::ranges::move(stores, std::back_inserter(out.commands));
        }
    }

    /// At the start of each reverse step: what later stages have contributed.
    void load_gradients(int s, Stage& out, std::vector<Command>& loads) {
        for (const int b : storage_.blocks()) {
            const Version& v = storage_.sample(b);
            if (v.stage != s || !v.in_time || !storage_.block(b).gradient) {
                continue;
            }
            const BufferId row = storage_.gradient_row(b);
            storage_.touch(row, storage_.position(s, true));
            const bool carried = storage_.carried(b);
            if (carried) {
                const Operand all{.buffer = row, .cols = storage_.block(b).width};
                out.before.push_back({.args = FillArgs<Planned>{all, 0.0},
                                      .label = "zero adjoint of " + v.name});
            }
            for (const VersionId id : storage_.block(b).members) {
                if (touched(id)) {
                    const BufferId history = storage_.gradient_history(b);
                    storage_.touch(history, storage_.position(s, true));
                    auto moved = move_rows(storage_, graph_, RowMove::load, b, {id},
                                           history, row, carried ? 1 : 0, carried);
                    std::ranges::move(moved, std::back_inserter(loads));
                }
                if (carried || touched(id)) {
                    state_.row_touched[id] = 1;
                }
            }
        }
    }

    void finish_step(int s, Stage& out, std::vector<Command> loads) {
        prepend_loads(storage_, graph_, s, true, std::move(loads), out.commands);
        for (const auto& [block, mirror] : storage_.gradient_mirrors(s)) {
            for (const VersionId id : mirror.versions) {
                bool accumulate = touched(id) != 0;
                if (!accumulate && storage_.carried(block)) {
                    zero(id, storage_.position(s, true), out.before);
                    accumulate = true;
                }
                auto stores = move_rows(storage_, graph_, RowMove::store, block, {id},
                                        storage_.gradient_history(block), mirror.row, 0,
                                        accumulate);
                std::ranges::move(stores, std::back_inserter(out.commands));
                touched(id) = 1;
            }
        }
    }

    EmitContext& context_;
    const Graph& graph_;
    Storage& storage_;
    const GradientNeeds& needs_;
    GradientState state_;
};

}  // namespace

void emit_backward(EmitContext& context, const GradientNeeds& needs) {
    BackwardEmitter(context, needs).run();
}

}  // namespace nengine::engine
