#pragma once

#include "kernels/base/args.hpp"
#include "kernels/conv_depth.hpp"
#include "kernels/images.hpp"

namespace nengine::kernels {

/// forward: y = (or +=) x * w + bias. backward_data: x = (or +=) the transpose of that
/// map applied to y. backward_filter: w and bias (or +=) their gradients for the image
/// x and the gradient y. Images are the columns of x and y, as many as there are steps
/// and items; `bias` may be absent.
template <class Ref>
struct ConvArgs {
    LinearMap kind{};
    ConvShape shape;  ///< but for the number of images
    typename Ref::Write x;
    typename Ref::WriteArray w, bias;
    typename Ref::Write y;
    bool accumulate = false;
    bool transposed = false;  ///< backward_filter: y is the operator's input
    typename Ref::PreparedFilter prepared{};  ///< w, if it was prepared

    constexpr auto fields() const {
        using A = ConvArgs;
        // What is written, or the gradient, has every row; the other may be held.
        const bool like_x = kind == LinearMap::backward_data || transposed;
        const auto to = like_x ? &A::x : &A::y;
        const auto used = [this](LinearMap writer, auto member) {
            return kind == writer ? writes(member, accumulate) : reads(member);
        };
        return std::tuple{constant(&A::kind),
                          constant(&A::shape),
                          used(LinearMap::backward_data, &A::x).as_wide_as(to),
                          used(LinearMap::backward_filter, &A::w),
                          used(LinearMap::backward_filter, &A::bias),
                          used(LinearMap::forward, &A::y).as_wide_as(to),
                          constant(&A::accumulate),
                          constant(&A::transposed),
                          constant(&A::prepared)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        convolve(exec, *this);
    }
};

template <class Exec, class Real>
void convolve(const Exec& exec, const ConvArgs<Bound<Real>>& args) {
    const auto run = [&](Index images, Real* x, Real* y) {
        ConvShape s = args.shape;
        s.images = images;
        switch (args.kind) {
            case LinearMap::forward:
                conv_forward<Real>(exec, s, x, args.w, args.bias, y, args.accumulate,
                                   args.prepared);
                break;
            case LinearMap::backward_data:
                conv_backward_data<Real>(exec, s, y, args.w, x, args.accumulate,
                                         args.prepared);
                break;
            case LinearMap::backward_filter:
                conv_backward_filter<Real>(exec, s, x, y, args.w, args.bias,
                                           args.accumulate);
                break;
        }
    };
    for_images(run, args.x, args.y);
}

}  // namespace nengine::kernels
