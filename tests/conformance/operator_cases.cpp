#include "tests/conformance/operator_cases.hpp"

#include <cmath>

namespace nengine::test {

SignalId ModelMaker::signal(const std::string& name, Shape shape,
                            std::vector<double> initial) {
    Signal made;
    made.name = name;
    made.shape = std::move(shape);
    made.initial = std::move(initial);
    return model->add_signal(std::move(made));
}

SignalId ModelMaker::constant(const std::string& name, Shape shape,
                              std::vector<double> values) {
    const SignalId id = signal(name, std::move(shape), std::move(values));
    model->signal(id).readonly = true;
    return id;
}

SignalId ModelMaker::constant(const std::string& name, Shape shape, double low,
                              double high) {
    const Index size = shape_size(shape);
    return constant(name, std::move(shape), draw_.numbers(size, low, high));
}

SignalId ModelMaker::parameter(const std::string& name, Shape shape, double low,
                               double high) {
    const Index size = shape_size(shape);
    const SignalId id = signal(name, std::move(shape), draw_.numbers(size, low, high));
    model->signal(id).trainable = true;
    model->signal(id).parameter = name;
    return id;
}

SignalId ModelMaker::input(const std::string& name, Index size, bool is_held) {
    const SignalId id = signal(name, {size});
    model->inputs.push_back({name, id, -1});
    held.push_back(is_held);
    return id;
}

void ModelMaker::probe(SignalId signal, double period, bool keep_history) {
    const std::string name = "probe" + std::to_string(model->probes.size());
    model->probes.push_back({name, signal, period, keep_history});
}

SignalId ModelMaker::lowpass(const std::string& name, SignalId x, double pole,
                             Role role) {
    const Index n = model->signal(x).size();
    const SignalId y = signal(name + ".out", {n});
    const SignalId numbers =
        constant(name + ".coefficients", {2}, std::vector<double>{pole, 1 - pole});
    add(SimFilter(FilterForm::first_order, 1, x, y, numbers,
                  signal(name + ".state", {1, n}), role),
        name);
    return y;
}

namespace {

void time_update(ModelMaker& m) {
    const SignalId time = m.signal("time", {});
    m.add(TimeUpdate(time), "time");
    const SignalId flat = m.model->add_reshape(time, {1});
    const SignalId y = m.signal("y", {3});
    m.add(DotInc(m.parameter("w", {3, 1}), flat, y, false), "y");
    m.probe(flat);
    m.probe(y, 2.5);
    m.probe(m.lowpass("slow", y));
}

void reset(ModelMaker& m) {
    const SignalId x = m.input("x", 5);
    const SignalId a = m.signal("a", {5}), b = m.signal("b", {3}), c = m.signal("c", {3}),
                   sum = m.signal("sum", {5});
    m.add(Reset(a, 0.5), "a");
    m.add(Reset(b, 1e-9), "b");
    m.add(Reset(c, 2e-9), "c");
    m.add(Reset(sum), "sum");
    m.add(Copy(x, a, true), "a");
    m.add(Copy(m.slice(x, 1, 2), m.slice(b, 0, 2), true), "b");
    // The last element of b is only reset; what reads it alone must still see that.
    m.add(ElementwiseInc(m.parameter("w", {}), m.slice(b, 2, 1), m.slice(sum, 4, 1)),
          "sum");
    m.add(Copy(c, m.slice(sum, 0, 3), true), "sum");
    m.probe(a);
    m.probe(b);
    m.probe(c, 2);
    m.probe(sum);
}

/// Half of each signal is reset alone, the other half is set.
void reset_of_parts(ModelMaker& m) {
    const SignalId x = m.input("x", 3);
    const SignalId y = m.signal("y", {6});
    m.add(Reset(m.slice(y, 0, 3, 2), 0.25), "even");
    m.add(Copy(x, m.slice(y, 5, 3, -2), false), "odd");
    m.probe(y);
    m.probe(m.lowpass("slow", y));
}

void copy(ModelMaker& m) {
    const SignalId x = m.input("x", 7), still = m.input("still", 3, true);
    const SignalId y = m.signal("y", {9}), matrix = m.signal("matrix", {4, 3});
    m.add(Reset(y), "y");
    m.add(Copy(m.slice(x, 6, 3, -3), m.slice(y, 0, 3, 4), true), "y");
    m.add(Copy(m.slice(x, 0, 4), m.slice(y, 8, 4, -1), true), "y");
    m.add(Copy(still, m.slice(y, 2, 3), true), "y");
    m.add(Copy(still, matrix, false), "matrix");
    m.add(Copy(m.parameter("column", {4, 1}), matrix, true), "matrix");
    m.probe(y);
    m.probe(matrix, 2);
    m.probe(m.slice(y, 7, 3, -2));
}

void copy_by_index(ModelMaker& m) {
    const SignalId x = m.input("x", 5), w = m.parameter("w", {4});
    const SignalId picked = m.signal("picked", {6}), placed = m.signal("placed", {5}),
                   summed = m.signal("summed", {3}), fixed = m.signal("fixed", {3});
    m.add(Copy(x, picked, false, {4, 4, 0, 1, 3, 2}), "picked");
    m.add(Copy(x, placed, false, {}, {4, 2, 0, 1, 3}), "placed");
    m.add(Reset(summed, 0.5), "summed");
    m.add(Copy(x, summed, true, {0, 1, 2, 0, 3}, {2, 2, 0, 2, 0}), "summed");
    m.add(Copy(w, fixed, false, {3, 0, 3}, {2, 1, 0}), "fixed");
    m.probe(picked);
    m.probe(placed);
    m.probe(summed);
    m.probe(fixed);
}

void copy_in_a_loop(ModelMaker& m) {
    const SignalId x = m.input("x", 3), y = m.signal("y", {3});
    m.add(Reset(y), "y");
    m.add(Copy(x, y, true), "y");
    const SignalId slow = m.lowpass("slow", y);
    m.add(Copy(m.slice(slow, 2, 3, -1), y, true), "back");
    m.add(Copy(slow, y, true, {0, 2, 2}, {1, 1, 0}), "back");
    m.probe(y);
    m.probe(slow, 2.5);
}

void elementwise(ModelMaker& m) {
    const SignalId x = m.input("x", 5), still = m.input("still", 5, true);
    const SignalId scaled = m.signal("scaled", {5}), gained = m.signal("gained", {5}),
                   product = m.signal("product", {5}), matrix = m.signal("matrix", {3, 5});
    m.add(Reset(scaled), "scaled");
    m.add(ElementwiseInc(m.parameter("factor", {}), x, scaled), "scaled");
    m.add(ElementwiseInc(m.parameter("gain", {5}), x, gained, false), "gained");
    m.add(ElementwiseInc(x, still, product, false), "product");
    m.add(ElementwiseInc(m.slice(x, 1, 1), gained, product), "product");
    m.add(ElementwiseInc(m.parameter("rows", {3, 1}), x, matrix, false), "matrix");
    for (const SignalId y : {scaled, gained, product, matrix}) {
        m.probe(y);
    }
}

/// Two equal operators whose parts lie in one signal, and one with a loop.
void elementwise_of_parts(ModelMaker& m) {
    const SignalId x = m.input("x", 6), y = m.signal("y", {6}), z = m.signal("z", {2});
    m.add(Reset(y), "y");
    m.add(ElementwiseInc(m.parameter("a", {3}), m.slice(x, 0, 3), m.slice(y, 0, 3)), "a");
    m.add(ElementwiseInc(m.parameter("b", {3}), m.slice(x, 5, 3, -1), m.slice(y, 3, 3)),
          "b");
    m.add(Reset(z), "z");
    const SignalId slow = m.lowpass("slow", z);
    m.add(Copy(m.slice(x, 0, 2), z, true), "z");
    m.add(ElementwiseInc(m.parameter("back", {}, 0, 0.5), slow, z), "back");
    m.probe(y);
    m.probe(z);
}

void dot(ModelMaker& m) {
    const SignalId x = m.input("x", 7), still = m.input("still", 3, true);
    const SignalId a = m.signal("a", {5}), b = m.signal("b", {5}), c = m.signal("c", {9});
    const SignalId kernel = m.parameter("kernel", {7, 5});
    m.add(Reset(a, 0.5), "a");
    m.add(DotInc(m.parameter("wa", {5, 7}), x, a), "a");
    m.add(DotInc(m.parameter("wa_still", {5, 3}), still, a), "a");
    m.add(DotInc(m.model->add_view(kernel, "kernel'", {5, 7}, 0, {1, 5}), x, b, false),
          "b");
    m.add(Reset(c), "c");
    m.add(DotInc(m.parameter("wc", {4, 7}), x, m.slice(c, 3, 4)), "c");
    m.add(DotInc(m.constant("fixed", {4, 5}), b, m.slice(c, 5, 4)), "c");
    for (const SignalId y : {a, b, c}) {
        m.probe(y);
    }
}

void dot_of_strided(ModelMaker& m) {
    const SignalId x = m.input("x", 7), still = m.input("still", 7, true);
    const SignalId y = m.signal("y", {4}), z = m.signal("z", {6}), u = m.signal("u", {3});
    m.add(DotInc(m.parameter("wy", {4, 3}), m.slice(x, 6, 3, -2), y, false), "y");
    m.add(DotInc(m.parameter("wy2", {4, 4}), m.slice(still, 0, 4, 2), y), "y");
    m.add(Reset(z), "z");
    m.add(DotInc(m.parameter("wz", {3, 7}), x, m.slice(z, 5, 3, -2)), "z");
    m.add(DotInc(m.constant("wu", {3, 4}),
                 m.constant("ones", {4}, std::vector<double>{2, 2, 2, 2}), u, false),
          "u");
    m.add(DotInc(m.parameter("wu2", {3, 4}),
                 m.constant("halves", {4}, std::vector<double>{.5, .5, .5, .5}), u),
          "u");
    for (const SignalId probed : {y, z, u}) {
        m.probe(probed);
    }
}

/// Matrices that a simplifying planner may look at: the identity, one that is nearly it,
/// zeros; and factors of one and zero.
void dot_of_special(ModelMaker& m) {
    const SignalId x = m.input("x", 3), out = m.signal("out", {3});
    const auto matrix = [&](const std::string& name, std::vector<double> values) {
        const SignalId y = m.signal(name, {3});
        m.add(Reset(y), name);
        m.add(DotInc(m.constant(name + ".w", {3, 3}, std::move(values)), x, y), name);
        m.probe(y);
        m.add(Copy(y, out, true), name + ".out");
    };
    m.add(Reset(out), "out");
    matrix("identity", {1, 0, 0, 0, 1, 0, 0, 0, 1});
    matrix("nearly", {1, 0, 0, 0, 1, 0, 0, 1e-3, 1});
    matrix("scaled", {2, 0, 0, 0, 2, 0, 0, 0, 2});
    matrix("any", {0.1, 0.2, 0.3, -0.4, 0.5, -0.6, 0.7, 0.8, 0.9});
    matrix("zeros", std::vector<double>(9, 0.0));
    const auto factor = [&](const std::string& name, std::vector<double> values) {
        const SignalId y = m.signal(name, {3});
        m.add(ElementwiseInc(m.constant(name + ".f", {3}, std::move(values)), x, y, false),
              name);
        m.probe(y);
    };
    factor("ones", {1, 1, 1});
    factor("nearly_ones", {1, 1, 0.5});
    factor("zero_factors", {0, 0, 0});
    // A parameter that starts at such a value does not stay there.
    const SignalId trained = m.parameter("trained", {3, 3}, 0, 0);
    m.add(DotInc(trained, x, out), "trained");
    m.probe(out);
}

/// Parameters that operators other than products read directly.
void parameters_everywhere(ModelMaker& m) {
    const SignalId x = m.input("x", 3), p = m.parameter("p", {3});
    const SignalId y = m.signal("y", {2}), z = m.signal("z", {3});
    m.add(Copy(p, z, false), "z");
    m.add(DotInc(m.parameter("w", {2, 3}), z, y, false), "y");
    m.add(DotInc(m.parameter("v", {2, 3}), p, y), "direct");
    const SignalId pooled = m.signal("pooled", {1});
    m.add(PoolInc(m.parameter("image", {4}), pooled,
                  {.images = 1, .in_h = 2, .in_w = 2, .channels = 1, .out_h = 1,
                   .out_w = 1},
                  false),
          "pool");
    m.add(ElementwiseInc(pooled, m.slice(x, 0, 2), y), "scaled");
    m.probe(y);
    m.probe(m.lowpass("slow", p));
}

/// Independent equal products, and two loops of equal shape.
void dot_merged(ModelMaker& m) {
    const SignalId x = m.input("x", 4);
    for (int i = 0; i < 3; ++i) {
        const std::string name = "part" + std::to_string(i);
        const SignalId y = m.signal(name, {3}), z = m.signal(name + ".z", {2});
        m.add(Reset(y), name);
        m.add(DotInc(m.parameter(name + ".w", {3, 4}, -0.5, 0.5), x, y), name);
        const SignalId slow = m.lowpass(name + ".slow", y, 0.6 + 0.1 * i);
        if (i > 0) {
            m.add(DotInc(m.parameter(name + ".back", {3, 3}, -0.3, 0.3), slow, y),
                  name + ".back");
        }
        m.add(DotInc(m.parameter(name + ".out", {2, 3}), y, z, false), name + ".out");
        m.probe(z);
        m.probe(slow);
    }
}

Conv2DShape conv_shape(Index pad, Index stride, Index groups) {
    const Index out_h = (5 + 2 * pad - 3) / stride + 1, out_w = (4 + 2 * pad - 3) / stride + 1;
    return {.images = 1, .in_h = 5, .in_w = 4, .in_c = 2, .out_h = out_h, .out_w = out_w,
            .out_c = 4, .k_h = 3, .k_w = 3, .stride_h = stride, .stride_w = stride,
            .pad_top = pad, .pad_left = pad, .groups = groups};
}

void convolution(ModelMaker& m) {
    const SignalId x = m.input("x", 5 * 4 * 2);
    const auto layer = [&](const std::string& name, const Conv2DShape& shape, bool inc,
                           SignalId bias) {
        const SignalId y =
            m.signal(name, {shape.out_h * shape.out_w * shape.out_c});
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

void pooling(ModelMaker& m) {
    const SignalId x = m.input("x", 5 * 3 * 2), held = m.input("held", 5 * 3 * 2, true);
    const Pool2DShape plain{.images = 1, .in_h = 5, .in_w = 3, .channels = 2, .out_h = 2,
                            .out_w = 1};
    const Pool2DShape padded{.images = 1, .in_h = 5, .in_w = 3, .channels = 2, .out_h = 3,
                             .out_w = 2, .pool_h = 2, .pool_w = 3, .stride_h = 2,
                             .stride_w = 2, .pad_top = 1, .pad_left = 1};
    const SignalId w = m.parameter("w", {5 * 3 * 2});
    const SignalId a = m.signal("a", {4}), b = m.signal("b", {12}), c = m.signal("c", {4});
    const SignalId scaled = m.signal("scaled", {30});
    m.add(ElementwiseInc(w, x, scaled, false), "scaled");
    m.add(PoolInc(scaled, a, plain, false), "a");
    m.add(Reset(b, 0.5), "b");
    m.add(PoolInc(scaled, b, padded), "b");
    m.add(PoolInc(held, c, plain, false), "c");
    m.add(PoolInc(m.constant("equal", {30}, std::vector<double>(30, 2.0)), c, plain), "c");
    for (const SignalId y : {a, b, c}) {
        m.probe(y);
    }
}

struct Population {
    SignalId current, output;
    std::vector<SignalId> states;
};

/// Neurons whose current is bias + gain * x, in Nengo's operators.
Population population(ModelMaker& m, const std::string& name, NeuronType type, Index n,
                      SignalId x, bool vectors) {
    const bool linear = type == NeuronType::rectified_linear ||
                        type == NeuronType::spiking_rectified_linear;
    const double unit = linear ? 100 : 1;
    const SignalId current = m.signal(name + ".in", {n});
    m.add(Copy(m.parameter(name + ".bias", {n}, 1.2 * unit, 2 * unit), current, false),
          name + ".bias");
    m.add(DotInc(m.parameter(name + ".encoders", {n, m.model->signal(x).size()},
                             -0.3 * unit, 0.3 * unit),
                 x, current),
          name + ".encoders");
    const NeuronInfo& info = neuron_info(type);
    Population made{current, m.signal(name + ".out", {n}), {}};
    std::vector<SignalId> params;
    for (int s = 0; s < info.n_states; ++s) {
        const std::string state(info.states[static_cast<std::size_t>(s)]);
        const bool voltage = state == "voltage";
        std::vector<double> initial;
        for (Index i = 0; voltage && i < n; ++i) {
            initial.push_back(0.9 * static_cast<double>(i) / static_cast<double>(n));
        }
        made.states.push_back(m.signal(name + '.' + state, {n}, initial));
    }
    for (int p = 0; p < info.n_params; ++p) {
        const std::string param(info.params[static_cast<std::size_t>(p)]);
        const double value = param == "tau_rc"    ? 0.02
                             : param == "tau_ref" ? 0.002
                             : param == "sigma"   ? 0.1
                             : param == "min_voltage" ? -0.2
                                                      : 0.5;
        params.push_back(vectors ? m.constant(name + '.' + param, {n}, 0.8 * value, value)
                                 : m.constant(name + '.' + param, {}, value, value));
    }
    SimNeurons op(type, current, made.output, made.states, params);
    op.max_ratio = 0.1;
    m.add(std::move(op), name);
    return made;
}

void neurons(ModelMaker& m, NeuronType type) {
    const SignalId x = m.input("x", 2);
    // Populations of different size merge; the last one is recurrent.
    const Population a = population(m, "a", type, 5, x, false);
    const Population b = population(m, "b", type, 33, x, true);
    const SignalId loop = m.signal("loop", {2});
    m.add(Reset(loop), "loop");
    m.add(Copy(x, loop, true), "loop");
    const Population c = population(m, "c", type, 7, loop, false);
    const SignalId decoded = m.signal("decoded", {2});
    m.add(DotInc(m.parameter("decoders", {2, 7}, -0.001, 0.001), c.output, decoded, false),
          "decoded");
    m.add(Copy(m.lowpass("synapse", decoded), loop, true), "feedback");
    // Filters of the first order right behind neurons run fused with them.
    m.probe(m.lowpass("fused", b.output));
    for (const SignalId y : {a.output, b.output, c.output, a.current, decoded}) {
        m.probe(y);
    }
}

void neuron_states(ModelMaker& m) {
    const SignalId x = m.input("x", 2);
    const Population lif = population(m, "lif", NeuronType::lif, 5, x, false);
    const Population relu =
        population(m, "relu", NeuronType::spiking_rectified_linear, 3, x, true);
    m.probe(lif.output);
    for (const auto& states : {lif.states, relu.states}) {
        for (const SignalId state : states) {
            m.probe(state);
            m.probe(state, 2.5, false);
        }
    }
}

/// Neurons that nothing but their biases drives.
void neurons_without_input(ModelMaker& m) {
    for (const NeuronType type : {NeuronType::soft_lif_rate, NeuronType::sigmoid}) {
        const std::string name(neuron_info(type).name);
        const SignalId current = m.signal(name + ".in", {5}), out = m.signal(name, {5});
        m.add(Copy(m.parameter(name + ".bias", {5}, 1.2, 2), current, false), name);
        std::vector<SignalId> params;
        for (int p = 0; p < neuron_info(type).n_params; ++p) {
            params.push_back(m.constant(name + std::to_string(p), {}, 0.1, 0.1));
        }
        m.add(SimNeurons(type, current, out, {}, params), name);
        m.probe(out);
        m.probe(m.lowpass(name + ".slow", out));
    }
}

/// Gain per neuron, on top of a bias: what the fuse pass turns into slots.
void neuron_gains(ModelMaker& m) {
    const SignalId x = m.input("x", 5);
    int counter = 0;
    for (const NeuronType type : {NeuronType::lif_rate, NeuronType::soft_lif_rate}) {
        for (const bool scalar : {false, true}) {
            const std::string name = "n" + std::to_string(counter++);
            const SignalId current = m.signal(name + ".in", {5});
            const SignalId output = m.signal(name + ".out", {5});
            const SignalId gain = scalar ? m.parameter(name + ".gain", {}, 0.2, 0.5)
                                         : m.parameter(name + ".gain", {5}, 0.2, 0.5);
            m.add(Copy(m.parameter(name + ".bias", {5}, 1.8, 2.5), current, false),
                  name + ".bias");
            m.add(ElementwiseInc(gain, x, current), name + ".gain");
            std::vector<SignalId> params{m.constant(name + ".tau_rc", {}, 0.02, 0.02),
                                         m.constant(name + ".tau_ref", {}, 0.002, 0.002),
                                         m.constant(name + ".amplitude", {}, 1, 1)};
            if (type == NeuronType::soft_lif_rate) {
                params.push_back(m.constant(name + ".sigma", {5}, 0.05, 0.1));
            }
            m.add(SimNeurons(type, current, output, {}, params), name);
            m.probe(output);
        }
    }
}

void lif_smoothing(ModelMaker& m) {
    const SignalId x = m.input("x", 3);
    const SignalId out = m.signal("out", {5}), current = m.signal("in", {5});
    m.add(Copy(m.parameter("bias", {5}, 0.5, 1.5), current, false), "bias");
    m.add(DotInc(m.parameter("encoders", {5, 3}), x, current), "encoders");
    SimNeurons op(NeuronType::lif, current, out,
                  {m.signal("voltage", {5}), m.signal("refractory_time", {5})},
                  {m.constant("tau_rc", {}, 0.02, 0.02), m.constant("tau_ref", {}, 2e-3, 2e-3),
                   m.constant("amplitude", {}, 0.01, 0.01), m.constant("min_voltage", {}, 0, 0)});
    op.smoothing = 0.15;
    op.max_ratio = 0.05;
    m.add(std::move(op), "lif");
    m.probe(out);
}

std::vector<double> filter_numbers(FilterForm form, Index order) {
    if (form == FilterForm::gain) {
        return {0.75};
    }
    if (form == FilterForm::first_order) {
        return {0.9, 0.1};
    }
    std::vector<double> numbers;
    for (Index i = 0; i < order; ++i) {
        for (Index j = 0; j < order; ++j) {
            numbers.push_back(i == j ? 0.8 - 0.1 * static_cast<double>(i) : 0.05);
        }
    }
    for (Index i = 0; i < 2 * order; ++i) {
        numbers.push_back(0.3 + 0.1 * static_cast<double>(i));
    }
    if (form == FilterForm::output_first) {
        numbers.push_back(0.2);
    }
    return numbers;
}

SignalId filter(ModelMaker& m, const std::string& name, FilterForm form, Index order,
                SignalId x, Role role) {
    const Index n = m.model->signal(x).size();
    const auto numbers = filter_numbers(form, order);
    const SignalId y = m.signal(name, {n});
    const SignalId state =
        order > 0 ? m.signal(name + ".state", {order, n}) : no_signal;
    m.add(SimFilter(form, order, x, y,
                    m.constant(name + ".coefficients",
                               {static_cast<Index>(numbers.size())}, numbers),
                    state, role),
          name);
    return y;
}

void filters(ModelMaker& m, Role role) {
    const SignalId x = m.input("x", 3), still = m.input("still", 5, true);
    using enum FilterForm;
    int counter = 0;
    for (const SignalId source : {x, still}) {
        for (const auto& [form, order] : std::vector<std::pair<FilterForm, Index>>{
                 {gain, 0}, {first_order, 1}, {state_first, 1}, {state_first, 2},
                 {state_first, 3}, {output_first, 1}, {output_first, 2}}) {
            const std::string name = "f" + std::to_string(counter++);
            const SignalId y = filter(m, name, form, order, source, role);
            const SignalId z = m.signal(name + ".read", {2});
            m.add(DotInc(m.parameter(name + ".w", {2, m.model->signal(y).size()}), y, z,
                         false),
                  name + ".read");
            m.probe(y);
            m.probe(z, 2);
        }
    }
}

void filters_of_filters(ModelMaker& m) {
    const SignalId x = m.input("x", 3), y = m.signal("y", {3});
    using enum FilterForm;
    m.add(Reset(y), "y");
    m.add(DotInc(m.parameter("w", {3, 3}), x, y), "y");
    const SignalId a = filter(m, "a", first_order, 1, y, Role::update);
    const SignalId b = filter(m, "b", state_first, 2, a, Role::update);
    const SignalId c = filter(m, "c", output_first, 2, b, Role::set);
    m.add(DotInc(m.parameter("back", {3, 3}, -0.2, 0.2), b, y), "back");
    for (const SignalId probed : {y, a, b, c}) {
        m.probe(probed);
    }
}

void filter_states(ModelMaker& m) {
    const SignalId x = m.input("x", 3);
    const SignalId state = m.signal("state", {2, 3}), y = m.signal("y", {3});
    const auto numbers = filter_numbers(FilterForm::state_first, 2);
    m.add(SimFilter(FilterForm::state_first, 2, x, y,
                    m.constant("coefficients", {8}, numbers), state),
          "y");
    m.probe(y);
    m.probe(state);
    m.probe(state, 2, false);
}

HostCall wave(double rate) {
    return [rate](double t, std::span<const double> x, std::span<double> out) {
        for (std::size_t i = 0; i < out.size(); ++i) {
            const double shift = x.empty() ? 0.0 : x[i % x.size()];
            out[i] = std::sin(rate * t + static_cast<double>(i) + shift);
        }
    };
}

void host_of_time(ModelMaker& m) {
    const SignalId a = m.signal("a", {3}), b = m.signal("b", {2}), y = m.signal("y", {4});
    m.add(HostFunction(wave(20), a, no_signal), "a");
    m.add(HostFunction(wave(30), b, no_signal, HostFunction::Order::ordered), "b");
    m.add(Reset(y), "y");
    m.add(DotInc(m.parameter("wa", {4, 3}), a, y), "y");
    m.add(DotInc(m.parameter("wb", {4, 2}), b, y), "y");
    const SignalId slow = m.lowpass("slow", y);
    m.add(DotInc(m.parameter("back", {4, 4}, -0.2, 0.2), slow, y), "back");
    m.probe(a);
    m.probe(b);
    m.probe(y);
}

void host_of_input(ModelMaker& m) {
    const SignalId x = m.input("x", 3), still = m.input("still", 2, true);
    const SignalId a = m.signal("a", {3}), b = m.signal("b", {5}), c = m.signal("c", {2}),
                   loop = m.signal("loop", {3});
    m.add(HostFunction(wave(20), a, x), "a");
    m.add(HostFunction(wave(30), b, still, HostFunction::Order::pure), "b");
    m.add(Reset(loop), "loop");
    m.add(Copy(a, loop, true), "loop");
    m.add(HostFunction(wave(10), c, loop), "c");
    const SignalId slow = m.lowpass("slow", c);
    m.add(Copy(m.slice(slow, 1, 2, -1), m.slice(loop, 0, 2), true), "back");
    for (const SignalId probed : {a, b, c, loop}) {
        m.probe(probed);
    }
}

/// Increments without a set: what learned weights and their deltas are.
void accumulators(ModelMaker& m) {
    const SignalId x = m.input("x", 3);
    const SignalId sum = m.signal("sum", {3}, {1, 2, 3}), y = m.signal("y", {2});
    m.add(ElementwiseInc(m.constant("rate", {}, 0.1, 0.1), x, sum), "sum");
    m.add(DotInc(m.constant("w", {2, 3}), sum, y, false), "y");
    m.probe(sum);
    m.probe(y, 2);
}

void add_neuron_cases(std::vector<OperatorCase>& cases) {
    using enum NeuronType;
    for (const NeuronType type : {lif, lif_rate, soft_lif_rate, rectified_linear,
                                  spiking_rectified_linear, sigmoid, tanh}) {
        const NeuronInfo& info = neuron_info(type);
        cases.push_back({std::string(info.name), "SimNeurons",
                         [type](ModelMaker& m) { neurons(m, type); }, info.spiking});
    }
}

std::vector<OperatorCase> make_cases() {
    std::vector<OperatorCase> cases{
        {"TimeUpdate", "TimeUpdate", time_update},
        {"Reset", "Reset", reset},
        {"ResetOfParts", "Reset", reset_of_parts},
        {"Copy", "Copy", copy},
        {"CopyByIndex", "Copy", copy_by_index},
        {"CopyInALoop", "Copy", copy_in_a_loop},
        {"ElementwiseInc", "ElementwiseInc", elementwise},
        {"ElementwiseIncOfParts", "ElementwiseInc", elementwise_of_parts},
        {"Accumulators", "ElementwiseInc", accumulators},
        {"DotInc", "DotInc", dot},
        {"DotIncOfStridedViews", "DotInc", dot_of_strided},
        {"DotIncMerged", "DotInc", dot_merged},
        {"DotIncOfSpecialMatrices", "DotInc", dot_of_special},
        {"ParametersEverywhere", "DotInc", parameters_everywhere},
        {"ConvInc", "ConvInc", convolution},
        {"ConvIncOfConstants", "ConvInc", convolution_of_constants},
        {"PoolInc", "PoolInc", pooling},
        {"NeuronStates", "SimNeurons", neuron_states, true},
        {"NeuronGains", "SimNeurons", neuron_gains},
        {"NeuronsWithoutInput", "SimNeurons", neurons_without_input},
        {"LifSmoothing", "SimNeurons", lif_smoothing, true},
        {"FiltersThatUpdate", "SimFilter",
         [](ModelMaker& m) { filters(m, Role::update); }},
        {"FiltersThatSet", "SimFilter", [](ModelMaker& m) { filters(m, Role::set); }},
        {"FiltersOfFilters", "SimFilter", filters_of_filters},
        {"FilterStates", "SimFilter", filter_states},
        {"HostFunctionOfTime", "HostFunction", host_of_time},
        {"HostFunctionOfInput", "HostFunction", host_of_input}};
    add_neuron_cases(cases);
    return cases;
}

}  // namespace

const std::vector<OperatorCase>& operator_cases() {
    static const std::vector<OperatorCase> cases = make_cases();
    return cases;
}

CaseModel::CaseModel(const OperatorCase& operator_case) {
    ModelMaker maker(operator_case.name.size());
    operator_case.make(maker);
    model = maker.model;
    held = maker.held;
}

InputData CaseModel::data(Index items, Index steps) const {
    Draw draw(17);
    InputData data;
    for (std::size_t i = 0; i < held.size(); ++i) {
        const Index size = model->signal(model->inputs[i].signal).size();
        const Index rows = held[i] ? 1 : steps;
        data[static_cast<int>(i)] = {items, rows, size,
                                     draw.numbers(items * rows * size, -1, 1)};
    }
    return data;
}

}  // namespace nengine::test
