#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <utility>

#include "kernels/optimizers/schedules.hpp"

namespace nengine {

/// A learning rate: a number, a schedule (ExponentialDecay and its relatives), or any
/// function of the number of updates that were made before, 0 at the first.
class Rate {
public:
    Rate(double number) : number_(number) {}
    template <class Function>
    requires std::is_invocable_r_v<double, const Function&, std::int64_t> &&
        (!std::same_as<Function, Rate>)Rate(Function per_update)
        : per_update_(std::move(per_update)) {}

    /// Whether every update has the same one.
    bool is_constant() const { return !per_update_; }
    /// Of the update that follows so many others.
    double operator()(std::int64_t updates) const {
        return per_update_ ? per_update_(updates) : number_;
    }

private:
    double number_ = 0;
    std::function<double(std::int64_t)> per_update_;
};

}  // namespace nengine
