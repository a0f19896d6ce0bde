#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/distributions.hpp"
#include "nengine/expression.hpp"
#include "nengine/none.hpp"
#include "nengine/parameter_function.hpp"
#include "nengine/random.hpp"
#include "nengine/seed.hpp"
#include "nengine/view.hpp"

// Nodes that compute with symbolic tensors: docs/symbolic-nodes.md.

namespace nengine {

namespace detail {
struct Trace;
struct TracedState;
struct TracedStatistic;
}  // namespace detail
class Simulator;

/// Numbers that training changes, and that are saved and loaded as "node.name".
struct ParameterOptions {
    std::string name = {};
    Shape shape = {};
    /// A distribution (nengine/initializers.hpp; fans are Keras's), one number for all,
    /// or the values themselves.
    DistributionOrArray initializer = Glorot{};
    bool trainable = true;
    Regularizer regularizer = None;  ///< what it adds to the total loss
    Constraint constraint = None;    ///< what it becomes after each update
};

/// What a node carries from step to step, for each item by itself.
struct StateOptions {
    std::string name = {};
    Shape shape = {};
    /// At the start: one number for all, or the values themselves.
    Array initial = 0.0;
};

/// A node's state, as an expression: what it is in this step.
class NENGINE_API State : public Expression {
public:
    /// None yet: 0.
    State() : Expression(0.0) {}
    explicit State(std::shared_ptr<detail::TracedState> state);

    /// What it is in the next step.
    /// @throws ValidationError  said twice, or of a state that no node has made
    /// @throws ShapeError       another shape
    void next(const Expression& value);

private:
    std::shared_ptr<detail::TracedState> state_;
};

/// What a node knows of the data that it is trained with: a moving average, saved and
/// loaded as a parameter, "node.name". Not trained.
struct StatisticOptions {
    std::string name = {};
    Shape shape = {};
    /// At the start: one number for all, or the values themselves.
    Array initial = 0.0;
    /// What of the average before stays in a step; in [0, 1].
    double momentum = 0.99;
};

/// A node's statistic, as an expression: its value now; while training, the one before
/// the minibatch. All items have the same.
class NENGINE_API Statistic : public Expression {
public:
    /// None yet: 0.
    Statistic() : Expression(0.0) {}
    explicit Statistic(std::shared_ptr<detail::TracedStatistic> statistic);

    /// What it follows: in each step of a minibatch of fit
    ///
    ///     statistic = statistic * momentum + value * (1 - momentum)
    ///
    /// of which the next minibatch sees the result, if this one was finite. Nothing but
    /// fit changes it, and nobody's gradient goes through it.
    /// @throws ValidationError  said twice, or of a statistic that no node has made;
    /// and
    ///     as the function has been traced, a value that differs from item to item
    /// @throws ShapeError       another shape
    void follow(const Expression& value);

private:
    std::shared_ptr<detail::TracedStatistic> statistic_;
};

/// Before a node's function is traced: what it has of its own.
class NENGINE_API NodeBuild {
public:
    explicit NodeBuild(detail::Trace& trace) : trace_(trace) {}

    /// The node's input, and its shape; without one the shape is empty.
    Expression x() const;
    const Shape& shape_in() const;
    /// Seconds per step; 0.001 while a network finds out the node's output shape.
    double dt() const;
    /// @throws ValidationError  no name, or one that the node has already
    Expression parameter(ParameterOptions options);
    State state(StateOptions options);
    /// @throws ValidationError  as parameter, or a momentum outside of [0, 1]
    /// @throws ShapeError       an initial value of another shape
    Statistic statistic(StatisticOptions options);

private:
    detail::Trace& trace_;
};

/// A node in a simulator that is ready to run.
class NENGINE_API NodeReady {
public:
    /// @param names  the simulator's names of the node's parameters, by its own
    NodeReady(Simulator& simulator, std::string where,
              std::map<std::string, std::string> names, Seed seed);

    /// A parameter by the name that the node gave it.
    /// @throws ValidationError  it has none of this name
    Array get(const std::string& name) const;
    /// @throws ShapeError, ValidationError  as Simulator::set_parameter
    void set(const std::string& name, const Array& values);
    /// Sets all of the node's parameters to those of an npz file, under their names
    /// within the node or, as save_params writes them, with the node's before it.
    /// @throws FileError, ValidationError
    void load(const std::filesystem::path& path);
    /// Random numbers of the node's own, by its seed.
    RandomStream rng() const;

private:
    const std::string& full_name(const std::string& name, const char* call) const;

    Simulator& simulator_;
    std::string where_;
    std::map<std::string, std::string> names_;
    Seed seed_;
};

namespace detail {

template <class F>
concept TakesBoth = std::is_invocable_r_v<Expression, F&, Expression, Expression>;
template <class F>
concept TakesOne = std::is_invocable_r_v<Expression, F&, Expression>;

/// A user's function or object behind one interface.
class TracedFunction {
public:
    virtual ~TracedFunction() = default;
    virtual std::unique_ptr<TracedFunction> clone() const = 0;
    virtual void build(NodeBuild& node) = 0;
    virtual Expression call(const Expression& t, const Expression& x) = 0;
    virtual void ready(NodeReady& node) = 0;
};

}  // namespace detail

/// A function of symbolic tensors, or an object with one:
///
///     Expression operator()(Expression t, Expression x)   // or of one of them
///     void build(NodeBuild& node)    // if there: before, makes parameters and states
///     void ready(NodeReady& node)    // if there: when the simulator can run
///
/// The function is traced, once per simulator: it runs while a simulator is made, and
/// what it returns says what is computed in each step. The object is copied for each
/// simulator.
class NENGINE_API TensorFunction {
public:
    template <class F>
    requires(detail::TakesBoth<std::remove_cvref_t<F>> ||
             detail::TakesOne<std::remove_cvref_t<F>>) TensorFunction(F&& function)
        : n_arguments_(detail::TakesBoth<std::remove_cvref_t<F>> ? 2 : 1),
          kind_name_(kind_name_of<std::remove_cvref_t<F>>()),
          function_(std::make_shared<Held<std::remove_cvref_t<F>>>(
              std::forward<F>(function))) {}

    int n_arguments() const { return n_arguments_; }
    /// What nodes without a label are called, with a number: F::kind_name.
    const std::string& kind_name() const { return kind_name_; }
    /// A copy of the user's object.
    std::unique_ptr<detail::TracedFunction> copy() const { return function_->clone(); }

private:
    template <class F>
    class Held final : public detail::TracedFunction {
    public:
        explicit Held(F function) : function_(std::move(function)) {}
        std::unique_ptr<TracedFunction> clone() const override {
            return std::make_unique<Held>(function_);
        }
        void build(NodeBuild& node) override {
            if constexpr (requires { function_.build(node); }) {
                function_.build(node);
            }
        }
        Expression call(const Expression& t, const Expression& x) override {
            if constexpr (detail::TakesBoth<F>) {
                return function_(t, x);
            } else {
                return function_(x);
            }
        }
        void ready(NodeReady& node) override {
            if constexpr (requires { function_.ready(node); }) {
                function_.ready(node);
            }
        }

    private:
        F function_;
    };

    template <class F>
    static std::string kind_name_of() {
        if constexpr (requires { F::kind_name; }) {
            return F::kind_name;
        } else {
            return "tensor_node";
        }
    }

    int n_arguments_;
    std::string kind_name_;
    std::shared_ptr<const detail::TracedFunction> function_;
};

struct TensorNodeOptions {
    std::string label = {};
    /// Of the input; empty: there is none.
    Shape shape_in = {};
    /// Unless given, the function is traced once when the node is made to find out.
    std::optional<Shape> shape_out = std::nullopt;
    /// Whether a function of one argument gets the time where there is no input.
    bool pass_time = true;
    std::optional<Seed> seed = std::nullopt;
    /// Whether its parameters are, as far as they say so themselves.
    OrDefault<bool> trainable = {};
};

/// A node that computes with symbolic tensors. Connections and probes see its input and
/// output as vectors, row by row. A handle.
class NENGINE_API TensorNode {
public:
    /// Refers to nothing until one is assigned, as an empty Ensemble does.
    TensorNode();
    explicit TensorNode(std::shared_ptr<detail::NodeData> data);
    TensorNode(const TensorNode&) = default;
    TensorNode& operator=(const TensorNode& other) noexcept;
    /// Whether it refers to a node.
    explicit operator bool() const;

    const Shape& shape_in() const;
    const Shape& shape_out() const;
    std::int64_t size_in() const;
    std::int64_t size_out() const;
    /// Some of the outputs, or of the inputs.
    ObjectView operator[](Key key) const;
    bool operator==(const TensorNode& other) const { return data_ == other.data_; }

private:
    friend class ObjectView;
    std::shared_ptr<detail::NodeData> data_;

public:
    std::string& label;
    std::optional<Seed>& seed;
    std::optional<bool>& trainable;
};

}  // namespace nengine
