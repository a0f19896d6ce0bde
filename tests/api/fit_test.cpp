#include <algorithm>
#include <atomic>
#include <limits>
#include <numeric>

#include "api/simulator/item_stream.hpp"
#include "tests/api/callbacks/line_task.hpp"

// The loop of `fit`: which epochs, which items, and when it ends.

namespace nengine::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Fit, NumbersEpochsFromTheInitialOne) {
    LineTask task;
    std::vector<int> told;
    const auto tell = [&](int epoch, const EvaluationResult&) {
        told.push_back(epoch);
        return true;
    };

    const History history =
        task.fit({.epochs = 5, .on_epoch_end = tell, .initial_epoch = 3});
    const History none = task.fit({.epochs = 3, .initial_epoch = 3});

    EXPECT_THAT(history.epoch, ElementsAre(3, 4));
    EXPECT_THAT(told, ElementsAre(3, 4));
    EXPECT_EQ(history["loss"].size(), 2u);
    EXPECT_EQ(history.seconds.size(), 2u);
    EXPECT_THAT(none.epoch, ElementsAre());
}

TEST(Fit, ValidatesWithTheLastItemsOfASplit) {
    LineTask task, seven;
    seven.inputs[0].values = seven.inputs[0].values.items(0, 7);
    seven.targets[0].values = seven.targets[0].values.items(0, 7);

    // As Keras: floor(10 * (1 - 0.25)) items are trained with.
    const History split = task.fit({.epochs = 3, .validation_split = 0.25});
    const History cut = seven.fit({.epochs = 3});

    EXPECT_EQ(task.kernel(), seven.kernel());
    EXPECT_EQ(split["loss"], cut["loss"]);
    EXPECT_NEAR(split["val_loss"].back(), task.loss(7, 3), 1e-12);
}

TEST(Fit, SplitsDataOfAnyPrecisionAndNumberOfSteps) {
    Network net({.seed = 1});
    auto x = net.node({0.0, 0.0}), held = net.node(0.0);
    auto y = net.layer(Dense{.units = 1}, x, {.label = "d"});
    auto p = net.probe(y);
    auto q = net.probe(held);
    std::vector<float> single(5 * 3 * 2);
    std::iota(single.begin(), single.end(), -7.0F);
    const Tensor steps({5, 3, 2}, single), ones({5, 1, 1}, {1, 2, 3, 4, 5});
    Simulator sim(net, quiet(2));
    sim.compile({.optimizer = SGD{0.0},
                 .loss = {{p, MeanSquaredError{}}, {q, MeanSquaredError{}}}});

    const History history =
        sim.fit({{x, steps}, {held, ones}}, {{p, ones}, {q, ones.reshaped({5, 1, 1})}},
                {.validation_split = 0.4});
    const auto want = [&](std::int64_t first, std::int64_t count) {
        const Tensor some = ones.items(first, count);
        return sim
            .evaluate({{x, steps.items(first, count)}, {held, some}},
                      {{p, some}, {q, some}})
            .at("loss");
    };

    EXPECT_NEAR(history["loss"].back(), want(0, 3), 1e-9);
    EXPECT_NEAR(history["val_loss"].back(), want(3, 2), 1e-9);
}

TEST(Fit, TakesValidationDataInsteadOfASplit) {
    LineTask task, plain;
    const auto all = std::pair(task.inputs, task.targets);

    const History history =
        task.fit({.validation_data = all, .validation_split = 0.25});
    plain.fit({});

    EXPECT_EQ(task.kernel(), plain.kernel());
    EXPECT_NEAR(history["val_loss"].back(), task.loss(0, 10), 1e-12);
}

TEST(Fit, ValidatesEverySoManyEpochs) {
    LineTask task;
    std::vector<bool> validated;
    const auto tell = [&](int, const EvaluationResult& values) {
        validated.push_back(values.contains("val_loss"));
        return true;
    };

    const History history = task.fit({.epochs = 7,
                                      .on_epoch_end = tell,
                                      .initial_epoch = 2,
                                      .validation_split = 0.25,
                                      .validation_freq = 3});

    // Epochs 2 and 5 are the third and the sixth.
    EXPECT_THAT(validated, ElementsAre(true, false, false, true, false));
    EXPECT_EQ(history["loss"].size(), 5u);
    EXPECT_EQ(history["val_loss"].size(), 2u);
}

TEST(Fit, GoesOnThroughTheItemsFromEpochToEpoch) {
    LineTask task, steps;
    for (LineTask* of : {&task, &steps}) {
        of->inputs[0].values = of->inputs[0].values.items(0, 8);
        of->targets[0].values = of->targets[0].values.items(0, 8);
    }

    const History whole = task.fit({.epochs = 3});
    const History parts = steps.fit({.epochs = 6, .steps_per_epoch = 1});

    EXPECT_EQ(parts["loss"].size(), 6u);
    EXPECT_EQ(steps.kernel(), task.kernel());
    EXPECT_NEAR(whole["loss"][2], (parts["loss"][4] + parts["loss"][5]) / 2, 1e-12);
}

TEST(Fit, TrainsAsManyMinibatchesAsItIsTold) {
    LineTask task;
    std::vector<std::int64_t> batches;

    task.fit(
        {.epochs = 2,
         .callbacks = {LambdaCallback{
             .on_train_batch_end = [&](Training&, std::int64_t batch,
                                       const Logs&) { batches.push_back(batch); }}},
         .steps_per_epoch = 4});

    EXPECT_THAT(batches, ElementsAre(0, 1, 2, 3, 0, 1, 2, 3));
}

TEST(ItemStream, ShufflesAgainWhenAllItemsWereTaken) {
    std::uint32_t seed = 5;
    ItemStream stream(6, true, [&] { return seed++; });
    std::vector<Index> taken;
    for (int i = 0; i < 3; ++i) {
        const auto some = stream.take(4);
        taken.insert(taken.end(), some.begin(), some.end());
    }

    std::vector<Index> first(taken.begin(), taken.begin() + 6),
        second(taken.begin() + 6, taken.end());
    EXPECT_NE(first, second);
    std::ranges::sort(first);
    std::ranges::sort(second);
    EXPECT_THAT(first, ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_EQ(second, first);
    EXPECT_EQ(seed, 7u);
    EXPECT_THAT(ItemStream(3, false, [] { return 0U; }).take(7),
                ElementsAre(0, 1, 2, 0, 1, 2, 0));
}

TEST(Fit, EndsAfterTheMinibatchInWhichItIsInterrupted) {
    LineTask task, stopped;
    std::atomic<bool> interrupt = false;
    bool ended = false;
    const auto at_fifth = [](auto what) {
        return [what](Training& training, std::int64_t batch, const Logs&) {
            if (training.epoch() == 1 && batch == 1) {
                what(training);
            }
        };
    };

    const History history = task.fit(
        {.epochs = 5,
         .callbacks = {LambdaCallback{
             .on_train_batch_end = at_fifth([&](Training&) { interrupt = true; }),
             .on_train_end = [&](Training&) { ended = true; }}},
         .validation_split = 0.1,
         .interrupt = &interrupt});
    stopped.fit({.epochs = 5,
                 .callbacks = {LambdaCallback{
                     .on_train_batch_end = at_fifth([](Training& of) { of.stop(); })}},
                 .validation_split = 0.1});

    EXPECT_THAT(history.epoch, ElementsAre(0));
    EXPECT_EQ(history["val_loss"].size(), 1u);
    EXPECT_TRUE(ended);
    EXPECT_EQ(task.kernel(), stopped.kernel());
    EXPECT_THAT(task.fit({.epochs = 2, .interrupt = &interrupt}).epoch, ElementsAre());
    interrupt = false;
    EXPECT_EQ(task.fit({.epochs = 2, .interrupt = &interrupt}).epoch.size(), 2u);
}

TEST(Fit, EndsWithinTheValidationInWhichItIsInterrupted) {
    std::atomic<bool> interrupt = false;
    int calls = 0;
    Network net({.seed = 1});
    auto x = net.node(0.0);
    auto y = net.layer(Dense{.units = 1}, x, {.label = "d"});
    auto p = net.probe(y);
    auto watch = net.node(
        [&](double, std::span<const double> value) {
            if (value[0] == 99.0) {
                interrupt = true;
                ++calls;
            }
        },
        {.size_in = 1});
    net.connect(x, watch, {.synapse = None});
    Simulator sim(net, quiet(1));
    sim.compile({.loss = {{p, MeanSquaredError{}}}});
    const Data data = {{x, Tensor({3, 1, 1}, {1, 2, 3})}},
               others = {{x, Tensor({3, 1, 1}, {99, 99, 99})}},
               targets = {{p, Tensor({3, 1, 1}, {1, 2, 3})}};

    const History history = sim.fit(
        data, targets,
        {.validation_data = std::pair(others, targets), .interrupt = &interrupt});

    EXPECT_THAT(history.epoch, ElementsAre());
    EXPECT_EQ(calls, 1);
    EXPECT_GT(sim.evaluate(others, targets).at("loss"), 0.0);
}

TEST(Fit, NamesAnOptionThatCannotBe) {
    LineTask task;
    const auto text = [&](FitOptions options) {
        return message<ValidationError>([&] { task.fit(std::move(options)); });
    };
    EXPECT_EQ(text({.epochs = -1}), "fit: epochs: got -1, needs at least 0");
    EXPECT_EQ(text({.initial_epoch = -2}),
              "fit: initial_epoch: got -2, needs at least 0");
    EXPECT_EQ(text({.validation_freq = 0}),
              "fit: validation_freq: got 0, needs at least 1");
    EXPECT_EQ(text({.steps_per_epoch = 0}),
              "fit: steps_per_epoch: got 0, needs at least 1");
    for (const double split : {-0.1, 1.0, std::numeric_limits<double>::quiet_NaN()}) {
        EXPECT_THAT(text({.validation_split = split}),
                    HasSubstr("needs at least 0 and below 1"));
    }
    for (const double split : {0.95, 1e-20}) {
        EXPECT_THAT(text({.validation_split = split}),
                    HasSubstr("of 10 items, needs at least one to train with"));
    }
    EXPECT_THROW(
        task.fit({.steps_per_epoch = std::numeric_limits<std::int64_t>::max() / 2}),
        MemoryError);
}

}  // namespace
}  // namespace nengine::test
