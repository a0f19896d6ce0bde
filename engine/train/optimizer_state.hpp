#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/runtime/stores.hpp"
#include "engine/train/checkpoint.hpp"
#include "engine/train/objective.hpp"

namespace nengine::engine {

/// An optimizer with its running averages on the device, for all parameters of a
/// replica at once.
class OptimizerState {
public:
    OptimizerState(const Device& device, DType dtype)
        : device_(device), dtype_(dtype) {}

    /// Starts anew. `rate_factors`: what times the learning rate that of each parameter
    /// is, a number for each element; none: all have the same one.
    void set(const Optimizer& optimizer, const std::vector<double>& rate_factors = {});
    void set_learning_rate(double learning_rate);
    const Optimizer& optimizer() const { return optimizer_; }

    /// Updates of more than this are refused before they are made: so many of a smaller
    /// one have to follow one another before a parameter is infinite that the loss says
    /// so long before. Looking at every new value would mean to keep every old one.
    double largest_step() const;
    /// That of the next update. The steps of most optimizers have about its size,
    /// whatever the gradients (OptimizerTraits::bounds_steps).
    double learning_rate() const;
    /// Whether later updates have the same one, until it is set.
    bool has_constant_rate() const;
    /// The updates so far, which schedules of the learning rate count.
    Index updates() const { return updates_; }
    /// Those after `updates` were skipped.
    void go_back_to(Index updates) { updates_ = updates; }
    /// @throws SimulationError  the learning rate is more than the largest step, less
    ///     than 0, no number, or 0 where the formula divides by it
    void check_learning_rate() const;
    OptimizerTraits traits() const;
    /// What times a gradient is finite only if the update is no more than the largest
    /// step; 1 for optimizers that bound their steps.
    double gradient_scale() const;
    /// One update of `n` parameters of these shapes, the same in every call; nothing
    /// changes if `*skip` is not 0. What is launched may be recorded from the second
    /// time on.
    void update(Index n, void* parameters, const void* gradients, const int* skip,
                std::span<const kernels::ParameterShape> shapes = {});
    /// An update has been made, whoever launched it.
    void count_update() { ++updates_; }
    /// The parameters' averages take their place, if the optimizer keeps them and has
    /// made an update; whether they did.
    bool take_averages(void* parameters) const;
    void take_averages(ParameterStore& parameters) const;
    std::size_t bytes() const;

    /// The state, and a constant learning rate, for a checkpoint.
    Checkpoint save() const;
    /// The same optimizer with the state of a checkpoint of `n` parameters.
    /// @throws ValidationError  it is another optimizer's, or of other parameters
    OptimizerState loaded(const Checkpoint& from, Index n, const void* parameters,
                          std::span<const kernels::ParameterShape> shapes) const;

private:
    Buffer buffer(std::size_t bytes) const;
    void need_memory(Index n, const void* parameters,
                     std::span<const kernels::ParameterShape> shapes);
    void take_rate_factors(const Buffer& factors);
    std::string kind_entry() const;
    template <class Use>
    void for_each_number(const Use& use) const;
    template <class Real>
    void allocate(Index n, const void* parameters,
                  std::span<const kernels::ParameterShape> shapes);

    Device device_;
    DType dtype_;
    Optimizer optimizer_ = RMSprop{};
    Index updates_ = 0;
    // Of the formula; memory is taken by the first update.
    bool is_allocated_ = false;
    std::vector<Buffer> averages_;
    Buffer progress_;           ///< of the updates, where it depends on their number
    Buffer parameter_average_;  ///< with use_ema
    Buffer rate_factors_, before_;  ///< where parameters have rates of their own
    Buffer scratch_;                ///< of formulas that look at all of a parameter
};

}  // namespace nengine::engine
