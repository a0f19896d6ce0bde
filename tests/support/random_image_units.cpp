#include "engine/operators/conv_inc.hpp"
#include "engine/operators/pool_inc.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_filter.hpp"
#include "tests/support/random_generator.hpp"

// Units of random models: convolutions and pools.

namespace nengine::test {

using namespace engine;

void Generator::image() {
    const Index h = draw_.between(3, 5), w = draw_.between(3, 5),
                c = draw_.between(1, 3);
    const Source& x = any_source();
    const std::string name = fresh("image");
    const SignalId in = signal(name + ".pixels", {h * w * c});
    product(x, in, h * w * c, 1, false, name + ".in");
    const Index pad = draw_.between(0, 1);
    if (draw_.chance(0.35)) {
        const Pool2DShape shape{.images = 1,
                                .in_h = h,
                                .in_w = w,
                                .channels = c,
                                .out_h = (h + pad - 2) / 2 + 1,
                                .out_w = (w + pad - 2) / 2 + 1,
                                .pad_top = pad,
                                .pad_left = pad};
        const Index size = shape.out_h * shape.out_w * c;
        const SignalId y = signal(name + ".pooled", {size});
        const bool reset = draw_.chance(0.4);
        if (reset) {
            add(Reset(y, 0.5), name);
        }
        add(PoolInc(in, y, shape, reset), name + ".pool");
        offer(y, size, 1);
        return;
    }
    const Index groups = c == 2 && draw_.chance(0.5) ? 2 : 1;
    const Index out = groups * draw_.between(1, 3), stride = draw_.between(1, 2);
    const Index k = draw_.between(1, 3);
    const Conv2DShape shape{.images = 1,
                            .in_h = h,
                            .in_w = w,
                            .in_c = c,
                            .out_h = (h + 2 * pad - k) / stride + 1,
                            .out_w = (w + 2 * pad - k) / stride + 1,
                            .out_c = out,
                            .k_h = k,
                            .k_w = k,
                            .stride_h = stride,
                            .stride_w = stride,
                            .pad_top = pad,
                            .pad_left = pad,
                            .groups = groups};
    const Index size = shape.out_h * shape.out_w * out;
    const SignalId y = signal(name + ".features", {size});
    const SignalId kernel = parameter(name + ".kernel", {k, k, c / groups, out}, -1, 1);
    const SignalId bias =
        draw_.chance(0.5) ? parameter(name + ".bias", {out}, -1, 1) : no_signal;
    const bool reset = draw_.chance(0.4);
    if (reset) {
        add(Reset(y), name);
    }
    add(ConvInc(kernel, in, y, shape, reset, bias), name + ".conv");
    offer(y, size, 2);
}

SignalId Generator::lowpass(SignalId x, Index size, Role role,
                            const std::string& name) {
    const SignalId y = signal(name, {size});
    add(SimFilter(FilterForm::first_order, 1, x, y,
                  signal(name + ".coefficients", {2}, {0.8, 0.2}),
                  signal(name + ".state", {1, size}), role),
        name);
    return y;
}

/// A convolution with a depth, or a transposed one.
void Generator::volume() {
    ConvShape shape = Conv2DShape{.images = 1,
                                  .in_h = draw_.between(2, 4),
                                  .in_w = draw_.between(2, 4),
                                  .in_c = draw_.between(1, 2),
                                  .out_c = draw_.between(1, 2),
                                  .k_h = draw_.between(1, 2),
                                  .k_w = draw_.between(1, 2),
                                  .stride_h = draw_.between(1, 2),
                                  .stride_w = draw_.between(1, 2)};
    shape.in_d = draw_.between(1, 3);
    shape.k_d = draw_.between(1, std::min<Index>(shape.in_d, 2));
    shape.stride_d = draw_.between(1, 2);
    shape.out_d = (shape.in_d - shape.k_d) / shape.stride_d + 1;
    shape.out_h = (shape.in_h - shape.k_h) / shape.stride_h + 1;
    shape.out_w = (shape.in_w - shape.k_w) / shape.stride_w + 1;
    const bool transposed = draw_.chance(0.5);
    const Index n_in = transposed ? shape.y_size() : shape.x_size();
    const Index n_out = transposed ? shape.x_size() : shape.y_size();
    const std::string name = fresh("volume");
    const SignalId in = signal(name + ".voxels", {n_in});
    product(any_source(), in, n_in, 1, false, name + ".in");
    const SignalId y = signal(name + ".features", {n_out});
    const bool reset = draw_.chance(0.4);
    if (reset) {
        add(Reset(y), name);
    }
    const SignalId kernel =
        parameter(name + ".kernel",
                  {shape.k_d * shape.k_h, shape.k_w, shape.in_c, shape.out_c}, -1, 1);
    add(ConvInc(kernel, in, y, shape, reset, no_signal, transposed), name + ".conv");
    offer(y, n_out, 2);
}

}  // namespace nengine::test
