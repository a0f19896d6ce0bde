#pragma once

#include <cstddef>

#include "kernels/conv.hpp"

// In which form and how many at a time images go to cuDNN.

namespace nengine::kernels::cuda {

/// A convolution as cuDNN takes it, which pads both sides alike: the shape as it is, or
/// that of copies of the images, padded and cut to what is read.
///
/// cuDNN's interface knows paddings that differ, but then offers fewer engines, and it
/// refuses fewer outputs than would fit.
struct Adapted {
    explicit Adapted(const ConvShape& shape);

    ConvShape shape;
    bool copies;
};

/// What an engine may ask for beside its operands: a constant of the kind of device,
/// never of what is free, so that results are the same on each of a kind.
/// @param total_memory  of the device, bytes
constexpr std::size_t workspace_limit_of(std::size_t total_memory) {
    return total_memory >= std::size_t{80'000'000'000} ? std::size_t{1} << 30
                                                       : std::size_t{256} << 20;
}

/// How many of the shape's images one call takes: as few calls as can be, all but the
/// last alike.
///
/// Many engines for channels-last float32 copy x and y into their workspace, in another
/// layout; more images than fit would leave only slow engines, or none. Other limits:
/// cuDNN's 32-bit sizes, and the memory of padded copies.
/// @param workspace_limit  bytes
Index images_per_call(const Adapted& adapted, std::size_t workspace_limit);

}  // namespace nengine::kernels::cuda
