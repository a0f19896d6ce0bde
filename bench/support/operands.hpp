#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "kernels/base/device.hpp"
#include "kernels/base/view.hpp"

namespace nengine::bench {

/// `count` numbers of a device, uniform in [low, high) and repeated after 65537: large
/// operands are made quickly, and are not of one value, which would need less power.
template <class Real>
kernels::Buffer random_numbers(const kernels::Device& on, Index count, double low,
                               double high, unsigned seed = 1) {
    constexpr Index period = 65537;
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> draw(low, high);
    std::vector<Real> some(static_cast<std::size_t>(std::min(count, period)));
    std::generate(some.begin(), some.end(),
                  [&] { return static_cast<Real>(draw(generator)); });
    kernels::Buffer buffer =
        on.allocate(static_cast<std::size_t>(count) * sizeof(Real), "bench");
    for (Index at = 0; at < count; at += period) {
        const auto part = static_cast<std::size_t>(std::min(period, count - at));
        on.upload(buffer.as<Real>() + at, some.data(), part * sizeof(Real));
    }
    return buffer;
}

/// What a buffer of a device holds.
template <class Real>
std::vector<Real> numbers_of(const kernels::Device& on, const kernels::Buffer& buffer) {
    std::vector<Real> values(buffer.bytes() / sizeof(Real));
    on.download(values.data(), buffer.data(), buffer.bytes());
    return values;
}

}  // namespace nengine::bench
