#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

// Losses and metrics that are functions of symbolic tensors.

namespace nengine::test {

namespace {

using ::testing::DoubleNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

/// Two filtered outputs of trained weights, over some steps.
struct Task {
    explicit Task(std::optional<double> sample_every = std::nullopt)
        : p(net.probe(layer, {.label = "p",
                              .synapse = Lowpass(0.003),
                              .sample_every = sample_every})) {
        std::mt19937 rng(3);
        std::uniform_real_distribution<double> draw(-1, 1);
        const auto numbers = [&](std::vector<std::int64_t> shape) {
            std::vector<double> values(
                static_cast<std::size_t>(shape[0] * shape[1] * shape[2]));
            for (double& value : values) {
                value = draw(rng);
            }
            return Tensor(shape, values);
        };
        inputs = numbers({items, steps, 3});
        targets = numbers({items, 1, 2});
        for_each_step = numbers({items, steps, 2});
    }

    SimulatorOptions options(std::int64_t minibatch) const {
        SimulatorOptions result = quiet(minibatch);
        result.dtype = DType::float64;
        result.seed = 5;
        return result;
    }

    static constexpr std::int64_t items = 14, steps = 6;
    Network net{NetworkOptions{.seed = 1}};
    Node x = net.node({0.0, 0.0, 0.0}, {.label = "x"});
    Layer layer = net.layer(Dense{.units = 2}, x, {.label = "d"});
    Probe p;
    Tensor inputs, targets, for_each_step;
};

Expression squared_error(const Expression& target, const Expression& output) {
    return square(output - target);
}

void expect_near(const std::vector<double>& got, const std::vector<double>& want) {
    EXPECT_THAT(got, Pointwise(DoubleNear(1e-12), want));
}

/// Trains and evaluates the same with a function as with the loss of its own.
void expect_same(const Task& task, const Tensor& targets, PlanOptions plan) {
    SimulatorOptions options = task.options(4);
    options.plan = plan;
    Simulator with_function(task.net, options), with_kernel(task.net, options);
    with_function.compile({.optimizer = SGD{.learning_rate = 0.3},
                           .loss = {{task.p, squared_error, 0.7}}});
    with_kernel.compile({.optimizer = SGD{.learning_rate = 0.3},
                         .loss = {{task.p, MeanSquaredError{}, 0.7}}});
    const auto run = [&](Simulator& sim) {
        auto values =
            sim.fit({{task.x, task.inputs}}, {{task.p, targets}}, {.epochs = 3})
                .values.at("loss");
        const auto after = sim.evaluate({{task.x, task.inputs}}, {{task.p, targets}});
        values.insert(values.end(), {after.at("loss"), after.at("p_loss")});
        const auto kernel = sim.parameter("d.kernel").values;
        values.insert(values.end(), kernel.begin(), kernel.end());
        return values;
    };
    expect_near(run(with_function), run(with_kernel));
}

TEST(ObjectiveFunction, IsTrainedAsTheSameLossOfItsOwn) {
    const Task task;
    expect_same(task, task.targets, {});
    expect_same(task, task.for_each_step, {});
    expect_same(task, task.for_each_step, {.tile_items = 3});
    expect_same(task, task.for_each_step, {.chunk_steps = 2, .tile_items = 1});
    expect_same(task, task.for_each_step, {.simplify = false, .fold = false});
}

TEST(ObjectiveFunction, SeesWhatAProbeShows) {
    const Task every_other(0.002), uneven(0.0025);
    expect_same(every_other, every_other.targets, {});
    expect_same(uneven, uneven.targets, {.chunk_steps = 2});
}

TEST(ObjectiveFunction, HasTheGradientOfDifferences) {
    const Task task;
    Simulator sim(task.net, task.options(Task::items));
    constexpr double rate = 0.01;
    sim.compile({.optimizer = SGD{.learning_rate = rate},
                 .loss = {{task.p, [](Expression target, Expression output) {
                               const Expression late = last(output, 3);
                               return exp(late) * last(target, 3) +
                                      softmax(late) * sum(output[0]);
                           }}}});
    const auto before = sim.parameter("d.kernel");
    const auto loss_at = [&](std::size_t i, double offset) {
        Array moved = before;
        moved.values[i] += offset;
        sim.set_parameter("d.kernel", moved);
        return sim
            .evaluate({{task.x, task.inputs}}, {{task.p, task.for_each_step}},
                      {.phase = Phase::training})
            .at("loss");
    };
    std::vector<double> want;
    constexpr double h = 1e-4;
    for (std::size_t i = 0; i < before.values.size(); ++i) {
        want.push_back((loss_at(i, h) - loss_at(i, -h)) / (2 * h));
    }
    sim.set_parameter("d.kernel", before);

    sim.fit({{task.x, task.inputs}}, {{task.p, task.for_each_step}});

    std::vector<double> got = sim.parameter("d.kernel").values;
    for (std::size_t i = 0; i < got.size(); ++i) {
        got[i] = (before.values[i] - got[i]) / rate;
    }
    EXPECT_THAT(got, Pointwise(DoubleNear(1e-7), want));
}

TEST(ObjectiveFunction, ComparesTheWholeSequence) {
    const Task task;
    Simulator sim(task.net, task.options(4));
    const auto of_last = [](const Expression& target, const Expression& output) {
        return mean(square(last(output, 2) - last(target, 2)));
    };
    sim.compile({.metrics = {{task.p, Metric("late", of_last)}}});
    const Tensor outputs = sim.predict({{task.x, task.inputs}})[task.p];

    const auto got =
        sim.evaluate({{task.x, task.inputs}}, {{task.p, task.for_each_step}});

    const auto out = outputs.doubles(), wanted = task.for_each_step.doubles();
    double sum = 0;
    for (std::size_t item = 0; item < Task::items; ++item) {
        for (std::size_t k = 0; k < 4; ++k) {
            const std::size_t at = (item * Task::steps + Task::steps - 2) * 2 + k;
            sum += (out[at] - wanted[at]) * (out[at] - wanted[at]) / 4;
        }
    }
    EXPECT_NEAR(got.at("p_late"), sum / Task::items, 1e-12);
}

TEST(ObjectiveFunction, IsNamedAndMeasuredInTrainingToo) {
    const Task task;
    Simulator sim(task.net, task.options(4));
    sim.compile(
        {.loss = {{task.p, Loss("first", squared_error)},
                  {task.p, squared_error, 2.0},
                  {task.p, MeanSquaredError{}}},
         .metrics = {{task.p, Metric("within", [](Expression y, Expression out) {
                          return abs(out - y) < 0.5;
                      })}}});

    const History history =
        sim.fit({{task.x, task.inputs}}, {{task.p, task.targets}}, {.epochs = 2});
    const auto values = sim.evaluate({{task.x, task.inputs}}, {{task.p, task.targets}});

    EXPECT_EQ(history["p_within"].size(), 2U);
    EXPECT_NEAR(values.at("p_first"), values.at("p_mean_squared_error"), 1e-12);
    EXPECT_NEAR(values.at("p_function"), values.at("p_first"), 1e-12);
    EXPECT_NEAR(values.at("loss"), 4 * values.at("p_first"), 1e-12);
    EXPECT_GT(values.at("p_within"), 0);
    EXPECT_LE(values.at("p_within"), 1);
}

TEST(ObjectiveFunction, NeedsNoTargetThatItDoesNotLookAt) {
    const Task task;
    Simulator sim(task.net, task.options(4));
    sim.compile({.optimizer = SGD{.learning_rate = 0.5},
                 .loss = {{task.p, [](Expression, Expression output) {
                               return square(output);
                           }}}});

    const History history = sim.fit({{task.x, task.inputs}}, {}, {.epochs = 20});

    EXPECT_LT(history["loss"].back(), 0.5 * history["loss"].front());

    sim.compile({.loss = {{task.p, squared_error}}});
    try {
        sim.fit({{task.x, task.inputs}}, {});
        FAIL() << "no error";
    } catch (const ValidationError& error) {
        EXPECT_THAT(error.what(), HasSubstr("loss 'function' on probe 'p'"));
        EXPECT_THAT(error.what(), HasSubstr("got no targets"));
    }
}

TEST(ObjectiveFunction, WithoutASlopeIsRefusedInTrainingAlone) {
    const Task task;
    Simulator sim(task.net, task.options(4));
    const auto accuracy = [](const Expression& label, const Expression& output) {
        return argmax(output[-1]) == label[-1][0];
    };
    sim.compile({.loss = {{task.p, Loss("accuracy", accuracy)}}});
    const Tensor labels({Task::items, 1, 1}, std::vector<double>(Task::items, 1.0));

    const auto values = sim.evaluate({{task.x, task.inputs}}, {{task.p, labels}});

    EXPECT_GT(values.at("loss"), 0);
    try {
        sim.fit({{task.x, task.inputs}}, {{task.p, labels}});
        FAIL() << "no error";
    } catch (const BuildError& error) {
        EXPECT_THAT(error.what(), HasSubstr("loss 'accuracy' on probe 'p'"));
        EXPECT_THAT(error.what(), HasSubstr("no slope"));
    }
    EXPECT_EQ(values, sim.evaluate({{task.x, task.inputs}}, {{task.p, labels}}));
}

TEST(ObjectiveFunction, OneStandsForAllProbesOrEachHasItsOwn) {
    Task task;
    const Probe q = task.net.probe(task.x, {.label = "q"});
    Simulator sim(task.net, task.options(4));
    const Tensor three({Task::items, 1, 3}, std::vector<double>(3 * Task::items, 0.5));
    const Data x = {{task.x, task.inputs}};
    const Data y = {{task.p, task.targets}, {q, three}};
    sim.compile({.loss = squared_error, .metrics = Metric("mse", squared_error)});

    const auto all = sim.evaluate(x, y);

    EXPECT_NEAR(all.at("loss"), all.at("p_loss") + all.at("q_loss"), 1e-12);
    EXPECT_NEAR(all.at("p_mse"), all.at("p_loss"), 1e-12);
    sim.compile({.loss = Losses::in_order({MeanSquaredError{}, squared_error})});
    EXPECT_NEAR(sim.evaluate(x, y).at("loss"), all.at("loss"), 1e-12);
    try {
        sim.compile({.loss = Losses::in_order({MeanSquaredError{}})});
        FAIL() << "no error";
    } catch (const ValidationError& error) {
        EXPECT_THAT(error.what(), HasSubstr("got 1 losses in order"));
        EXPECT_THAT(error.what(), HasSubstr("2 probes"));
    }
}

TEST(ObjectiveFunction, ThatIsNotFiniteEndsTrainingIfItIsALoss) {
    const Task task;
    Simulator sim(task.net, task.options(4));
    const auto no_number = [](const Expression&, const Expression& output) {
        return log(-square(output));
    };
    sim.compile({.loss = {{task.p, squared_error}},
                 .metrics = {{task.p, Metric("odd", no_number)}}});
    const Data x = {{task.x, task.inputs}}, y = {{task.p, task.targets}};

    const History history = sim.fit(x, y);

    EXPECT_TRUE(std::isnan(history["p_odd"].front()));
    EXPECT_TRUE(std::isfinite(history["loss"].front()));
    const auto before = sim.parameter("d.kernel").values;
    sim.compile({.loss = {{task.p, no_number}}});
    try {
        sim.fit(x, y);
        FAIL() << "no error";
    } catch (const SimulationError& error) {
        EXPECT_THAT(error.what(), HasSubstr("in the loss itself"));
    }
    EXPECT_EQ(sim.parameter("d.kernel").values, before);
}

TEST(ObjectiveFunction, OfAMetricAloneAsksForNoGradient) {
    Task task;
    const Layer other = task.net.layer(Dense{.units = 2}, task.x, {.label = "e"});
    const Node first = task.net.node(
        [](double, std::span<const double> in) { return in[0]; }, {.size_in = 2});
    task.net.connect(other, first, {.synapse = None});
    const Probe q = task.net.probe(first, {.label = "q"});
    Simulator sim(task.net, task.options(4));
    sim.compile({.loss = {{task.p, squared_error}},
                 .metrics = {{q, Metric("size", [](Expression, Expression output) {
                                  return abs(output);
                              })}}});

    const History history =
        sim.fit({{task.x, task.inputs}}, {{task.p, task.targets}}, {.epochs = 3});

    EXPECT_LT(history["loss"].back(), history["loss"].front());
    EXPECT_GT(history["q_size"].front(), 0);
    EXPECT_EQ(history["q_size"].front(), history["q_size"].back());
}

TEST(ObjectiveFunction, NamesItselfWhereShapesDoNotFit) {
    const Task task;
    Simulator sim(task.net, task.options(4));
    sim.compile({.loss = {{task.p, Loss("mine", squared_error)}}});
    const Tensor wide({Task::items, 1, 5}, std::vector<double>(5 * Task::items));
    try {
        sim.fit({{task.x, task.inputs}}, {{task.p, wide}});
        FAIL() << "no error";
    } catch (const ShapeError& error) {
        EXPECT_THAT(error.what(), HasSubstr("loss 'mine' on probe 'p'"));
    }
    sim.compile({.metrics = {{task.p, Metric("far", [](Expression, Expression output) {
                                  return output[10];
                              })}}});
    try {
        sim.evaluate({{task.x, task.inputs}}, {});
        FAIL() << "no error";
    } catch (const ValidationError& error) {
        EXPECT_THAT(error.what(), HasSubstr("metric 'far' on probe 'p': slice"));
    }
    sim.compile({.loss = {{task.p, Loss("mine", squared_error)}}});
    EXPECT_NO_THROW(
        sim.evaluate({{task.x, task.inputs}}, {{task.p, task.for_each_step}}));
}

}  // namespace
}  // namespace nengine::test
