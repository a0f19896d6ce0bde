#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/trace/term.hpp"
#include "nengine/tensor_node.hpp"

namespace nengine::detail {

struct TracedParameter {
    ParameterOptions options;
    engine::TermPtr term;
};

struct TracedState {
    StateOptions options;
    engine::TermPtr term;
    engine::TermPtr next;  ///< null until it is said
};

struct TracedStatistic {
    StatisticOptions options;
    engine::TermPtr term;
    engine::TermPtr followed;  ///< null until it is said
};

/// What the host is to look at.
struct TracedLook {
    std::string text;
    engine::TermPtr x;
    engine::TermPtr condition;  ///< of a check; null: it is printed
};

/// What a function of symbolic tensors is: its arguments and what it has of its own, as
/// inputs of the terms that it computes.
struct Trace {
    Shape shape_in;
    double dt = 0.001;
    engine::TermPtr t, x;
    engine::TermPtr result;
    std::vector<TracedParameter> parameters;
    std::vector<std::shared_ptr<TracedState>> states;
    std::vector<std::shared_ptr<TracedStatistic>> statistics;
    std::vector<TracedLook> looks;

    /// Whether items may differ in a term: it depends on the input or a state.
    bool differs_by_item(const engine::TermPtr& term) const;
};

/// @throws ValidationError  the value of a loss or the like depends on what functions
///     of nodes alone have, batch_mean or is_training
void need_one_item(const Expression& value);

/// How a node's function is called.
struct Arguments {
    int count;  ///< 2: (t, x); 1: one of them
    Shape shape_in;
    bool pass_time;
};
/// @throws ValidationError  what the function takes is not there
void check_arguments(const Arguments& arguments);

/// Calls the object's hook and its function.
/// @throws ValidationError, ShapeError  what the user's function does wrong
Trace trace(TracedFunction& function, const Arguments& arguments, double dt);

}  // namespace nengine::detail
