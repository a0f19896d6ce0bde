#pragma once

#include "engine/runtime/stores.hpp"
#include "engine/train/training.hpp"

namespace nengine {

/// An optimizer with its running averages on the device, for all parameters of a
/// session at once.
template <class Real>
class OptimizerState {
public:
    explicit OptimizerState(const Device& device) : device_(device) {}

    /// Starts anew.
    void set(const Optimizer& optimizer);
    void set_learning_rate(double learning_rate);
    const Optimizer& optimizer() const { return optimizer_; }
    /// One update from the gradients in `parameters`; nothing changes if `*skip` is not
    /// 0.
    void update(ParameterStore<Real>& parameters, const int* skip);
    std::size_t bytes() const;

private:
    Real* slot(std::size_t i, Index n);

    Device device_;
    Optimizer optimizer_ = RmsProp{};
    std::vector<Buffer> slots_;
    Buffer progress_;  ///< of the updates, where a formula depends on their number
};

}  // namespace nengine
