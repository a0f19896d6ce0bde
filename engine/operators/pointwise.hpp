#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"
#include "engine/program/pointwise_graph.hpp"

namespace nengine::engine {

struct Contribution;

/// Y = (or +=) f(X0, X1, ...), element by element, the inputs broadcast to Y's shape by
/// numpy's rules.
class Pointwise : public OperatorBase<Pointwise> {
public:
    /// @param function  one output; its inputs are `x` in their order
    /// @throws BuildError  the function or its gradient does not fit into a program
    ///                     (fits)
    Pointwise(const std::vector<SignalId>& x, SignalId y, bool inc,
              PointwiseGraph function);

    /// Whether a function of so many inputs is one program, and so is its gradient by
    /// each of them.
    static bool fits(const PointwiseGraph& function, int n_inputs);

    const PointwiseGraph& function() const { return function_; }
    int n_inputs() const { return static_cast<int>(slots().size()) - 1; }
    int y() const { return n_inputs(); }

    SlotGradient gradient(int slot) const override;
    std::string_view type() const override { return "Pointwise"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    std::vector<int> saved_slots() const override { return saved_; }
    double flops(const std::vector<Shape>& shapes) const override;
    /// Of what is then one of its inputs, a copy; of what is known, a reset.
    Remaining with_numbers(
        const std::vector<std::optional<double>>& numbers) const override;
    /// With another function, as long as the two are one program.
    Fusion composed_with(const Operator& reader,
                         const ReadsOfResult& reads) const override;

private:
    struct Fits {};  ///< the function is known to fit
    Pointwise(const std::vector<SignalId>& x, SignalId y, bool inc,
              PointwiseGraph function, Fits);
    void lower_gradients(BackwardLowering& low, const std::vector<int>& by,
                         bool of_parameters) const;
    bool emit_gradients(BackwardLowering& low, const std::vector<int>& by,
                        const std::vector<Contribution>& contributions,
                        bool of_parameters) const;

    PointwiseGraph function_;
    std::vector<bool> has_gradient_;  ///< per input
    std::vector<int> saved_;          ///< inputs whose values gradients need
};

}  // namespace nengine::engine
