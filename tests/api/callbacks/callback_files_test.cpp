#include <limits>

#include "tests/api/callbacks/line_task.hpp"
#include "tests/engine/io/files.hpp"

// What callbacks write.

namespace nengine::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(CallbackFiles, HoldTheLastAndTheBestEpoch) {
    LineTask task;
    const TemporaryFolder folder;
    std::vector<double> kernels;

    task.fit(
        {.epochs = 3,
         .callbacks = {LambdaCallback{.on_epoch_end =
                                          [&](Training&, int epoch, Logs& logs) {
                                              kernels.push_back(task.kernel());
                                              logs["acc"] = epoch == 1 ? 0.75 : 0.5;
                                          }},
                       ModelCheckpoint{.path = folder / "last.npz"},
                       ModelCheckpoint{.path = folder / "w{epoch:02d}-{acc:.2f}.npz"},
                       ModelCheckpoint{.path = folder / "best.npz",
                                       .monitor = "acc",
                                       .save_best_only = true}}});

    const auto saved = [&](const std::string& name) {
        LineTask fresh;
        fresh.sim.load_params(folder / name);
        return fresh.kernel();
    };
    EXPECT_EQ(saved("last.npz"), task.kernel());
    EXPECT_EQ(saved("best.npz"), kernels.at(1));
    EXPECT_EQ(saved("w01-0.50.npz"), kernels.at(0));
    EXPECT_EQ(saved("w02-0.75.npz"), kernels.at(1));
    EXPECT_EQ(saved("w03-0.50.npz"), kernels.at(2));
    EXPECT_EQ(folder.n_files(), 5u);
}

/// The values of epochs that a test makes up.
LambdaCallback made_up(std::vector<Logs> epochs) {
    return {
        .on_epoch_end = [epochs = std::move(epochs)](Training&, int epoch, Logs& logs) {
            logs = epochs.at(static_cast<std::size_t>(epoch));
        }};
}

TEST(CallbackFiles, HaveAColumnForEachValueOfTheFirstEpoch) {
    LineTask task;
    const TemporaryFolder folder;
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();

    task.fit({.epochs = 3,
              .callbacks = {made_up({{{"loss", 0.1}, {"a;\"b", 1.0}},
                                     {{"loss", nan}, {"val_loss", 2.0}},
                                     {{"loss", 1e-9}, {"a;\"b", 2.5}}}),
                            CsvLogger{.path = folder / "log", .separator = ';'}}});

    EXPECT_EQ(read_text(folder / "log"),
              "epoch;\"a;\"\"b\";loss\n0;1;0.1\n1;NA;nan\n2;2.5;1e-09\n");
}

TEST(CallbackFiles, GoOnOrBeginAnew) {
    LineTask task;
    const TemporaryFolder folder;
    const std::vector<Logs> values = {{{"loss", 1.0}}, {{"loss", 2.0}}};
    const auto log = [&](int first, bool append) {
        task.fit(
            {.epochs = first + 1,
             .callbacks = {made_up(values), CsvLogger{folder / "log.csv", ',', append}},
             .initial_epoch = first});
        return read_text(folder / "log.csv");
    };

    EXPECT_EQ(log(0, true), "epoch,loss\n0,1\n");
    EXPECT_EQ(log(1, true), "epoch,loss\n0,1\n1,2\n");
    EXPECT_EQ(log(0, false), "epoch,loss\n0,1\n");
}

TEST(CallbackFiles, AreCompleteAfterEachEpoch) {
    LineTask task;
    const TemporaryFolder folder;
    std::vector<std::string> seen;

    task.fit({.epochs = 2,
              .callbacks = {made_up({{{"loss", 1.0}}, {{"loss", 2.0}}}),
                            CsvLogger{folder / "log.csv"},
                            LambdaCallback{.on_epoch_end = [&](Training&, int, Logs&) {
                                seen.push_back(read_text(folder / "log.csv"));
                            }}}});

    EXPECT_THAT(seen, ElementsAre("epoch,loss\n0,1\n", "epoch,loss\n0,1\n1,2\n"));
}

TEST(CallbackFiles, AreNamedWhereTheyCannotBeWritten) {
    LineTask task;
    const TemporaryFolder folder;
    write_text(folder / "file", "in the way");
    const auto text = [&](const Callback& callback) {
        return message<FileError>([&] { task.fit({.callbacks = {callback}}); });
    };

    EXPECT_THAT(text(CsvLogger{"/dev/full"}),
                AllOf(HasSubstr("/dev/full"), HasSubstr("No space left")));
    EXPECT_THAT(text(CsvLogger{folder / "none" / "log.csv"}),
                HasSubstr("none/log.csv"));
    EXPECT_THAT(text(ModelCheckpoint{.path = folder / "file" / "w{epoch}.npz"}),
                HasSubstr("file/w1.npz"));
    EXPECT_THAT(text(TensorBoard{.log_dir = folder / "file"}), HasSubstr("file/train"));
    EXPECT_EQ(task.fit({.epochs = 2}).epoch.size(), 2u) << "it is still of use";
}

}  // namespace
}  // namespace nengine::test
