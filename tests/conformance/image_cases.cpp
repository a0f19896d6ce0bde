#include <algorithm>

#include "engine/operators/conv_inc.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/max_pool_inc.hpp"
#include "engine/operators/pool_inc.hpp"
#include "engine/operators/reset.hpp"
#include "tests/conformance/operator_cases.hpp"

namespace nengine::test {

using namespace engine;
namespace {

Conv2DShape conv_shape(Index pad, Index stride, Index groups) {
    const Index out_h = (5 + 2 * pad - 3) / stride + 1,
                out_w = (4 + 2 * pad - 3) / stride + 1;
    return {.images = 1,
            .in_h = 5,
            .in_w = 4,
            .in_c = 2,
            .out_h = out_h,
            .out_w = out_w,
            .out_c = 4,
            .k_h = 3,
            .k_w = 3,
            .stride_h = stride,
            .stride_w = stride,
            .pad_top = pad,
            .pad_left = pad,
            .groups = groups};
}

void convolution(ModelMaker& m) {
    const SignalId x = m.input("x", 5 * 4 * 2);
    const auto layer = [&](const std::string& name, const Conv2DShape& shape, bool inc,
                           SignalId bias) {
        const SignalId y = m.signal(name, {shape.out_h * shape.out_w * shape.out_c});
        if (inc) {
            m.add(Reset(y, 0.5), name);
        }
        m.add(ConvInc(m.parameter(name + ".kernel", {3, 3, 2 / shape.groups, 4}), x, y,
                      shape, inc, bias),
              name);
        m.probe(y);
    };
    layer("plain", conv_shape(0, 1, 1), false, no_signal);
    layer("padded", conv_shape(1, 1, 1), true, m.parameter("padded.bias", {4}));
    layer("grouped", conv_shape(1, 2, 2), false, m.parameter("grouped.bias", {4}));
    layer("constant_bias", conv_shape(0, 2, 1), false, m.constant("bias", {4}));
    layer("zero_bias", conv_shape(0, 2, 1), false,
          m.constant("zeros", {4}, std::vector<double>{0, 0, 0, 0}));
}

/// Inputs that are constant or held, equal weights, two layers, a loop.
void convolution_of_constants(ModelMaker& m) {
    const Conv2DShape shape = conv_shape(0, 1, 1);
    const Index in = 5 * 4 * 2, out = shape.out_h * shape.out_w * shape.out_c;
    const auto layer = [&](const std::string& name, SignalId x, SignalId w) {
        const SignalId y = m.signal(name, {out});
        m.add(ConvInc(w, x, y, shape, false), name);
        m.probe(y);
    };
    const auto equal = std::vector<double>(static_cast<std::size_t>(in), 0.25);
    layer("constant", m.constant("c", {in}), m.parameter("wc", {3, 3, 2, 4}));
    layer("equal", m.constant("e", {in}, equal), m.parameter("we", {3, 3, 2, 4}));
    layer("equal_weights", m.input("held", in, true),
          m.constant("w", {3, 3, 2, 4}, std::vector<double>(72, 0.5)));
    const SignalId image = m.signal("image", {in});
    m.add(Copy(m.input("x", in), image, false), "image");
    const SignalId slow = m.lowpass("slow", image, 0.5);
    m.add(Copy(m.slice(slow, in - 1, in, -1), image, true), "back");
    layer("recurrent", image, m.parameter("wr", {3, 3, 2, 4}, -0.2, 0.2));
}

/// Depth, strides and groups of its own, in both directions.
ConvShape deep_shape(Index pad, Index stride_d, Index groups) {
    ConvShape shape = conv_shape(pad, 1, groups);
    shape.in_d = 4;
    shape.k_d = 2;
    shape.stride_d = stride_d;
    shape.pad_front = pad;
    shape.out_d = (4 + 2 * pad - 2) / stride_d + 1;
    return shape;
}

void convolution_with_depth(ModelMaker& m) {
    const SignalId x = m.input("x", 4 * 5 * 4 * 2);
    const SignalId weight = m.parameter("scale", {});
    const SignalId scaled = m.signal("scaled", {4 * 5 * 4 * 2});
    m.add(ElementwiseInc(weight, x, scaled, false), "scaled");
    const auto layer = [&](const std::string& name, const ConvShape& shape, bool inc) {
        const SignalId y = m.signal(name, {shape.y_size()});
        if (inc) {
            m.add(Reset(y, 0.5), name);
        }
        m.add(ConvInc(m.parameter(name + ".kernel", {6, 3, 2 / shape.groups, 4}),
                      scaled, y, shape, inc),
              name);
        m.probe(y);
    };
    layer("plain", deep_shape(0, 1, 1), false);
    layer("padded", deep_shape(1, 1, 2), true);
    layer("strides", deep_shape(1, 2, 1), false);
}

/// The other way round, also from held inputs, into slices, in a loop.
void transposed_convolution(ModelMaker& m) {
    const SignalId weight = m.parameter("scale", {});
    const auto layer = [&](const std::string& name, const ConvShape& shape, SignalId x,
                           bool inc) {
        const SignalId y = m.signal(name, {shape.x_size()});
        if (inc) {
            m.add(Reset(y, 0.5), name);
        }
        const SignalId scaled = m.signal(name + ".scaled", {shape.y_size()});
        m.add(ElementwiseInc(weight, x, scaled, false), name + ".scaled");
        m.add(ConvInc(m.parameter(name + ".kernel",
                                  {shape.k_d * 3, 3, 2 / shape.groups, 4}),
                      scaled, y, shape, inc, no_signal, true),
              name);
        m.probe(y);
        return y;
    };
    const ConvShape plain = conv_shape(0, 1, 1), strides = conv_shape(1, 2, 2),
                    deep = deep_shape(1, 2, 1);
    layer("plain", plain, m.input("x", plain.y_size()), false);
    layer("held", plain, m.input("held", plain.y_size(), true), true);
    layer("strides", strides, m.input("z", strides.y_size()), true);
    const SignalId into = m.signal("into", {deep.y_size()});
    m.add(Copy(m.input("d", deep.y_size()), into, false), "into");
    const SignalId slow = m.lowpass("slow", layer("deep", deep, into, false), 0.5);
    const Index n = std::min(deep.x_size(), deep.y_size());
    m.add(Copy(m.slice(slow, n - 1, n, -1), m.slice(into, 0, n), true), "back");
}

/// Pools of an image that a parameter scales, which may lie at a place for all steps.
template <class Pool>
void pooling(ModelMaker& m) {
    const SignalId x = m.input("x", 5 * 3 * 2), held = m.input("held", 5 * 3 * 2, true);
    const Pool2DShape plain{
        .images = 1, .in_h = 5, .in_w = 3, .channels = 2, .out_h = 2, .out_w = 1};
    const Pool2DShape padded{.images = 1,
                             .in_h = 5,
                             .in_w = 3,
                             .channels = 2,
                             .out_h = 3,
                             .out_w = 2,
                             .pool_h = 2,
                             .pool_w = 3,
                             .stride_h = 2,
                             .stride_w = 2,
                             .pad_top = 1,
                             .pad_left = 1};
    const SignalId w = m.parameter("w", {5 * 3 * 2});
    const SignalId a = m.signal("a", {4}), b = m.signal("b", {12}),
                   c = m.signal("c", {4});
    const SignalId scaled = m.signal("scaled", {30});
    m.add(ElementwiseInc(w, x, scaled, false), "scaled");
    m.add(Pool(scaled, a, plain, false), "a");
    m.add(Reset(b, 0.5), "b");
    m.add(Pool(scaled, b, padded), "b");
    m.add(Pool(held, c, plain, false), "c");
    m.add(Pool(m.constant("equal", {30}, std::vector<double>(30, 2.0)), c, plain), "c");
    for (const SignalId y : {a, b, c}) {
        m.probe(y);
    }
}

}  // namespace

std::vector<OperatorCase> image_cases() {
    return {{"ConvInc", "ConvInc", convolution},
            {"ConvIncOfConstants", "ConvInc", convolution_of_constants},
            {"ConvIncWithDepth", "ConvInc", convolution_with_depth},
            {"ConvIncTransposed", "ConvInc", transposed_convolution},
            {"PoolInc", "PoolInc", pooling<PoolInc>},
            {"MaxPoolInc", "MaxPoolInc", pooling<MaxPoolInc>}};
}

}  // namespace nengine::test
