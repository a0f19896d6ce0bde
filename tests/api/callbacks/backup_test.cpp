#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <random>

#include "tests/api/callbacks/line_task.hpp"
#include "tests/engine/io/files.hpp"

// Training that goes on from a checkpoint is training that had not ended.

namespace nengine::test {

namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A network with noise, spikes, learned weights and parameters, in float32: whatever
/// training has to remember.
struct NoisyTask {
    static constexpr std::int64_t n_items = 22, n_steps = 3;

    Network net{NetworkOptions{.seed = 1}};
    Node x = net.node({0.0, 0.0}, {.label = "x"});
    Node noise = net.node(WhiteNoise(Gaussian(0.0, 0.1), false), {.size_out = 1});
    Ensemble ens = net.ensemble(30, 2, {.label = "ens"});
    Probe p = net.probe(ens, {.label = "p"});
    Data inputs, targets;
    Simulator sim = made();

    explicit NoisyTask(const AnyOptimizer& optimizer) {
        std::mt19937 rng(3);
        std::uniform_real_distribution<double> draw(-1, 1);
        const auto numbers = [&](std::int64_t steps) {
            std::vector<double> values;
            for (std::int64_t i = 0; i < n_items * steps * 2; ++i) {
                values.push_back(draw(rng));
            }
            return Tensor({n_items, steps, 2}, values);
        };
        inputs = {{x, numbers(n_steps)}};
        targets = {{p, numbers(1)}};
        sim.compile({.optimizer = optimizer,
                     .loss = {{p, MeanSquaredError{}}},
                     .metrics = {{p, MeanAbsoluteError{}}}});
    }

    History fit(FitOptions options) {
        return sim.fit(inputs, targets, std::move(options));
    }
    std::vector<std::vector<double>> parameters() const {
        std::vector<std::vector<double>> values;
        for (const Parameter& parameter : sim.parameters()) {
            values.push_back(sim.parameter(parameter.name).values);
        }
        return values;
    }

private:
    Simulator made() {
        net.connect(x, ens, {.synapse = None});
        net.connect(noise, ens[0], {.synapse = None});
        SimulatorOptions options;
        options.minibatch_size = 4;
        options.seed = 3;
        options.progress_bar = false;
        return Simulator(net, options);
    }
};

/// Ends the training after so many minibatches, as Ctrl-C would.
struct Interrupter {
    std::atomic<bool> flag = false;
    int left;

    explicit Interrupter(int minibatches) : left(minibatches) {}
    LambdaCallback callback() {
        return {.on_train_batch_end = [this](Training&, std::int64_t, const Logs&) {
            flag = --left <= 0;
        }};
    }
};

struct Result {
    std::map<std::string, std::vector<double>> history;
    std::vector<int> epochs;
    std::vector<std::vector<double>> parameters;
    std::string csv;

    bool operator==(const Result&) const = default;
};

FitOptions options_of(const TemporaryFolder& folder, const char* log) {
    return {.epochs = 5,
            .callbacks = {EarlyStopping{.monitor = "loss",
                                        .patience = 3,
                                        .restore_best_weights = true},
                          ReduceLROnPlateau{.monitor = "loss", .patience = 1},
                          CsvLogger{folder / log}},
            .validation_split = 0.2};
}

Result undisturbed(const TemporaryFolder& folder, const AnyOptimizer& optimizer) {
    NoisyTask task(optimizer);
    const History history = task.fit(options_of(folder, "whole.csv"));
    return {history.values, history.epoch, task.parameters(),
            read_text(folder / "whole.csv")};
}

/// Ends every so many minibatches and goes on in another simulator.
Result in_pieces(const TemporaryFolder& folder, const AnyOptimizer& optimizer,
                 int minibatches) {
    for (int piece = 0; piece < 100; ++piece) {
        NoisyTask task(optimizer);
        Interrupter ends(minibatches);
        FitOptions options = options_of(folder, "pieces.csv");
        options.callbacks.push_back(BackupAndRestore{folder / "backup.npz"});
        options.callbacks.push_back(ends.callback());
        options.interrupt = &ends.flag;
        const History history = task.fit(options);
        if (!ends.flag) {
            return {history.values, history.epoch, task.parameters(),
                    read_text(folder / "pieces.csv")};
        }
    }
    ADD_FAILURE() << "does not come to its end";
    return {};
}

TEST(Backup, GoesOnAsIfTheTrainingHadNotEnded) {
    const TemporaryFolder folder;
    for (const AnyOptimizer& optimizer :
         {AnyOptimizer(Adam{.learning_rate = 0.01, .use_ema = true}),
          AnyOptimizer(SGD{.learning_rate = 0.01, .momentum = 0.9}),
          AnyOptimizer(RMSprop{.learning_rate = ExponentialDecay{0.01, 7, 0.9}}),
          AnyOptimizer(Ftrl{})}) {
        // A rate that follows a schedule is none that callbacks can set.
        const Result want = undisturbed(folder, optimizer);
        for (const int minibatches : {1, 5}) {
            const Result got = in_pieces(folder, optimizer, minibatches);

            EXPECT_EQ(got.parameters, want.parameters) << minibatches;
            EXPECT_EQ(got.history, want.history) << minibatches;
            EXPECT_EQ(got.epochs, want.epochs);
            EXPECT_EQ(got.csv, want.csv);
            EXPECT_FALSE(fs::exists(folder / "backup.npz"));
        }
    }
}

/// A process that is killed leaves the file that was written last.
TEST(Backup, GoesOnFromAnEarlierMinibatchThanTheLast) {
    const TemporaryFolder folder;
    const Result want = undisturbed(folder, Adam{});
    const auto options = [&] {
        FitOptions result = options_of(folder, "killed.csv");
        result.callbacks.push_back(
            BackupAndRestore{.path = folder / "backup.npz", .every_batches = 2});
        return result;
    };
    struct Killed {};
    for (const int after : {1, 2, 7, 11, 14}) {
        fs::remove(folder / "backup.npz");
        fs::remove(folder / "killed.csv");
        {
            NoisyTask task{Adam{}};
            FitOptions killed = options();
            killed.callbacks.push_back(LambdaCallback{
                .on_train_batch_end = [left = after](Training&, std::int64_t,
                                                     const Logs&) mutable {
                    if (--left == 0) {
                        throw Killed();
                    }
                }});
            EXPECT_THROW(task.fit(killed), Killed);
        }
        NoisyTask task{Adam{}};
        FitOptions rest = options();
        rest.callbacks.push_back(LambdaCallback{});

        const History history = task.fit(rest);

        EXPECT_EQ(task.parameters(), want.parameters) << after;
        EXPECT_EQ(history.values, want.history) << after;
        EXPECT_EQ(read_text(folder / "killed.csv"), want.csv) << after;
    }
}

TEST(Backup, StaysIfItIsToAndThenTheTrainingIsOver) {
    const TemporaryFolder folder;
    const BackupAndRestore backup{.path = folder / "b.npz", .delete_checkpoint = false};
    LineTask first;
    first.fit({.epochs = 3, .callbacks = {backup}});
    EXPECT_TRUE(fs::exists(folder / "b.npz"));

    LineTask again;
    const History history = again.fit({.epochs = 3, .callbacks = {backup}});
    EXPECT_EQ(again.kernel(), first.kernel());
    EXPECT_THAT(history.epoch, ElementsAre(0, 1, 2));

    LineTask longer, whole;
    longer.fit({.epochs = 5, .callbacks = {backup}});
    whole.fit({.epochs = 5});
    EXPECT_EQ(longer.kernel(), whole.kernel());
}

TEST(Backup, OfSomethingElseIsRefusedAndNothingChanges) {
    const TemporaryFolder folder;
    const BackupAndRestore backup{.path = folder / "b.npz", .delete_checkpoint = false};
    LineTask task;
    task.fit({.epochs = 1, .callbacks = {backup}});

    LineTask other;
    const double kernel = other.kernel();
    const auto fails = [&](const FitOptions& options) {
        return message<Error>([&] { other.fit(options); });
    };
    EXPECT_THAT(fails({.shuffle = false, .callbacks = {backup}}),
                HasSubstr("other data or options"));
    other.sim.compile({.optimizer = Adam{}, .loss = {{other.p, MeanSquaredError{}}}});
    EXPECT_THAT(fails({.callbacks = {backup}}),
                HasSubstr("another network, optimizer"));
    other.sim.compile(
        {.optimizer = SGD{0.125}, .loss = {{other.p, MeanSquaredError{}}}});
    EXPECT_THAT(fails({.callbacks = {EarlyStopping{.monitor = "loss"}, backup}}),
                HasSubstr("the same callbacks"));
    EXPECT_EQ(other.kernel(), kernel);

    fs::resize_file(folder / "b.npz", fs::file_size(folder / "b.npz") / 2);
    EXPECT_THAT(fails({.callbacks = {backup}}), HasSubstr("b.npz"));
    other.sim.save_params(folder / "b.npz");
    EXPECT_THAT(fails({.callbacks = {backup}}), HasSubstr("needs a checkpoint"));
    EXPECT_EQ(other.kernel(), kernel);
    fs::remove(folder / "b.npz");
    EXPECT_EQ(other.fit({.callbacks = {backup}}).epoch.size(), 1U);

    EXPECT_THAT(fails({.callbacks = {backup, backup}}), HasSubstr("two of them"));
    EXPECT_THAT(fails({.callbacks = {BackupAndRestore{}}}), HasSubstr("no name"));
    EXPECT_THAT(fails({.callbacks = {BackupAndRestore{.path = folder / "c",
                                                      .every_batches = 0}}}),
                HasSubstr("every_batches"));
}

TEST(Checkpoints, HaveTheOptimizersState) {
    const TemporaryFolder folder;
    LineTask task, other;
    for (LineTask* of : {&task, &other}) {
        of->sim.compile({.optimizer = Adam{}, .loss = {{of->p, MeanSquaredError{}}}});
    }
    task.fit({.epochs = 2});
    task.sim.save_checkpoint(folder / "c.npz");
    other.sim.load_checkpoint(folder / "c.npz");
    EXPECT_EQ(other.kernel(), task.kernel());

    task.fit({.epochs = 2});
    other.fit({.epochs = 2});

    EXPECT_EQ(other.kernel(), task.kernel());
    EXPECT_THAT(message<FileError>([&] { task.sim.load_checkpoint(folder / "none"); }),
                HasSubstr("none"));
}

}  // namespace

}  // namespace nengine::test
