#pragma once

#include <compare>

namespace nengine::engine {

/// How operators behave.
enum class Phase {
    inference,  ///< as they are simulated
    training    ///< in their training_form: spiking neurons are their rate curves
};

/// What a plan is for.
struct PlanMode {
    Phase phase = Phase::inference;
    /// Of losses on what is probed, by every trainable parameter: a backward pass.
    bool gradients = false;

    /// Of minibatches of training.
    constexpr bool trains() const { return phase == Phase::training && gradients; }

    auto operator<=>(const PlanMode&) const = default;
};

inline constexpr PlanMode to_run{};
inline constexpr PlanMode to_train{Phase::training, true};

}  // namespace nengine::engine
