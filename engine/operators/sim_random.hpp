#pragma once

#include <cstdint>
#include <optional>

#include "engine/operators/operator_base.hpp"
#include "kernels/random.hpp"

namespace nengine::engine {

/// output = shift + scale * a number per step, item and element, drawn on the device
/// (kernels/random.hpp): uniform in [0, 1) or standard normal. The numbers are a
/// function of the seed, of the operator's index in the model, of the step and of the
/// item alone.
///
/// Slots: output (role `set`).
class SimRandom : public OperatorBase<SimRandom> {
public:
    enum { output };
    struct Options {
        RandomKind kind = RandomKind::uniform;
        double scale = 1.0, shift = 0.0;
        /// Unset: the replica's, and every item has numbers of its own. Set: the same
        /// numbers for all items, and for all operators with this seed.
        std::optional<std::uint32_t> seed = std::nullopt;
    };
    SimRandom(SignalId output_signal, Options options);
    const Options& options() const { return options_; }
    bool differs_by_item() const { return !options_.seed; }

    std::string_view type() const override { return "SimRandom"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    void lower(Lowering& lowering) const override;
    double flops(const std::vector<Shape>& shapes) const override;

private:
    Options options_;
};

}  // namespace nengine::engine
