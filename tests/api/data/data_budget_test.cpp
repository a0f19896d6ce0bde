#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>

#include "tests/api/helpers.hpp"
#include "tests/engine/io/files.hpp"

// Where data of a call lie changes no number. On the CPU they lie with the caller;
// these tests say something on a GPU, or an emulated one.

namespace nengine::test {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t n_items = 11, n_steps = 3, minibatch = 3;

/// Whole numbers of [0, 256), in no order.
std::vector<std::uint8_t> bytes(std::int64_t count) {
    std::vector<std::uint8_t> values;
    for (std::int64_t i = 0; i < count; ++i) {
        values.push_back(static_cast<std::uint8_t>(i * i * 31 + 7 * i));
    }
    return values;
}

std::vector<double> waves(std::int64_t count, double frequency) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < count; ++i) {
        values.push_back(std::sin(frequency * static_cast<double>(i)));
    }
    return values;
}

/// Spiking neurons that see bytes, and a number that is held; two probes with targets,
/// one of which has weights.
struct Task {
    Network net{NetworkOptions{.seed = 4}};
    Node image = net.node({0.0, 0.0}, {.label = "image"});
    Node held = net.node(0.0, {.label = "held"});
    Layer hidden = net.layer(Dense{.units = 5}, image, {.label = "hidden"});
    Layer spikes = net.layer(LIF{.amplitude = 0.01}, hidden);
    Layer out = net.layer(Dense{.units = 2}, spikes, {.label = "out"});
    Layer beside = net.layer(Dense{.units = 1}, held, {.label = "beside"});
    Probe p = net.probe(out, {.label = "p"}), q = net.probe(beside, {.label = "q"});
    Data inputs = {
        {image, Tensor({n_items, n_steps, 2}, bytes(n_items* n_steps * 2)), 1.0 / 255},
        {held, Tensor({n_items, 1, 1}, waves(n_items, 0.7))}};
    Data targets = {
        {p, Tensor({n_items, n_steps, 2}, waves(n_items* n_steps * 2, 0.3))},
        {q, Tensor({n_items, 1, 1}, waves(n_items, 1.9))}};
    Data weights = {{p, Tensor({n_items}, waves(n_items, 0.1))}};
    Simulator sim;

    explicit Task(std::optional<std::size_t> budget) : sim(made(budget)) {
        sim.compile({.optimizer = Adam{.learning_rate = 0.01},
                     .loss = {{p, MeanSquaredError{}}, {q, MeanSquaredError{}}},
                     .metrics = {{p, MeanAbsoluteError{}}}});
    }

    History fit(FitOptions options) {
        return sim.fit(inputs, targets, std::move(options));
    }
    /// Some of the items of some data.
    static Data items(const Data& all, std::int64_t first, std::int64_t count) {
        std::vector<DataEntry> some;
        for (const DataEntry& entry : all.entries()) {
            some.push_back({entry.key, entry.values.items(first, count), entry.scale});
        }
        return Data(std::move(some));
    }
    std::vector<std::vector<double>> parameters() const {
        std::vector<std::vector<double>> values;
        for (const std::string& name : parameter_names(sim)) {
            values.push_back(sim.parameter(name).values);
        }
        return values;
    }

private:
    Simulator made(std::optional<std::size_t> budget) const {
        SimulatorOptions options = quiet(minibatch);
        options.dtype = DType::float32;
        options.seed = 5;
        options.data_budget = budget;
        return Simulator(net, options);
    }
};

/// Nothing fits, what is trained with fits, all fits.
const std::vector<std::optional<std::size_t>> budgets = {0, 500, 100000, std::nullopt};

TEST(DataBudget, ChangesNoResult) {
    Task want(std::nullopt);
    const FitOptions options{
        .epochs = 4, .validation_split = 0.3, .sample_weight = want.weights};
    const History trained = want.fit(options);
    const EvaluationResult scores =
        want.sim.evaluate(want.inputs, want.targets, {.sample_weight = want.weights});
    const auto predicted = want.sim.predict(want.inputs)[want.p].to_vector();
    EXPECT_NE(trained["loss"][0], trained["loss"][3]);

    for (const auto& budget : budgets) {
        Task got(budget);
        FitOptions same = options;
        same.sample_weight = got.weights;
        EXPECT_EQ(got.fit(same).values, trained.values);
        EXPECT_EQ(got.parameters(), want.parameters());
        EXPECT_EQ(
            got.sim.evaluate(got.inputs, got.targets, {.sample_weight = got.weights}),
            scores);
        EXPECT_EQ(got.sim.predict(got.inputs)[got.p].to_vector(), predicted);
    }
}

/// The batches of a source: the items of a task in order.
std::shared_ptr<BatchSource> in_order(const Task& task) {
    return from_function([&task](int, std::int64_t batch) {
        const std::int64_t first = minibatch * batch,
                           count = std::min(minibatch, n_items - first);
        return count > 0
                   ? std::optional(Batch{.x = Task::items(task.inputs, first, count),
                                         .y = Task::items(task.targets, first, count)})
                   : std::nullopt;
    });
}

TEST(DataBudget, IsNotAskedForASource) {
    Task want(std::nullopt), got(std::nullopt);

    const History trained = want.fit({.epochs = 3, .shuffle = false});

    EXPECT_EQ(got.sim.fit(in_order(got), {.epochs = 3}).values, trained.values);
    EXPECT_EQ(got.parameters(), want.parameters());
}

/// Batches whose numbers are of one type or another, for one node or two.
TEST(DataBudget, OfBatchesThatDifferInFormIsNoMatter) {
    Task want(0), got(0);
    const auto train = [](Task& task, std::int64_t batch) {
        Data x = Task::items(task.inputs, batch, 2);
        if (batch % 3 == 0) {
            std::vector<float> single(2 * n_steps * 2, 0.25F);
            x = {{task.image, Tensor({2, n_steps, 2}, single)}};
        }
        return Batch{.x = x, .y = Task::items(task.targets, batch, 2)};
    };
    for (std::int64_t batch = 0; batch < 7; ++batch) {
        want.sim.fit(from_function([&](int, std::int64_t) {
                         return std::optional(train(want, batch));
                     }),
                     {.steps_per_epoch = 1});
    }

    got.sim.fit(from_function([&](int, std::int64_t batch) {
                    return std::optional(train(got, batch));
                }),
                {.steps_per_epoch = 7});

    EXPECT_EQ(got.parameters(), want.parameters());
}

TEST(DataBudget, IsNoPartOfACheckpoint) {
    const TemporaryFolder folder;
    const auto path = folder / "backup.npz";
    Task whole(std::nullopt);
    const History want = whole.fit({.epochs = 4});
    std::atomic<bool> stop = false;
    const BackupAndRestore backup{.path = path};

    Task first(0), second(0);
    first.fit(
        {.epochs = 4,
         .callbacks = {backup, LambdaCallback{.on_train_batch_end =
                                                  [&](Training& training,
                                                      std::int64_t batch, const Logs&) {
                                                      stop = batch == 1 &&
                                                             training.epoch() == 2;
                                                  }}},
         .interrupt = &stop});
    EXPECT_TRUE(std::filesystem::exists(path));
    const History rest =
        second.fit({.epochs = 4, .callbacks = {backup, LambdaCallback{}}});

    EXPECT_EQ(rest.values, want.values);
    EXPECT_EQ(second.parameters(), whole.parameters());
}

/// Rates overflow in the third minibatch: it is found wherever its items are.
TEST(DataBudget, DoesNotHideWhatWasNotFinite) {
    std::vector<std::string> said;
    for (const auto& budget : budgets) {
        Task task(budget);
        std::vector<double> values = waves(n_items, 0.7);
        values[7] = 1e38;
        task.inputs = Data{{task.image, task.inputs[0].values, task.inputs[0].scale},
                           {task.held, Tensor({n_items, 1, 1}, values), 3.0}};
        const auto before = task.parameters();
        said.push_back(message<SimulationError>([&] { task.fit({.shuffle = false}); }));
        EXPECT_THAT(said.back(), HasSubstr("in minibatch 3"));
        EXPECT_EQ(said.back(), said.front());
        task.inputs[1].values = Tensor({n_items, 1, 1}, waves(n_items, 0.7));
        EXPECT_EQ(task.fit({}).epoch.size(), 1U);  // it is as usable as ever
    }
}

}  // namespace
}  // namespace nengine::test
