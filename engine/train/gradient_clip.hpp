#pragma once

#include "engine/runtime/stores.hpp"
#include "kernels/optimizers/clipping.hpp"

namespace nengine::engine {

/// Clips the gradients of a session's parameters, on the device.
class GradientClip {
public:
    explicit GradientClip(const Device& device) : device_(device) {}

    void set(const Clipping& clipping) { clipping_ = clipping; }
    /// Does nothing, at no cost, where nothing is to be clipped.
    void apply(ParameterStore& parameters);
    std::size_t bytes() const;

private:
    /// Where parameters, or all of them as one, lie in the store.
    struct Tables {
        Index n_pieces = 0, n_segments = 0, most_pieces = 0;
        Buffer pieces, segments, segment_of, sums, factors;
    };
    Tables make_tables(const ParameterStore& parameters, bool as_one) const;
    void clip_norms(ParameterStore& parameters, bool as_one, double limit);

    Device device_;
    Clipping clipping_;
    Tables by_parameter_, as_one_;  ///< made when they are first needed
};

}  // namespace nengine::engine
