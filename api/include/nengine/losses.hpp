#pragma once

namespace nengine {

// Losses and metrics on one probe: means over items and samples. With `last_step` only
// the last sample counts.

/// The mean of (output - target)^2, also over components.
struct MeanSquaredError {
    bool last_step = false;
};

/// `-log p[label]` for p = softmax(output) (`from_logits`) or p = output / sum(output).
/// Labels are whole numbers, [batch, steps, 1].
struct SparseCategoricalCrossentropy {
    bool from_logits = false;
    bool last_step = false;
};

/// How often the largest output is at the label.
struct Accuracy {
    bool last_step = false;
};

}  // namespace nengine
