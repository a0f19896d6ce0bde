#include "api/expressions/trace.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "kernels/base/error.hpp"

namespace nengine {

using detail::Trace;
using detail::TracedState;
using detail::TracedStatistic;

namespace {

/// The function that is being called on this thread.
thread_local Trace* current = nullptr;

/// Makes it the current one, and again what was.
class Tracing {
public:
    explicit Tracing(Trace& trace) : before_(std::exchange(current, &trace)) {}
    Tracing(const Tracing&) = delete;
    Tracing& operator=(const Tracing&) = delete;
    ~Tracing() { current = before_; }

private:
    Trace* before_;
};

void add_look(detail::TracedLook look, const char* where) {
    if (current == nullptr) {
        throw ValidationError(std::string(where) +
                              ": got a call outside of a node's function, needs one in "
                              "it");
    }
    current->looks.push_back(std::move(look));
}

/// What the node has of its own has a name, and no two the same.
void need_new_name(const Trace& trace, const std::string& name, const char* what) {
    if (name.empty()) {
        throw ValidationError(std::string(what) + ": got no name, needs one");
    }
    const auto is_taken = [&](const auto& of) { return of == name; };
    const auto name_behind = [](const auto& of) { return of->options.name; };
    const bool taken =
        std::ranges::any_of(trace.parameters, is_taken,
                            [](const auto& of) { return of.options.name; }) ||
        std::ranges::any_of(trace.states, is_taken, name_behind) ||
        std::ranges::any_of(trace.statistics, is_taken, name_behind);
    if (taken) {
        throw ValidationError(std::string(what) + ": got '" + name +
                              "' twice, needs names that differ");
    }
}

void need_initial_shape(const Array& initial, const Shape& shape,
                        const std::string& where) {
    if (initial.rank() != 0 && initial.shape != shape) {
        throw ShapeError(where + ": initial",
                         "shape " + engine::to_string(initial.shape),
                         engine::to_string(shape));
    }
}

}  // namespace

Expression print(const std::string& text, const Expression& x) {
    add_look({text, x.term(), nullptr}, "print");
    return x;
}

Expression check(const Expression& x, const Expression& condition,
                 const std::string& message) {
    add_look({message, x.term(), condition.term()}, "check");
    return x;
}

State::State(std::shared_ptr<TracedState> state)
    : Expression(state->term), state_(std::move(state)) {}

void State::next(const Expression& value) {
    if (state_ == nullptr) {
        throw ValidationError(
            "State::next: got a state of no node, needs one of NodeBuild::state");
    }
    const std::string where = "state '" + state_->options.name + "'";
    if (state_->next != nullptr) {
        throw ValidationError(where + ": got a second next value, needs one");
    }
    if (value.shape() != shape()) {
        throw ShapeError(where,
                         "a next value of shape " + engine::to_string(value.shape()),
                         engine::to_string(shape()));
    }
    state_->next = value.term();
}

Expression NodeBuild::x() const {
    return Expression(trace_.x);
}
const Shape& NodeBuild::shape_in() const {
    return trace_.shape_in;
}
double NodeBuild::dt() const {
    return trace_.dt;
}

Expression NodeBuild::parameter(ParameterOptions options) {
    need_new_name(trace_, options.name, "parameter");
    auto term = engine::input_term(options.name, options.shape);
    trace_.parameters.push_back({std::move(options), term});
    return Expression(std::move(term));
}

State NodeBuild::state(StateOptions options) {
    need_new_name(trace_, options.name, "state");
    need_initial_shape(options.initial, options.shape, "state '" + options.name + "'");
    auto term = engine::input_term(options.name, options.shape);
    trace_.states.push_back(std::make_shared<TracedState>(
        TracedState{std::move(options), std::move(term), nullptr}));
    return State(trace_.states.back());
}

Statistic::Statistic(std::shared_ptr<TracedStatistic> statistic)
    : Expression(statistic->term), statistic_(std::move(statistic)) {}

void Statistic::follow(const Expression& value) {
    if (statistic_ == nullptr) {
        throw ValidationError(
            "Statistic::follow: got a statistic of no node, needs one of "
            "NodeBuild::statistic");
    }
    const std::string where = "statistic '" + statistic_->options.name + "'";
    if (statistic_->followed != nullptr) {
        throw ValidationError(where + ": got a second value to follow, needs one");
    }
    if (value.shape() != shape()) {
        throw ShapeError(where, "a value of shape " + engine::to_string(value.shape()),
                         engine::to_string(shape()));
    }
    statistic_->followed = value.term();
}

Statistic NodeBuild::statistic(StatisticOptions options) {
    need_new_name(trace_, options.name, "statistic");
    const std::string where = "statistic '" + options.name + "'";
    need_initial_shape(options.initial, options.shape, where);
    if (!(options.momentum >= 0 && options.momentum <= 1)) {
        throw ValidationError(where + ": got a momentum of " +
                              std::to_string(options.momentum) +
                              ", needs one in [0, 1]");
    }
    auto term = engine::input_term(options.name, options.shape);
    trace_.statistics.push_back(std::make_shared<TracedStatistic>(
        TracedStatistic{std::move(options), std::move(term), nullptr}));
    return Statistic(trace_.statistics.back());
}

namespace detail {

namespace {

/// States have a next value, statistics something to follow.
void need_courses(const Trace& trace) {
    for (const auto& state : trace.states) {
        if (state->next == nullptr) {
            throw ValidationError("state '" + state->options.name +
                                  "': got no next value, needs one");
        }
    }
    for (const auto& statistic : trace.statistics) {
        const std::string where = "statistic '" + statistic->options.name + "'";
        if (statistic->followed == nullptr) {
            throw ValidationError(where + ": got nothing to follow, needs a value");
        }
        if (trace.differs_by_item(statistic->followed)) {
            throw ValidationError(where +
                                  ": got a value that differs from item to item, "
                                  "needs one for all, as batch_mean gives");
        }
    }
}

}  // namespace

bool Trace::differs_by_item(const engine::TermPtr& term) const {
    std::unordered_set<const engine::Term*> seen;
    std::vector<const engine::Term*> open = {term.get()};
    while (!open.empty()) {
        const engine::Term* last = open.back();
        open.pop_back();
        const bool is_state = std::ranges::any_of(
            states, [&](const auto& state) { return state->term.get() == last; });
        if (last == x.get() || is_state) {
            return true;
        }
        if (std::holds_alternative<engine::Term::Moment>(last->kind)) {
            continue;  // the same for all items
        }
        for (const engine::TermPtr& operand : last->operands) {
            if (seen.insert(operand.get()).second) {
                open.push_back(operand.get());
            }
        }
    }
    return false;
}

void need_one_item(const Expression& value) {
    if (const char* const found = engine::more_than_an_item(value.term())) {
        throw ValidationError(std::string("got ") + found +
                              ", which functions of nodes and layers have, needs a "
                              "function of one item alone");
    }
}

void check_arguments(const Arguments& arguments) {
    const bool has_input = !arguments.shape_in.empty();
    if (arguments.count == 2 && !has_input) {
        throw ValidationError(
            "got a function of (t, x) and no shape_in, needs a function of t alone or "
            "a shape_in");
    }
    if (arguments.count == 2 && !arguments.pass_time) {
        throw ValidationError(
            "got a function of (t, x) and pass_time = false, needs a function of x "
            "alone");
    }
    if (!has_input && !arguments.pass_time) {
        throw ValidationError("got neither, needs either shape_in or pass_time");
    }
}

Trace trace(TracedFunction& function, const Arguments& arguments, double dt) {
    check_arguments(arguments);
    Trace result;
    result.shape_in = arguments.shape_in;
    result.dt = dt;
    result.t = engine::input_term("t", {});
    result.x = engine::input_term("x", arguments.shape_in);
    const Tracing tracing(result);
    NodeBuild build(result);
    function.build(build);
    const Expression t(result.t), x(result.x);
    // A function of one argument gets the input, if there is one.
    const bool of_time = arguments.count == 1 && arguments.shape_in.empty();
    result.result = function.call(t, of_time ? t : x).term();
    need_courses(result);
    return result;
}

}  // namespace detail
}  // namespace nengine
