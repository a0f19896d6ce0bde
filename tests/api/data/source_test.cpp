#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

#include "tests/api/callbacks/line_task.hpp"
#include "tests/engine/io/files.hpp"

// Training with batches that a source makes.

namespace nengine::test {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The items of a LineTask in order, so many at a time.
class InOrder : public BatchSource {
public:
    explicit InOrder(const LineTask& task, std::int64_t size = 4)
        : task_(task), size_(size) {}

    void restart(int epoch) override {
        epochs.push_back(epoch);
        first_ = 0;
    }
    std::optional<Batch> next() override {
        const std::int64_t n = std::min(size_, LineTask::n_items - first_);
        if (n <= 0) {
            return std::nullopt;
        }
        Batch batch{.x = {{task_.x, task_.inputs[0].values.items(first_, n)}},
                    .y = {{task_.p, task_.targets[0].values.items(first_, n)}}};
        first_ += n;
        return batch;
    }
    std::optional<std::int64_t> batches() const override { return 3; }

    std::vector<int> epochs;

private:
    const LineTask& task_;
    std::int64_t size_, first_ = 0;
};

TEST(SourcesOfFit, TrainAsTheTensorsThatTheyCutUp) {
    LineTask whole, cut;
    const auto source = std::make_shared<InOrder>(cut);
    const FitOptions options{.epochs = 3, .shuffle = false};

    const History want = whole.fit(options);
    const History got = cut.sim.fit(source, options);

    EXPECT_EQ(cut.kernel(), whole.kernel());
    EXPECT_THAT(got["loss"], near_to(want["loss"]));
    EXPECT_THAT(source->epochs, ElementsAre(0, 1, 2));
}

TEST(SourcesOfFit, MayGiveBatchesOfAnySizeUpToTheMinibatch) {
    LineTask cut, whole;
    whole.sim.set_learning_rate(0.0);
    cut.sim.set_learning_rate(0.0);

    const History of_three = cut.sim.fit(std::make_shared<InOrder>(cut, 3));

    EXPECT_THAT(of_three["loss"], near_to({whole.loss(0, 10)}));
    EXPECT_THAT(
        message<ShapeError>([&] { cut.sim.fit(std::make_shared<InOrder>(cut, 5)); }),
        HasSubstr("fit: epoch 0, batch 0"));
}

TEST(SourcesOfFit, AreReadAsOftenAsAnEpochHasSteps) {
    LineTask task;
    std::vector<std::int64_t> asked;
    const auto source = from_function([&](int epoch, std::int64_t batch) {
        asked.push_back(10 * epoch + batch);
        return std::optional(
            Batch{.x = task.inputs.entries().empty()
                           ? Data{}
                           : Data{{task.x, task.inputs[0].values.items(0, 4)}},
                  .y = {{task.p, task.targets[0].values.items(0, 4)}}});
    });

    const History history = task.sim.fit(source, {.epochs = 2, .steps_per_epoch = 3});

    EXPECT_THAT(asked, ElementsAre(0, 1, 2, 10, 11, 12));
    EXPECT_EQ(history["loss"].size(), 2U);
}

/// A batch is made while the one before it is trained with.
TEST(SourcesOfFit, EndTheTrainingWhereTheyThrow) {
    LineTask task, want;
    const auto source = [&](LineTask& of, std::int64_t fails) {
        return from_function([&of, fails](int, std::int64_t batch) {
            if (batch == fails) {
                throw std::runtime_error("the disk is gone");
            }
            return std::optional(
                Batch{.x = {{of.x, of.inputs[0].values.items(4 * batch, 2)}},
                      .y = {{of.p, of.targets[0].values.items(4 * batch, 2)}}});
        });
    };

    const std::string said = message<SimulationError>(
        [&] { task.sim.fit(source(task, 2), {.steps_per_epoch = 3}); });
    want.sim.fit(source(want, -1), {.steps_per_epoch = 2});

    EXPECT_THAT(said, HasSubstr("the disk is gone"));
    EXPECT_THAT(said, HasSubstr("epoch 0, batch 2"));
    EXPECT_EQ(task.kernel(), want.kernel());
    EXPECT_EQ(task.fit({}).epoch.size(), 1U);  // it is as usable as ever
}

TEST(SourcesOfFit, ThatGiveNothingAreErrors) {
    LineTask task;
    const auto nothing =
        from_function([](int, std::int64_t) { return std::optional<Batch>(); });

    EXPECT_THAT(message<ValidationError>([&] { task.sim.fit(nothing); }),
                HasSubstr("no batch in epoch 1"));
    EXPECT_THAT(
        message<ValidationError>([&] { task.sim.fit(std::shared_ptr<BatchSource>()); }),
        HasSubstr("empty pointer"));
    EXPECT_THAT(message<ValidationError>([&] {
                    task.sim.fit(std::make_shared<InOrder>(task),
                                 {.validation_split = 0.5});
                }),
                HasSubstr("validation_split"));
    EXPECT_THAT(message<Error>([&] {
                    task.sim.fit(from_function([&](int, std::int64_t) {
                        return std::optional(Batch{.x = {{"z", Tensor()}}, .y = {}});
                    }));
                }),
                HasSubstr("z"));
}

TEST(SourcesOfFit, GoOnFromACheckpoint) {
    LineTask whole, first, second;
    const TemporaryFolder folder;
    const auto path = folder / "backup.npz";
    whole.sim.fit(std::make_shared<InOrder>(whole), {.epochs = 3});
    std::atomic<bool> stop = false;
    const BackupAndRestore backup{.path = path};

    first.sim.fit(
        std::make_shared<InOrder>(first),
        {.epochs = 3,
         .callbacks = {backup, LambdaCallback{.on_train_batch_end =
                                                  [&](Training& training,
                                                      std::int64_t batch, const Logs&) {
                                                      stop = batch == 1 &&
                                                             training.epoch() == 1;
                                                  }}},
         .interrupt = &stop});
    const History history =
        second.sim.fit(std::make_shared<InOrder>(second),
                       {.epochs = 3, .callbacks = {backup, LambdaCallback{}}});

    EXPECT_EQ(second.kernel(), whole.kernel());
    EXPECT_EQ(history.epoch.size(), 3U);
}

TEST(SourcesOfFit, WeighTheirItems) {
    LineTask task, want;
    const std::vector<double> weights = {1, 0, 2, 0.5};
    const auto batch = [&](LineTask& of, Data counted) {
        return Batch{.x = {{of.x, of.inputs[0].values.items(0, 4)}},
                     .y = {{of.p, of.targets[0].values.items(0, 4)}},
                     .weights = std::move(counted)};
    };
    const Tensor of_items({4}, weights);

    task.sim.fit(from_function([&](int, std::int64_t) {
                     return std::optional(batch(task, {{task.p, of_items}}));
                 }),
                 {.steps_per_epoch = 1});
    want.sim.fit({{want.x, want.inputs[0].values.items(0, 4)}},
                 {{want.p, want.targets[0].values.items(0, 4)}},
                 {.shuffle = false, .sample_weight = {{want.p, of_items}}});

    EXPECT_EQ(task.kernel(), want.kernel());
}

}  // namespace

}  // namespace nengine::test
