#pragma once

#include "engine/planner/emit/run_lowering.hpp"
#include "kernels/rows.hpp"

namespace nengine::engine {

/// Commands of the forward pass, stage by stage.
void emit_forward(EmitContext& context);

/// Commands of the backward pass, in order of execution: first what spreads the losses'
/// gradients, then the stages in reverse.
void emit_backward(EmitContext& context, const GradientNeeds& needs);

/// Rows between a history and the fixed rows of a stepped stage, adjacent versions in
/// one command.
std::vector<Command> move_rows(const Storage& storage, const Graph& graph, RowMove kind,
                               int block, const std::set<VersionId>& versions,
                               BufferId history, BufferId row, Index shift,
                               bool accumulate);

/// Puts `loads` before a stepped stage's commands, and with them the loads of all rows
/// that mirror the history of another stage.
void prepend_loads(Storage& storage, const Graph& graph, int stage, bool backward,
                   std::vector<Command> loads, std::vector<Command>& commands);

/// Makes one command of neighbouring ones that zero, load or store adjacent elements.
void coalesce(std::vector<Command>& commands);

}  // namespace nengine::engine
