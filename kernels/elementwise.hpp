#pragma once

#include "kernels/base/args.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

// All operands of one call have the extents of the written block; what is broadcast has
// stride 0 there. Written blocks never have a zero stride over an extent above 1, and
// do not overlap what is read, unless they are the very same elements.

/// dst = value
template <class Ref>
struct FillArgs {
    typename Ref::Write dst;
    typename Ref::Number value;

    constexpr auto fields() const {
        return std::tuple{writes(&FillArgs::dst), constant(&FillArgs::value)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        fill(exec, *this);
    }
};
template <class Exec, class Real>
void fill(const Exec& exec, const FillArgs<Bound<Real>>& args);

/// dst = src, or dst += src
template <class Ref>
struct CopyArgs {
    typename Ref::Read src;
    typename Ref::Write dst;
    bool accumulate;

    constexpr auto fields() const {
        return std::tuple{reads(&CopyArgs::src).as_wide_as(&CopyArgs::dst),
                          writes(&CopyArgs::dst, accumulate),
                          constant(&CopyArgs::accumulate)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        copy(exec, *this);
    }
};
template <class Exec, class Real>
void copy(const Exec& exec, const CopyArgs<Bound<Real>>& args);

/// y = a * x, or y += a * x, element by element
template <class Ref>
struct MultiplyArgs {
    typename Ref::Read a, x;
    typename Ref::Write y;
    bool accumulate;

    constexpr auto fields() const {
        return std::tuple{reads(&MultiplyArgs::a).as_wide_as(&MultiplyArgs::y),
                          reads(&MultiplyArgs::x).as_wide_as(&MultiplyArgs::y),
                          writes(&MultiplyArgs::y, accumulate),
                          constant(&MultiplyArgs::accumulate)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        multiply(exec, *this);
    }
};
template <class Exec, class Real>
void multiply(const Exec& exec, const MultiplyArgs<Bound<Real>>& args);

/// time(t) = (first_step + t) * dt: the clock, in double until it is stored. Step k,
/// counted from 1, runs at k * dt.
template <class Ref>
struct TimeArgs {
    typename Ref::FirstStep first_step;
    typename Ref::Seconds dt;
    typename Ref::Write time;

    constexpr auto fields() const {
        return std::tuple{constant(&TimeArgs::first_step), constant(&TimeArgs::dt),
                          writes(&TimeArgs::time)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        write_time(exec, *this);
    }
};
template <class Exec, class Real>
void write_time(const Exec& exec, const TimeArgs<Bound<Real>>& args);

}  // namespace nengine::kernels
