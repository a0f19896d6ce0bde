#pragma once

#include "engine/runtime/stores.hpp"
#include "engine/train/training.hpp"

namespace nengine::engine {

/// An optimizer with its running averages on the device, for all parameters of a
/// session at once.
class OptimizerState {
public:
    OptimizerState(const Device& device, DType dtype)
        : device_(device), dtype_(dtype) {}

    /// Starts anew.
    void set(const Optimizer& optimizer);
    void set_learning_rate(double learning_rate);
    const Optimizer& optimizer() const { return optimizer_; }

    /// Updates of more than this are refused before they are made: so many of a smaller
    /// one have to follow one another before a parameter is infinite that the loss says
    /// so long before. Looking at every new value would mean to keep every old one.
    double largest_step() const;
    /// The learning rate. RMSprop and Adam make steps of about its size, whatever the
    /// gradients.
    double learning_rate() const;
    /// @throws SimulationError  it is more than the largest step
    void check_learning_rate() const;
    /// What times a gradient is finite only if the update is no more than the largest
    /// step; 1 for optimizers that bound their steps.
    double gradient_scale() const;
    /// One update from the gradients in `parameters`; nothing changes if `*skip` is not
    /// 0.
    void update(ParameterStore& parameters, const int* skip);
    std::size_t bytes() const;

private:
    void* slot(std::size_t i, Index n);

    template <class Real>
    void update_as(ParameterStore& parameters, const int* skip);

    Device device_;
    DType dtype_;
    Optimizer optimizer_ = RmsProp{};
    std::vector<Buffer> slots_;
    Buffer progress_;  ///< of the updates, where a formula depends on their number
};

}  // namespace nengine::engine
