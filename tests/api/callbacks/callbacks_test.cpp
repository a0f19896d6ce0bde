#include <cmath>
#include <limits>
#include <stdexcept>

#include "tests/api/callbacks/line_task.hpp"
#include "tests/engine/io/files.hpp"

// Callbacks as `fit` calls them.

namespace nengine::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Writes down its calls.
class Diary : public CallbackBase {
public:
    explicit Diary(bool batches) : batches_(batches) {}

    void on_train_begin(Training&) override { calls.emplace_back("begin"); }
    void on_epoch_begin(Training& training, int epoch) override {
        EXPECT_EQ(training.epoch(), epoch);
        calls.push_back("epoch " + std::to_string(epoch));
    }
    void on_train_batch_begin(Training& training, std::int64_t batch) override {
        EXPECT_EQ(training.batch(), batch);
        if (batches_) {
            calls.push_back("begin of batch " + std::to_string(batch));
        }
    }
    void on_test_begin(Training&) override { calls.emplace_back("test"); }
    void on_test_end(Training&, const Logs& logs) override {
        EXPECT_EQ(logs.count("val_loss"), 1U);
        EXPECT_EQ(logs.count("loss"), 0U);
        calls.emplace_back("end of test");
    }
    bool has_batch_hook() const override { return batches_; }
    void on_train_batch_end(Training& training, std::int64_t batch,
                            const Logs&) override {
        EXPECT_EQ(training.batch(), batch);
        calls.push_back("batch " + std::to_string(batch));
    }
    void on_epoch_end(Training&, int epoch, Logs& logs) override {
        calls.push_back("end of " + std::to_string(epoch));
        logs["own"] = epoch + 0.5;
    }
    void on_train_end(Training&) override { calls.emplace_back("end"); }

    std::vector<std::string> calls;

private:
    bool batches_;
};

TEST(Callbacks, AreCalledInOrder) {
    LineTask task;
    const auto every = std::make_shared<Diary>(true),
               some = std::make_shared<Diary>(false);

    const History history = task.fit({.epochs = 2, .callbacks = {every, some}});

    std::vector<std::string> all = {"begin"};
    for (const std::string epoch : {"0", "1"}) {
        all.push_back("epoch " + epoch);
        for (const std::string batch : {"batch 0", "batch 1", "batch 2"}) {
            all.insert(all.end(), {"begin of " + batch, batch});
        }
        all.push_back("end of " + epoch);
    }
    all.emplace_back("end");
    EXPECT_EQ(every->calls, all);
    EXPECT_THAT(some->calls, ElementsAre("begin", "epoch 0", "end of 0", "epoch 1",
                                         "end of 1", "end"));
    EXPECT_THAT(history["own"], ElementsAre(0.5, 1.5));
}

TEST(Callbacks, MayBeLambdas) {
    LineTask task;
    std::vector<std::string> calls;

    const History history = task.fit(
        {.epochs = 9,
         .on_epoch_end =
             [&](int, const EvaluationResult& values) {
                 calls.push_back("last " + std::to_string(values.at("own")));
                 return true;
             },
         .callbacks =
             {LambdaCallback{
                  .on_train_begin = [&](Training&) { calls.emplace_back("begin"); },
                  .on_epoch_begin = [&](Training&,
                                        int) { calls.emplace_back("epoch"); },
                  .on_train_batch_begin =
                      [&](Training&, std::int64_t batch) {
                          calls.push_back(std::to_string(batch));
                      },
                  .on_test_begin = [&](Training&) { calls.emplace_back("test"); },
                  .on_test_end = [&](Training&,
                                     const Logs&) { calls.emplace_back("tested"); },
                  .on_train_end = [&](Training&) { calls.emplace_back("end"); }},
              LambdaCallback{.on_epoch_end =
                                 [](Training& training, int, Logs& logs) {
                                     logs["own"] = 2.0;
                                     training.stop();
                                 }}},
         .validation_split = 0.1});

    EXPECT_THAT(calls, ElementsAre("begin", "epoch", "0", "1", "2", "test", "tested",
                                   "last 2.000000", "end"));
    EXPECT_THAT(history.epoch, ElementsAre(0));
}

TEST(Callbacks, SeeMeansOverTheMinibatchesSoFar) {
    LineTask task;
    task.sim.set_learning_rate(0.0);
    std::vector<double> losses;

    const History history = task.fit(
        {.shuffle = false,
         .callbacks = {LambdaCallback{
             .on_train_batch_end = [&](Training&, std::int64_t, const Logs& logs) {
                 EXPECT_EQ(logs.at("loss"), logs.at("y_loss"));
                 losses.push_back(logs.at("loss"));
             }}}});

    EXPECT_THAT(losses, near_to({task.loss(0, 4), task.loss(0, 8), task.loss(0, 10)}));
    EXPECT_EQ(history["loss"].back(), losses.back());
}

TEST(Callbacks, EndAnEpochAfterAMinibatch) {
    LineTask task;
    const auto diary = std::make_shared<Diary>(false);
    task.sim.set_learning_rate(0.0);

    const History history =
        task.fit({.epochs = 5,
                  .shuffle = false,
                  .callbacks = {LambdaCallback{.on_train_batch_end =
                                                   [](Training& training,
                                                      std::int64_t batch, const Logs&) {
                                                       if (batch == 1) {
                                                           training.stop();
                                                       }
                                                   }},
                                diary},
                  .validation_split = 0.1});

    EXPECT_THAT(diary->calls, ElementsAre("begin", "epoch 0", "test", "end of test",
                                          "end of 0", "end"));
    EXPECT_THAT(history["loss"], near_to({task.loss(0, 8)}));
    EXPECT_EQ(history["val_loss"].size(), 1u);
}

TEST(Callbacks, SetTheLearningRateBetweenMinibatches) {
    LineTask task, other;
    std::vector<double> rates;

    task.fit({.callbacks = {LambdaCallback{.on_train_batch_end = [&](Training& training,
                                                                     std::int64_t batch,
                                                                     const Logs&) {
                  rates.push_back(training.learning_rate());
                  training.set_learning_rate(batch == 0 ? 0.0 : 0.25);
              }}}});
    other.fit({.callbacks = {LambdaCallback{.on_train_batch_end = [](Training& training,
                                                                     std::int64_t batch,
                                                                     const Logs&) {
                   if (batch == 0) {
                       training.stop();
                   }
               }}}});

    EXPECT_THAT(rates, ElementsAre(0.125, 0.0, 0.25));
    EXPECT_NE(task.kernel(), other.kernel()) << "the last minibatch trains again";
    EXPECT_EQ(task.sim.learning_rate(), 0.25);
}

TEST(Callbacks, LookAtTheSimulatorAfterAMinibatchButDoNotRunIt) {
    LineTask task;
    int calls = 0;

    task.fit(
        {.callbacks = {LambdaCallback{
             .on_train_batch_end = [&](Training& training, std::int64_t, const Logs&) {
                 ++calls;
                 EXPECT_EQ(training.simulator().parameter("d.kernel").values,
                           task.sim.parameter("d.kernel").values);
                 EXPECT_THROW(task.sim.predict(task.inputs), SimulationError);
                 EXPECT_THROW(task.set_kernel(1.0), SimulationError);
                 EXPECT_THROW(task.sim.close(), SimulationError);
             }}}});

    EXPECT_EQ(calls, 3);
}

TEST(Callbacks, MayThrowWithoutLosingWhatWasTrained) {
    LineTask task, stopped;
    const auto at_second = [](auto what) {
        return LambdaCallback{.on_train_batch_end = [what](Training& training,
                                                           std::int64_t batch,
                                                           const Logs&) {
            if (batch == 1) {
                what(training);
            }
        }};
    };
    stopped.fit({.callbacks = {at_second([](Training& of) { of.stop(); })}});

    EXPECT_THROW(task.fit({.callbacks = {at_second(
                               [](Training&) { throw std::domain_error("mine"); })}}),
                 std::domain_error);

    EXPECT_EQ(task.kernel(), stopped.kernel());
    EXPECT_EQ(task.fit({.epochs = 2})["loss"], stopped.fit({.epochs = 2})["loss"]);
}

TEST(Callbacks, MayCloseTheSimulatorWhichEndsTheCall) {
    LineTask task;

    EXPECT_THROW(
        task.fit({.epochs = 2,
                  .callbacks = {LambdaCallback{
                      .on_epoch_end = [](Training& training, int,
                                         Logs&) { training.simulator().close(); }}}}),
        SimulatorClosed);
}

TEST(Callbacks, ScheduleTheLearningRate) {
    LineTask task;

    const History history = task.fit(
        {.epochs = 3, .callbacks = {LearningRateScheduler{[](int epoch, double rate) {
                          return epoch == 0 ? rate : rate / 2;
                      }}}});

    EXPECT_THAT(history["lr"], ElementsAre(0.125, 0.0625, 0.03125));
}

TEST(Callbacks, ReduceTheLearningRateThatTheHistoryShows) {
    LineTask task;

    const History history = task.fit(
        {.epochs = 4,
         .callbacks = {
             LambdaCallback{.on_epoch_end = [](Training&, int,
                                               Logs& logs) { logs["flat"] = 1.0; }},
             ReduceLROnPlateau{.monitor = "flat", .factor = 0.5, .patience = 2}}});

    EXPECT_THAT(history["lr"], ElementsAre(0.125, 0.125, 0.125, 0.0625));
}

TEST(Callbacks, RestoreTheBestParameters) {
    LineTask task;
    std::vector<double> kernels;

    const History history = task.fit(
        {.epochs = 9,
         .callbacks = {
             LambdaCallback{.on_epoch_end =
                                [&](Training&, int epoch, Logs& logs) {
                                    kernels.push_back(task.kernel());
                                    logs["bad"] = std::abs(epoch - 1.0);
                                }},
             EarlyStopping{
                 .monitor = "bad", .patience = 2, .restore_best_weights = true}}});

    EXPECT_THAT(history["bad"], ElementsAre(1, 0, 1, 2));
    EXPECT_EQ(task.kernel(), kernels.at(1));
}

TEST(Callbacks, WarnOnceOfAValueThatIsNotThere) {
    LineTask task;
    const TemporaryFolder folder;

    const History history =
        task.fit({.epochs = 3,
                  .callbacks = {EarlyStopping{}, ReduceLROnPlateau{},
                                ModelCheckpoint{.path = folder / "best.npz",
                                                .save_best_only = true}}});

    EXPECT_EQ(history.epoch.size(), 3u);
    ASSERT_EQ(task.warnings.size(), 3u);
    EXPECT_THAT(task.warnings[0],
                AllOf(HasSubstr("EarlyStopping.monitor"), HasSubstr("'val_loss'"),
                      HasSubstr("only loss, y_loss")));
    EXPECT_THAT(task.warnings[1], HasSubstr("ReduceLROnPlateau.monitor"));
    EXPECT_THAT(task.warnings[2], HasSubstr("ModelCheckpoint.monitor"));
    EXPECT_FALSE(fs::exists(folder / "best.npz"));
}

TEST(Callbacks, NameAnOptionThatCannotBe) {
    LineTask task;
    const double before = task.kernel();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const std::vector<std::pair<Callback, std::string>> cases = {
        {EarlyStopping{.patience = -1},
         "fit: callbacks: EarlyStopping.patience: got -1, needs at least 0"},
        {EarlyStopping{.min_delta = infinity},
         "EarlyStopping.min_delta: got inf, needs a finite number"},
        {EarlyStopping{.mode = "maximum"},
         "EarlyStopping.mode: got 'maximum', needs 'auto', 'min' or 'max'"},
        {EarlyStopping{.baseline = -infinity}, "EarlyStopping.baseline: got -inf"},
        {EarlyStopping{.start_from_epoch = -2}, "start_from_epoch: got -2"},
        {ReduceLROnPlateau{.factor = 1.0}, "ReduceLROnPlateau.factor: got 1, needs"},
        {ReduceLROnPlateau{.factor = std::nan("")}, "factor: got nan"},
        {ReduceLROnPlateau{.patience = -1}, "ReduceLROnPlateau.patience: got -1"},
        {ReduceLROnPlateau{.mode = ""}, "ReduceLROnPlateau.mode: got ''"},
        {ReduceLROnPlateau{.min_delta = infinity}, "min_delta: got inf"},
        {ReduceLROnPlateau{.cooldown = -1}, "ReduceLROnPlateau.cooldown: got -1"},
        {ReduceLROnPlateau{.min_lr = -0.5}, "min_lr: got -0.5, needs at least 0"},
        {ModelCheckpoint{}, "ModelCheckpoint.path: got no name"},
        {ModelCheckpoint{.path = "{epoch"}, "ModelCheckpoint.path: got '{epoch'"},
        {ModelCheckpoint{.path = "a", .mode = "best"}, "ModelCheckpoint.mode"},
        {ModelCheckpoint{.path = "a", .initial_value_threshold = infinity},
         "ModelCheckpoint.initial_value_threshold: got inf"},
        {CsvLogger{}, "CsvLogger.path: got no name"},
        {CsvLogger{.path = "a", .separator = '"'}, "CsvLogger.separator: got a quote"},
        {LearningRateScheduler{}, "LearningRateScheduler.schedule: got no function"},
        {TensorBoard{.histogram_freq = -1}, "TensorBoard.histogram_freq: got -1"},
        {TensorBoard{.histograms = {"d.kernel", "e.bias"}},
         "TensorBoard.histograms: got 'e.bias'"},
        {std::shared_ptr<CallbackBase>(), "callbacks: got an empty pointer"},
    };
    for (const auto& wrong : cases) {
        const auto got =
            message<ValidationError>([&] { task.fit({.callbacks = {wrong.first}}); });
        EXPECT_THAT(got, AllOf(HasSubstr("fit: callbacks"), HasSubstr(wrong.second)));
    }
    EXPECT_THAT(message<ValidationError>([&] {
                    task.fit({.callbacks = {LearningRateScheduler{
                                  [](int, double) { return -1.0; }}}});
                }),
                HasSubstr("learning_rate: got -1"));
    EXPECT_EQ(task.kernel(), before);
    EXPECT_THAT(task.warnings, ElementsAre());
}

}  // namespace
}  // namespace nengine::test
