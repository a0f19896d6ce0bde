#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/ir/operator.hpp"
#include "engine/ir/signal.hpp"

namespace nengine::engine {

/// A node output that a call may feed from outside. When it is not fed, `producer`
/// computes it, or the signal keeps its initial value if there is none.
struct Input {
    std::string name;
    SignalId signal = no_signal;
    int producer = -1;  ///< index into Model::operators, or -1
};

/// A signal whose rows are recorded. A row is what the signal holds after all operators
/// of the step.
struct ProbePoint {
    std::string name;
    SignalId signal = no_signal;
    /// In steps, at least 1; Sampling says which steps that samples.
    double period = 1;
    bool keep_history = true;  ///< false: only the last sampled step
};

/// What the host looks at in each step: in every plan, running and training, whatever
/// else is observed, without a part in gradients. Looks do not cost folding: they are
/// called as a chunk of steps ends, step after step, those of a step in the order of
/// Model::looks.
struct Look {
    std::string name;
    std::vector<SignalId> signals;
    /// `values[i]`: what the i-th signal holds after all operators of the step, [items,
    /// size], for all items of the minibatch but padded ones. Steps are counted from 1:
    /// `t` is step * dt. What it throws leaves the call of the replica.
    using Values = std::vector<std::span<const double>>;
    std::function<void(std::int64_t step, double t, const Values& values)> call;
};

struct ParameterRules;

/// A network as signals and operators: what the builder makes and the planner reads.
///
/// Time is an int64 step times dt in double.
class Model {
public:
    explicit Model(double dt = 0.001) : dt_(dt) {}

    /// @throws BuildError  initial values do not fill the shape, or are not finite
    SignalId add_signal(Signal signal);
    /// A view of `of` (itself a view or a base).
    /// @throws BuildError  the view leaves its base
    SignalId add_view(SignalId of, std::string name, Shape shape, Index offset,
                      std::vector<Index> strides);
    /// Elements [first, first + count * step) of a vector.
    SignalId add_slice(SignalId of, Index first, Index count, Index step = 1);
    /// The same elements in another shape; `of` must be dense.
    SignalId add_reshape(SignalId of, Shape shape);

    template <class Op>
    int add(Op op) {
        return operators_.push_back(std::make_unique<Op>(std::move(op)));
    }

    const Signal& signal(SignalId id) const { return signals_[id]; }
    Signal& signal(SignalId id) { return signals_[id]; }
    std::size_t signal_count() const { return signals_.size(); }
    IdRange<SignalId> signal_ids() const { return signals_.ids(); }
    /// The base of a view; the signal itself otherwise.
    SignalId base(SignalId id) const;

    const IndexedVector<int, std::unique_ptr<Operator>>& operators() const {
        return operators_;
    }
    const ProbePoint& probe(int i) const { return probes[static_cast<std::size_t>(i)]; }
    double dt() const { return dt_; }

    std::vector<Input> inputs;
    std::vector<ProbePoint> probes;
    std::vector<Look> looks;
    /// Of its parameters; null: none (engine/ir/parameter_rules.hpp).
    std::shared_ptr<const ParameterRules> rules;

    /// A model of its own, with the same operators.
    Model copy() const;

    /// Checks what every later pass relies on: per element one set and one update, no
    /// write to a readonly signal, every input, probe and look in range.
    /// @throws BuildError  naming the signal and the operators
    void validate() const;

private:
    void validate_operators() const;
    void need_signal(SignalId id, const std::string& what) const;

    double dt_;
    IndexedVector<SignalId, Signal> signals_;
    IndexedVector<int, std::unique_ptr<Operator>> operators_;
};

}  // namespace nengine::engine
