#include <cmath>
#include <limits>
#include <optional>

#include "tests/api/callbacks/full_disk.hpp"
#include "tests/api/callbacks/line_task.hpp"
#include "tests/engine/io/files.hpp"

// What ends a training before its time leaves a simulator that trains on as if nothing
// had happened: with the parameters of before the call, or of after the last minibatch.

namespace nengine::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* no_space = "File too large";

/// Two tasks have trained alike and go on alike.
void expect_alike(LineTask& task, LineTask& twin) {
    EXPECT_EQ(task.kernel(), twin.kernel());
    EXPECT_EQ(task.fit({.epochs = 2})["loss"], twin.fit({.epochs = 2})["loss"]);
    EXPECT_EQ(task.kernel(), twin.kernel());
}

double kernel_in(const std::filesystem::path& params) {
    LineTask fresh;
    fresh.sim.load_params(params);
    return fresh.kernel();
}

/// The disk is full from the first minibatch of an epoch on, until this is gone.
struct FullFrom {
    int epoch;
    rlim_t bytes;
    std::optional<FullDisk> disk = std::nullopt;

    LambdaCallback callback() {
        return {.on_train_batch_end = [this](Training& training, std::int64_t batch,
                                             const Logs&) {
            if (training.epoch() == epoch && batch == 0) {
                disk.emplace(bytes);
            }
        }};
    }
};

/// What `fit` says of the file that it could not write.
std::string fails_to_write(LineTask& task, int epochs, FullFrom full,
                           std::vector<Callback> callbacks) {
    callbacks.insert(callbacks.begin(), full.callback());
    return message<FileError>(
        [&] { task.fit({.epochs = epochs, .callbacks = callbacks}); });
}

TEST(FullDisks, LeaveTheCheckpointThatWasThere) {
    LineTask task, twin;
    const TemporaryFolder folder;
    task.fit({});
    twin.fit({});
    task.sim.save_checkpoint(folder / "c.npz");
    task.sim.save_params(folder / "p.npz");
    const double saved = task.kernel();
    task.fit({});
    twin.fit({});

    {
        const FullDisk full(100);
        EXPECT_THAT(
            message<FileError>([&] { task.sim.save_checkpoint(folder / "c.npz"); }),
            AllOf(HasSubstr("c.npz"), HasSubstr(no_space)));
        EXPECT_THAT(message<FileError>([&] { task.sim.save_params(folder / "p.npz"); }),
                    AllOf(HasSubstr("p.npz"), HasSubstr(no_space)));
        EXPECT_THAT(
            message<FileError>([&] { task.sim.save_checkpoint(folder / "new.npz"); }),
            HasSubstr("new.npz"));
    }

    EXPECT_EQ(folder.n_files(), 2U);
    EXPECT_EQ(kernel_in(folder / "p.npz"), saved);
    LineTask restored;
    restored.sim.load_checkpoint(folder / "c.npz");
    EXPECT_EQ(restored.kernel(), saved);
    expect_alike(task, twin);
}

/// The parameters are those of after the epoch's last minibatch.
TEST(FullDisks, LeaveTheParametersOfAnEarlierEpoch) {
    LineTask task, twin;
    const TemporaryFolder folder;
    const ModelCheckpoint saves{.path = folder / "p.npz"};

    EXPECT_THAT(fails_to_write(task, 4, {1, 100}, {saves}),
                AllOf(HasSubstr("p.npz"), HasSubstr(no_space)));

    twin.fit({});
    EXPECT_EQ(kernel_in(folder / "p.npz"), twin.kernel());
    EXPECT_EQ(folder.n_files(), 1U);
    twin.fit({});
    expect_alike(task, twin);
}

TEST(FullDisks, LeaveABackupFromWhichTheTrainingGoesOn) {
    const TemporaryFolder folder;
    const BackupAndRestore backup{.path = folder / "b.npz", .every_batches = 1};
    LineTask whole, task;
    whole.fit({.epochs = 3});

    EXPECT_THAT(fails_to_write(task, 3, {1, 100}, {backup}),
                AllOf(HasSubstr("b.npz"), HasSubstr(no_space)));

    EXPECT_EQ(folder.n_files(), 1U);
    LineTask twin;  // trained as far: an epoch and a minibatch
    twin.fit({});
    twin.fit({.steps_per_epoch = 1});
    EXPECT_EQ(task.kernel(), twin.kernel());
    EXPECT_EQ(
        task.fit({.epochs = 3, .callbacks = {LambdaCallback{}, backup}}).epoch.size(),
        3U);
    EXPECT_EQ(task.kernel(), whole.kernel());
}

TEST(FullDisks, LeaveALogThatGoesOnWithTheBackup) {
    const TemporaryFolder folder;
    const auto callbacks = [&](const char* log) -> std::vector<Callback> {
        return {CsvLogger{folder / log}, BackupAndRestore{folder / "b.npz"}};
    };
    LineTask whole, task;
    whole.fit({.epochs = 3, .callbacks = callbacks("whole.csv")});
    const std::string want = read_text(folder / "whole.csv");
    const auto second_line = want.find('\n', want.find('\n') + 1) + 1;

    // There is room for two letters of the second epoch's line, which are not left.
    EXPECT_THAT(fails_to_write(task, 3, {1, second_line + 2}, callbacks("log.csv")),
                AllOf(HasSubstr("log.csv"), HasSubstr(no_space)));
    EXPECT_EQ(read_text(folder / "log.csv"), want.substr(0, second_line));

    auto again = callbacks("log.csv");
    again.insert(again.begin(), LambdaCallback{});
    task.fit({.epochs = 3, .callbacks = again});
    EXPECT_EQ(read_text(folder / "log.csv"), want);
    EXPECT_EQ(task.kernel(), whole.kernel());
}

TEST(FullDisks, AreNamedByTheEventFile) {
    LineTask task, twin;
    const TemporaryFolder folder;

    EXPECT_THAT(
        fails_to_write(task, 2, {0, 60}, {TensorBoard{.log_dir = folder / "logs"}}),
        AllOf(HasSubstr("logs/train/events.out.tfevents"), HasSubstr(no_space)));

    twin.fit({});
    expect_alike(task, twin);
}

TEST(FaultsOfTraining, OfDataChangeNothing) {
    LineTask task, twin;
    const auto refused = [&](const Data& x, const Data& y, FitOptions options = {}) {
        return message<Error>([&] { task.sim.fit(x, y, std::move(options)); });
    };
    const auto ten = [](double value) {
        return Tensor({10, 1, 1}, std::vector<double>(10, value));
    };
    for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
        EXPECT_THAT(refused({{task.x, ten(bad)}}, task.targets),
                    HasSubstr("fit: node 'x': got"));
        EXPECT_THAT(refused(task.inputs, {{task.p, ten(bad)}}),
                    HasSubstr("fit: probe 'y': got"));
    }
    EXPECT_THAT(refused(task.inputs, {{task.p, ten(0).reshaped({5, 1, 2})}}),
                HasSubstr("fit: probe 'y': got data of shape"));
    EXPECT_THAT(refused(task.inputs, {{task.p, ten(0).reshaped({5, 2, 1})}}),
                HasSubstr("5 items"));
    EXPECT_THAT(refused(task.inputs, {{task.p, ten(0).items(0, 9)}}),
                HasSubstr("9 items"));

    expect_alike(task, twin);
}

TEST(FaultsOfTraining, OfAnEmptyValidationChangeNothing) {
    LineTask task, twin;
    const auto refused = [&](const Data& x, const Data& y) {
        return message<Error>([&] { task.fit({.validation_data = std::pair(x, y)}); });
    };
    const Tensor none({0, 1, 1}, std::vector<double>());

    EXPECT_THAT(refused({}, {}), StartsWith("fit: validation_data: got neither data"));
    EXPECT_THAT(refused(task.inputs, {}),
                StartsWith("fit: validation_data: got no targets for probe 'y'"));
    EXPECT_THAT(
        refused({{task.x, none}}, {{task.p, none}}),
        AllOf(StartsWith("fit: validation_data: node 'x'"), HasSubstr("[0, 1, 1]")));

    expect_alike(task, twin);
}

/// A checkpoint that cannot be loaded changes nothing, whichever call reads it.
TEST(FaultsOfTraining, OfACheckpointChangeNothing) {
    const TemporaryFolder folder;
    LineTask task, twin, other;
    other.sim.compile({.optimizer = Adam{}, .loss = {{other.p, MeanSquaredError{}}}});
    other.sim.save_checkpoint(folder / "other.npz");
    Network net({.seed = 1});
    net.layer(Dense{.units = 3}, net.node({0.0, 0.0}), {.label = "d"});
    auto p = net.probe(net.node(0.0));
    Simulator of_another(net, quiet(4));
    of_another.compile({.optimizer = SGD{0.125}, .loss = {{p, MeanSquaredError{}}}});
    of_another.save_checkpoint(folder / "net.npz");
    task.sim.save_checkpoint(folder / "cut.npz");
    std::filesystem::resize_file(folder / "cut.npz",
                                 std::filesystem::file_size(folder / "cut.npz") - 30);

    for (const char* name : {"other.npz", "net.npz"}) {
        EXPECT_THAT(
            message<ValidationError>([&] { task.sim.load_checkpoint(folder / name); }),
            HasSubstr("checkpoint"))
            << name;
        EXPECT_THAT(message<ValidationError>([&] {
                        task.fit({.callbacks = {BackupAndRestore{folder / name}}});
                    }),
                    HasSubstr("checkpoint"))
            << name;
    }
    EXPECT_THAT(
        message<FileError>([&] { task.sim.load_checkpoint(folder / "cut.npz"); }),
        HasSubstr("cut.npz"));
    EXPECT_THAT(message<FileError>([&] {
                    task.fit({.callbacks = {BackupAndRestore{folder / "cut.npz"}}});
                }),
                HasSubstr("cut.npz"));

    expect_alike(task, twin);
}

/// What ends a call in a minibatch, or after it, leaves the parameters of then.
TEST(FaultsOfTraining, OfSourcesAndCallbacksLeaveWhatWasTrained) {
    LineTask task, twin;
    const auto source = [](LineTask& of, std::int64_t batches, bool fails) {
        return from_function([&of, batches, fails](int, std::int64_t batch) {
            if (batch == batches) {
                if (fails) {
                    throw std::runtime_error("the disk is gone");
                }
                return std::optional<Batch>();
            }
            return std::optional(
                Batch{.x = {{of.x, of.inputs[0].values.items(3 * batch, 3)}},
                      .y = {{of.p, of.targets[0].values.items(3 * batch, 3)}}});
        });
    };

    EXPECT_THAT(message<SimulationError>([&] { task.sim.fit(source(task, 2, true)); }),
                HasSubstr("epoch 0, batch 2"));
    twin.sim.fit(source(twin, 2, false));
    EXPECT_EQ(task.kernel(), twin.kernel());
    EXPECT_THROW(
        task.fit({.callbacks = {LambdaCallback{.on_epoch_end =
                                                   [](Training&, int, Logs&) {
                                                       throw std::domain_error("mine");
                                                   }}}}),
        std::domain_error);
    twin.fit({});

    expect_alike(task, twin);
}

}  // namespace
}  // namespace nengine::test
