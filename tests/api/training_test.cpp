#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>

#include "engine/io/npz.hpp"
#include "helpers.hpp"
#include "nengine/nengine.hpp"

namespace nengine::test {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Shape = Tensor::Shape;

/// y = w x for two inputs, to be learned.
struct Regression {
    Network net{NetworkOptions{.seed = 1}};
    Node x = net.node({0.0, 0.0}, {.label = "x"});
    Layer y = net.layer(Dense{.units = 1}, x, {.label = "d"});
    Probe p = net.probe(y, {.label = "y"});
    Tensor inputs, targets;

    Regression() {
        std::vector<double> in, out;
        std::mt19937 rng(1);
        std::uniform_real_distribution<double> draw(-1, 1);
        for (int i = 0; i < 64; ++i) {
            const double a = draw(rng), b = draw(rng);
            in.insert(in.end(), {a, b});
            out.push_back(2 * a - 3 * b + 0.5);
        }
        inputs = Tensor({64, 1, 2}, in);
        targets = Tensor({64, 1, 1}, out);
    }
};

TEST(Training, FindsALinearMap) {
    Regression task;
    Simulator sim(task.net, quiet(8));
    sim.compile({.optimizer = SGD{.learning_rate = 0.2},
                 .loss = {{task.p, MeanSquaredError{}}}});

    const auto before = sim.evaluate({{task.x, task.inputs}}, {{task.p, task.targets}});
    const auto history =
        sim.fit({{task.x, task.inputs}}, {{task.p, task.targets}}, {.epochs = 30});
    const auto after = sim.evaluate({{task.x, task.inputs}}, {{task.p, task.targets}});

    EXPECT_GT(before.at("loss"), 0.5);
    EXPECT_LT(after.at("loss"), 1e-6);
    EXPECT_EQ(after.at("y_loss"), after.at("loss"));
    EXPECT_EQ(history["loss"].size(), 30u);
    EXPECT_EQ(history.seconds.size(), 30u);
    EXPECT_LT(history["loss"].back(), history["loss"].front());
    EXPECT_THAT(sim.parameter("d.kernel").values,
                ::testing::Pointwise(::testing::DoubleNear(1e-3), {2.0, -3.0}));
    EXPECT_THAT(sim.parameter("d.bias").values,
                ::testing::Pointwise(::testing::DoubleNear(1e-3), {0.5}));
}

TEST(Training, ReportsValidationAndStopsWhenTold) {
    Regression task;
    Simulator sim(task.net, quiet(8));
    sim.compile({.loss = {{task.p, MeanSquaredError{}}}});
    const Data x = {{task.x, task.inputs}};
    const Data y = {{task.p, task.targets}};
    int calls = 0;

    const auto history = sim.fit(x, y,
                                 {.epochs = 5,
                                  .validation_data = std::pair(x, y),
                                  .on_epoch_end = [&](int epoch, const auto& values) {
                                      EXPECT_EQ(epoch, calls);
                                      EXPECT_TRUE(values.contains("val_y_loss"));
                                      return ++calls < 2;
                                  }});

    EXPECT_EQ(history["val_loss"].size(), 2u);
    EXPECT_LT(history["val_loss"][1], history["val_loss"][0]);
}

TEST(Training, RefusesValidationDataBeforeTheFirstEpoch) {
    Regression task;
    Simulator sim(task.net, quiet(8));
    sim.compile({.loss = {{task.p, MeanSquaredError{}}}});
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const Data x = {{task.x, task.inputs}}, y = {{task.p, task.targets}};
    const Data infinite = {
        {task.p, Tensor({64, 1, 1}, std::vector<double>(64, infinity))}};
    const auto kernel = sim.parameter("d.kernel").values;

    const auto text = message<ValidationError>(
        [&] { sim.fit(x, y, {.validation_data = std::pair(x, infinite)}); });

    EXPECT_THAT(text, HasSubstr("fit: validation_data"));
    EXPECT_THAT(text, HasSubstr("'y'"));
    EXPECT_THAT(text, HasSubstr("inf"));
    EXPECT_EQ(sim.parameter("d.kernel").values, kernel);
}

TEST(Training, IsReproducibleFromTheSeed) {
    Regression task;
    const auto train = [&] {
        Simulator sim(task.net, quiet(8));
        sim.compile({.loss = {{task.p, MeanSquaredError{}}}});
        sim.fit({{task.x, task.inputs}}, {{task.p, task.targets}}, {.epochs = 2});
        return sim.parameter("d.kernel").values;
    };
    EXPECT_EQ(train(), train());
}

TEST(Training, ComparesLabelsOfTheLastStep) {
    Network net({.seed = 1});
    auto x = net.node({0.0, 0.0, 0.0});
    auto p = net.probe(x);
    auto q = net.probe(x);
    Simulator sim(net, quiet(2));
    sim.compile({.loss = {{p, SparseCategoricalCrossentropy{.from_logits = true}}},
                 .metrics = {{p, Accuracy{}}, {q, Accuracy{.last_step = true}}}});
    const Tensor in({4, 1, 3}, std::vector<double>{2, 1, 0, 0, 2, 1, 2, 1, 0, 0, 1, 2});
    const Tensor labels({4, 1, 1}, std::vector<double>{0, 1, 1, 2});

    const auto got =
        sim.evaluate({{x, in}}, {{p, labels}, {q, labels}}, {.n_steps = 2});

    const double sum = std::exp(2.0) + std::exp(1.0) + 1.0;
    const double right = std::log(sum) - 2.0, wrong = std::log(sum) - 1.0;
    EXPECT_NEAR(got.at("loss"), (3 * right + wrong) / 4, 1e-9);
    EXPECT_NEAR(got.at("probe_loss"), got.at("loss"), 1e-12);
    EXPECT_EQ(got.at("probe_accuracy"), 0.75);
    EXPECT_EQ(got.at("probe_1_accuracy"), 0.75);
}

TEST(Training, ChecksTargets) {
    Regression task;
    Simulator sim(task.net, quiet(8));
    const Data x = {{task.x, task.inputs}};
    const Data y = {{task.p, task.targets}};
    EXPECT_THROW(sim.fit(x, y), SimulationError);
    EXPECT_THROW(sim.evaluate(x, y), SimulationError);
    EXPECT_THROW(sim.set_learning_rate(0.1), SimulationError);
    EXPECT_THROW(sim.compile({.loss = {{"z", MeanSquaredError{}}}}), ValidationError);

    sim.compile({.loss = {{task.p, MeanSquaredError{}}}});
    EXPECT_THAT(message<ValidationError>([&] { sim.fit(x, {}); }),
                HasSubstr("got no targets for probe 'y'"));
    EXPECT_THROW(sim.fit(x, {{task.p, task.targets.items(0, 8)}}), ShapeError);
    EXPECT_THROW(sim.fit(x, {{task.p, task.targets.reshaped({32, 2, 1})}}), ShapeError);
    sim.compile({.loss = {{task.p, SparseCategoricalCrossentropy{}}}});
    EXPECT_THAT(message<ValidationError>([&] { sim.evaluate(x, y); }),
                HasSubstr("needs whole numbers from 0 to 0"));
}

TEST(Training, GivesEachOfSeveralLossesOfAProbeAValue) {
    Network net({.seed = 1});
    auto x = net.node(0.0);
    auto y = net.layer(Dense{.units = 1}, x, {.label = "d"});
    auto p = net.probe(y, {.label = "p"}), q = net.probe(x, {.label = "q"});
    Simulator sim(net, quiet(1));
    sim.compile({.optimizer = SGD{0.1},
                 .loss = {{p, MeanSquaredError{}, 0.5},
                          {p, SparseCategoricalCrossentropy{.from_logits = true}},
                          {p, MeanSquaredError{.last_step = true}, 2.0},
                          {q, MeanSquaredError{}}},
                 .metrics = {{p, Accuracy{}}, {p, Accuracy{.last_step = true}}}});
    sim.set_parameter("d.kernel", Array{{2.0}});
    const Tensor in({1, 2, 1}, std::vector<double>{1, 3});
    const Tensor zero({1, 1, 1}, std::vector<double>{0});

    const auto got = sim.evaluate({{x, in}}, {{p, zero}, {q, zero}});

    // 2 and 6 against 0; the only class is right. Above 0.5 is not 0.
    EXPECT_EQ(got, (EvaluationResult{{"loss", 0.5 * 20 + 2 * 36 + 5},
                                     {"p_loss", 20 + 36},
                                     {"p_mean_squared_error", 20},
                                     {"p_sparse_categorical_crossentropy", 0},
                                     {"p_mean_squared_error_1", 36},
                                     {"p_accuracy", 0},
                                     {"p_accuracy_1", 0},
                                     {"q_loss", 5}}));

    const auto history = sim.fit({{x, in}}, {{p, zero}, {q, zero}});

    EXPECT_EQ(history["p_mean_squared_error_1"].front(), 36);
    // Both have a gradient: 0.5 * (2 * 1 + 6 * 3) + 2 * 2 * 6 * 3
    EXPECT_NEAR(sim.parameter("d.kernel").values[0], 2.0 - 0.1 * (10 + 72), 1e-12);
}

TEST(Training, RefusesLabelsAndValuesAsTargetsOfOneProbe) {
    Network net;
    auto p = net.probe(net.node({0.0, 0.0}), {.label = "p"});
    Simulator sim(net, quiet());
    EXPECT_THAT(message<ValidationError>([&] {
                    sim.compile({.loss = {{p, MeanSquaredError{}},
                                          {p, SparseCategoricalCrossentropy{}}}});
                }),
                HasSubstr("compile: probe 'p'"));
}

TEST(Training, NamesALossThatIsNotFinite) {
    Regression task;
    Simulator sim(task.net, quiet(8));
    sim.compile({.optimizer = SGD{1e200}, .loss = {{task.p, MeanSquaredError{}}}});

    EXPECT_THROW(
        sim.fit({{task.x, task.inputs}}, {{task.p, task.targets}}, {.epochs = 20}),
        SimulationError);
    for (const double value : sim.parameter("d.kernel").values) {
        EXPECT_TRUE(std::isfinite(value));
    }
}

struct ParameterFiles : ::testing::Test {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() /
        ("nengine_simulator_test_" + std::to_string(std::random_device{}()) + ".npz");
    ~ParameterFiles() override { std::filesystem::remove(path); }
};

TEST_F(ParameterFiles, BringBackWhatWasSaved) {
    Regression task;
    Simulator one(task.net, quiet(8));
    one.set_parameter("d.kernel", Array{{7.0}, {8.0}});
    one.save_params(path);
    Simulator two(task.net, quiet(2));

    two.load_params(path);

    EXPECT_EQ(two.parameter("d.kernel"), (Array{{7.0}, {8.0}}));
    const auto out = two.predict({{task.x, task.inputs}});
    EXPECT_NEAR(out[task.p](0, 0, 0), 7 * task.inputs[0] + 8 * task.inputs[1], 1e-12);
}

TEST_F(ParameterFiles, ChangeNothingWhenANameOrAShapeIsWrong) {
    Regression task;
    Simulator sim(task.net, quiet(8));
    const Array kernel = sim.parameter("d.kernel");
    const auto load = [&](const std::map<std::string, engine::NpyArray>& arrays) {
        engine::write_npz(path, arrays, DType::float64);
        return message<ValidationError>([&] { sim.load_params(path); });
    };
    const engine::NpyArray good = {{2, 1}, {5.0, 6.0}}, bias = {{1}, {1.0}};

    EXPECT_THAT(load({{"d.kernel", good}}), HasSubstr("got no parameter 'd.bias'"));
    EXPECT_THAT(load({{"d.kernel", good}, {"d.bias", bias}, {"e.bias", bias}}),
                HasSubstr("got a parameter 'e.bias'"));
    EXPECT_THAT(load({{"d.kernel", good}, {"d.bias", {{2}, {1.0, 2.0}}}}),
                HasSubstr("'d.bias': got shape [2], needs [1]"));
    EXPECT_EQ(sim.parameter("d.kernel"), kernel);
    std::ofstream(path) << "this is no archive";
    EXPECT_THROW(sim.load_params(path), FileError);
    EXPECT_THROW(sim.load_params(path.string() + ".missing"), FileError);
}

TEST_F(ParameterFiles, ChangeNothingWhenAValueOverflowsFloat32) {
    Regression task;
    SimulatorOptions options = quiet(8);
    Simulator twice(task.net, options);
    options.dtype = DType::float32;
    Simulator single(task.net, options);
    const Array kernel = single.parameter("d.kernel");
    twice.set_parameter("d.kernel", Array{{7.0}, {1e39}});
    twice.save_params(path);

    EXPECT_THAT(message<ValidationError>([&] { single.load_params(path); }),
                HasSubstr("'d.kernel': got 1e+39 at [1, 0], needs what float32 holds"));

    EXPECT_EQ(single.parameter("d.kernel"), kernel);
}

TEST_F(ParameterFiles, HoldInitialVoltagesThatTakeEffectAtOnce) {
    Network net({.seed = 1});
    auto x = net.node(0.0);
    auto h = net.layer(LIF{}, x, {.label = "h", .max_rates = 100.0, .intercepts = 0.0});
    auto p = net.probe(h, {.attr = "voltage"});
    Simulator sim(net, quiet());
    sim.set_parameter("h.voltage", Array{0.25});
    sim.set_parameter("h.bias", Array{0.0});

    sim.run_steps(1);

    EXPECT_NEAR(sim.data(p)(0, 0), 0.25 * std::exp(-0.001 / 0.02), 1e-12);
}

}  // namespace
}  // namespace nengine::test
