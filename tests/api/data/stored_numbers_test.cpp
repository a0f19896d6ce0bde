#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "nengine/nengine.hpp"
#include "tests/api/helpers.hpp"

// Data that is stored as bytes, integers or in another precision gives what the same
// numbers in the simulator's own type give, bit for bit.

namespace nengine::test {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t n_items = 7, n_steps = 4, size = 3;  // 7 = 3 + 3 + 1

/// Whole numbers of [0, below), and another order for each seed.
std::vector<double> numbers(std::int64_t count, int below, int seed) {
    std::vector<double> values;
    std::int64_t state = seed;
    for (std::int64_t i = 0; i < count; ++i) {
        state = (state * 1103515245 + 12345) % 2147483648;
        values.push_back(static_cast<double>(state / 65536 % below));
    }
    return values;
}

template <class Number>
Tensor stored(Tensor::Shape shape, const std::vector<double>& values) {
    std::vector<Number> as;
    for (const double value : values) {
        as.push_back(static_cast<Number>(value));
    }
    return {std::move(shape), std::move(as)};
}

/// Spiking neurons behind an input, and targets and labels for them.
struct Task {
    Network net{NetworkOptions{.seed = 2}};
    Node x = net.node(std::vector<double>(size, 0.0), {.label = "x"});
    Layer hidden = net.layer(Dense{.units = 6}, x, {.label = "hidden"});
    Layer spikes = net.layer(LIF{.amplitude = 0.01}, hidden);
    Layer out = net.layer(Dense{.units = size}, spikes, {.label = "out"});
    Probe values = net.probe(out, {.label = "values", .synapse = 0.01});
    Probe classes = net.probe(out, {.label = "classes"});

    Simulator simulator(DType dtype) const {
        SimulatorOptions options = quiet(3);
        options.dtype = dtype;
        options.plan = {.chunk_steps = 3, .tile_items = 2};
        Simulator sim(net, options);
        sim.compile(
            {.optimizer = SGD{.learning_rate = 1e-3},
             .loss = {{values, MeanSquaredError{}},
                      {values, MeanAbsoluteError{}},
                      {classes, SparseCategoricalCrossentropy{.from_logits = true}}},
             .metrics = {{classes, Accuracy{}}}});
        return sim;
    }
};

/// All that the calls of a simulator give.
struct Results {
    std::vector<double> predicted, run, losses, parameters;
    EvaluationResult scores;

    Results(const Task& task, DType dtype, const Tensor& x, double scale,
            const Tensor& y, const Tensor& labels) {
        const Data data = {{task.x, x, scale}};
        const Data targets = {{task.values, y}, {task.classes, labels}};
        Simulator sim = task.simulator(dtype);
        predicted = sim.predict(data, {.n_steps = n_steps})[task.values].to_vector();
        sim.run_steps(n_steps, {.data = {{task.x, x.items(2, 3), scale}}});
        run = sim.data(task.values).to_vector();
        sim.reset();
        scores = sim.evaluate(data, targets, {.n_steps = n_steps});
        losses = sim.fit(data, targets, {.epochs = 2, .n_steps = n_steps})["loss"];
        for (const char* name : {"hidden.kernel", "out.kernel", "out.bias"}) {
            const auto kernel = sim.parameter(name).values;
            parameters.insert(parameters.end(), kernel.begin(), kernel.end());
        }
    }

    void expect_equal(const Results& want) const {
        EXPECT_EQ(predicted, want.predicted);
        EXPECT_EQ(run, want.run);
        EXPECT_EQ(scores, want.scores);
        EXPECT_EQ(losses, want.losses);
        EXPECT_EQ(parameters, want.parameters);
        // The numbers matter.
        EXPECT_NE(want.predicted, std::vector<double>(want.predicted.size(), 0.0));
        EXPECT_NE(want.losses[0], want.losses[1]);
    }
};

/// Numbers of some type, against the same ones in the simulator's.
template <class Number>
void expect_same_results(double scale) {
    const Task task;
    for (const DType dtype : {DType::float32, DType::float64}) {
        for (const std::int64_t steps : {std::int64_t{1}, n_steps}) {
            SCOPED_TRACE(std::string(dtype_name(dtype)) + ", " + std::to_string(steps) +
                         " steps");
            const Tensor::Shape shape = {n_items, steps, size},
                                label_shape = {n_items, steps, 1};
            const auto x = numbers(n_items * steps * size, 256, 1);
            const auto y = numbers(n_items * steps * size, 200, 2);
            const auto labels = numbers(n_items * steps, size, 3);
            const auto native = [&](const Tensor::Shape& of, auto values,
                                    double times) {
                for (double& value : values) {
                    value *= times;
                }
                return dtype == DType::float32 ? stored<float>(of, values)
                                               : stored<double>(of, values);
            };

            const Results got(task, dtype, stored<Number>(shape, x), scale,
                              stored<Number>(shape, y),
                              stored<Number>(label_shape, labels));

            got.expect_equal(Results(task, dtype, native(shape, x, scale), 1.0,
                                     native(shape, y, 1.0),
                                     native(label_shape, labels, 1.0)));
        }
    }
}

TEST(StoredNumbers, AreTheSameAsBytes) {
    expect_same_results<std::uint8_t>(1.0);
}
TEST(StoredNumbers, AreTheSameAsIntegers) {
    expect_same_results<std::int32_t>(1.0);
}
TEST(StoredNumbers, AreTheSameInSinglePrecision) {
    expect_same_results<float>(1.0);
}
TEST(StoredNumbers, AreTheSameInDoublePrecision) {
    expect_same_results<double>(1.0);
}

/// 1 / 255 is no number of either precision: the product is rounded as the user's.
TEST(StoredNumbers, AreScaledAsUsersScaleThem) {
    expect_same_results<std::uint8_t>(1.0 / 255);
    expect_same_results<std::int32_t>(-0.3);
    expect_same_results<float>(1.0 / 255);
    expect_same_results<double>(1.0 / 255);
}

TEST(StoredNumbers, MayBeBorrowed) {
    Network net;
    const Node x = net.node(std::vector<double>(100, 0.0));
    const Probe p = net.probe(x, {.keep_history = false});
    Simulator sim(net, {.minibatch_size = 1, .device = "cpu", .progress_bar = false});
    std::vector<std::uint8_t> bytes(100);
    const Tensor borrowed = Tensor::borrow(bytes.data(), {1, 1, 100});
    bytes[99] = 200;

    EXPECT_EQ(sim.predict({{x, borrowed}}, {.n_steps = 1})[p][99], 200.0);
}

TEST(StoredNumbers, AreLookedAtAsLabels) {
    const Task task;
    Simulator sim = task.simulator(DType::float32);
    const Tensor x({1, 1, size}, std::vector<std::uint8_t>(size));
    const auto fit_with = [&](const Tensor& labels) {
        sim.fit({{task.x, x}}, {{task.values, x}, {task.classes, labels}});
    };

    EXPECT_THAT(message<ValidationError>([&] {
                    fit_with(Tensor({1, 1, 1}, std::vector<std::uint8_t>{3}));
                }),
                HasSubstr("probe 'classes': got the label 3 for item 0"));
    EXPECT_THAT(message<ValidationError>([&] {
                    fit_with(Tensor({1, 1, 1}, std::vector<std::int32_t>{-1}));
                }),
                HasSubstr("probe 'classes': got the label -1 for item 0"));
}

TEST(StoredNumbers, AreRefusedWhereTheirProductDoesNotFit) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    Network net;
    const Node x = net.node({0.0, 0.0}, {.label = "x"});
    net.probe(x);
    const Tensor bytes({1, 1, 2}, std::vector<std::uint8_t>{0, 200});
    const Tensor wide({1, 1, 2}, {1.0, 1e300});
    const auto text = [&](DType dtype, const Tensor& values, double scale) {
        SimulatorOptions options = quiet();
        options.dtype = dtype;
        Simulator sim(net, options);
        return message<ValidationError>([&] {
            sim.predict({{x, values, scale}}, {.n_steps = 2});
        });
    };

    EXPECT_THAT(text(DType::float64, bytes, infinity),
                HasSubstr("node 'x': scale: got inf, needs a finite number"));
    EXPECT_THAT(text(DType::float32, bytes, 1e37),
                HasSubstr("got 200 times 1e+37 for item 0, step 0, component 1 (each "
                          "counted from 0), needs what float32 holds"));
    EXPECT_THAT(
        text(DType::float64, wide, 1e10),
        HasSubstr("got 1e+300 times 1e+10 for item 0, step 0, component 1 (each "
                  "counted from 0), needs a finite number"));
    SimulatorOptions options = quiet();
    options.dtype = DType::float32;
    EXPECT_EQ(Simulator(net, options)
                  .predict({{x, wide, 1e-300}}, {.n_steps = 2})[net.probes()[0]][1],
              1.0);
}

}  // namespace
}  // namespace nengine::test
