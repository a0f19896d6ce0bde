#pragma once

#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// Spikes by chance (Nengo's StochasticSpiking): of dt |r| as many as its whole part,
/// and one more if a random number is below the rest,
///
///     output = amplitude / dt sign(r) (floor(dt |r|) + (uniform < dt |r| - floor))
///
/// In training: amplitude r. Slots: rates, output, then uniform, numbers from [0, 1),
/// then amplitude (constant: a scalar for all neurons, or one value each).
class StochasticSpikes : public OperatorBase<StochasticSpikes> {
public:
    enum { rates, output, uniform, amplitude };
    StochasticSpikes(SignalId rates, SignalId output, SignalId uniform,
                     SignalId amplitude);
    /// The curve of RegularSpiking.
    std::shared_ptr<const Operator> training_form() const override;
    std::string_view type() const override { return "StochasticSpikes"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    void lower(Lowering& lowering) const override;
    double flops(const std::vector<Shape>& shapes) const override;
};

/// Spikes by chance (Nengo's PoissonSpiking), drawn on the device:
///
///     output = amplitude / dt sign(r) count,  count ~ Poisson(dt |r|)
///
/// The counts are a function of the rates, and of the replica's seed, the operator's
/// index in the model, the step and the item. In training: amplitude r. Slots: rates,
/// output, then amplitude (constant: a scalar for all neurons, or one value each).
class PoissonSpikes : public OperatorBase<PoissonSpikes> {
public:
    enum { rates, output, amplitude };
    PoissonSpikes(SignalId rates, SignalId output, SignalId amplitude);
    /// The curve of RegularSpiking.
    std::shared_ptr<const Operator> training_form() const override;
    std::string_view type() const override { return "PoissonSpikes"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    void lower(Lowering& lowering) const override;
    double flops(const std::vector<Shape>& shapes) const override;
};

}  // namespace nengine::engine
