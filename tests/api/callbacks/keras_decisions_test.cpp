#include <cmath>
#include <filesystem>
#include <limits>
#include <random>

#include "api/callbacks/make_callback.hpp"
#include "api/callbacks/training_state.hpp"
#include "engine/io/npz.hpp"
#include "tests/api/callbacks/line_task.hpp"

// Against what Keras 2.12 decided on random courses of a value: tests/keras says how
// callbacks.npz was made, and what is in it.

namespace nengine::test {
namespace {

namespace fs = std::filesystem;
using detail::make_callback;

const std::vector<std::string> names = {
    "val_loss",   "val_accuracy", "p_acc",        "p_auc",      "auc_p",
    "accuracy_p", "fmeasure",     "fmeasure_acc", "p_fmeasure", "acc_loss"};
const std::vector<std::string> modes = {"auto", "min", "max"};
constexpr int not_a_number = -32768, no_value = -32767;

/// A row of one of the arrays.
using Row = std::vector<int>;

class KerasDecisions : public ::testing::Test {
protected:
    std::size_t count() const { return rows("values").size(); }

    std::vector<Row> rows(const std::string& name) const {
        const engine::NpyArray& array = arrays_.at(name);
        const auto width = static_cast<std::size_t>(array.shape.at(1));
        std::vector<Row> result;
        for (std::size_t i = 0; i < array.values.size(); i += width) {
            const auto first = array.values.begin() + static_cast<std::ptrdiff_t>(i);
            result.emplace_back(first, first + static_cast<std::ptrdiff_t>(width));
        }
        return result;
    }

    /// Calls a new callback after each epoch; `seen(epoch)` is asked whether to go on.
    template <class Options, class Seen>
    void replay(const Options& options, const Row& values, const Seen& seen) {
        const auto callback = make_callback(options);
        state_.stopped = false;
        callback->on_train_begin(training_);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto epoch = static_cast<int>(i);
            Logs logs = {{"other", 1.0}};
            if (values[i] != no_value) {
                logs[options.monitor] = values[i] == not_a_number
                                            ? std::numeric_limits<double>::quiet_NaN()
                                            : values[i] / 64.0;
            }
            state_.epoch = epoch;
            task_.set_kernel(epoch);
            callback->on_epoch_end(training_, epoch, logs);
            if (!seen(epoch)) {
                return;
            }
        }
    }

    LineTask task_;
    detail::TrainingState state_{task_.sim, [](const std::string&) {}};
    Training training_{state_};

private:
    std::map<std::string, engine::NpyArray> arrays_ =
        engine::read_npz(NENGINE_SOURCE_DIR "/tests/keras/callbacks.npz");
};

std::optional<double> perhaps(int code) {
    return code == no_value ? std::nullopt : std::optional(code / 64.0);
}

const std::string& at(const std::vector<std::string>& list, int place) {
    return list.at(static_cast<std::size_t>(place));
}

TEST_F(KerasDecisions, EndTrainingInTheSameEpochWithTheSameParameters) {
    const auto values = rows("values"), all = rows("early"), ends = rows("early_ends");
    ASSERT_EQ(count(), 1000u);
    for (std::size_t i = 0; i < count(); ++i) {
        const Row& o = all[i];
        const EarlyStopping options{.monitor = at(names, o[0]),
                                    .min_delta = o[2] / 64.0,
                                    .patience = o[3],
                                    .mode = at(modes, o[1]),
                                    .baseline = perhaps(o[4]),
                                    .restore_best_weights = o[6] != 0,
                                    .start_from_epoch = o[5]};
        int epochs = 0;

        replay(options, values[i], [&](int) {
            ++epochs;
            return !state_.stopped;
        });

        EXPECT_EQ((Row{epochs, static_cast<int>(task_.kernel())}), ends[i])
            << "case " << i << ", " << options.monitor;
    }
}

TEST_F(KerasDecisions, ReduceTheRateInTheSameEpochs) {
    const auto values = rows("values"), all = rows("reduce"),
               rates = rows("reduce_rates");
    for (std::size_t i = 0; i < count(); ++i) {
        const Row& o = all[i];
        const ReduceLROnPlateau options{.monitor = at(names, o[0]),
                                        .factor = 0.5,
                                        .patience = o[3],
                                        .mode = at(modes, o[1]),
                                        .min_delta = o[2] / 64.0,
                                        .cooldown = o[4],
                                        .min_lr = std::ldexp(1.0, o[5])};
        Row got;
        task_.sim.set_learning_rate(1.0);

        replay(options, values[i], [&](int) {
            got.push_back(std::ilogb(task_.sim.learning_rate()));
            return true;
        });

        EXPECT_EQ(got, rates[i]) << "case " << i << ", " << options.monitor;
    }
}

TEST_F(KerasDecisions, SaveTheSameEpochs) {
    const auto values = rows("values"), all = rows("best"), saved = rows("best_saved");
    const fs::path memory = "/dev/shm";  // where a file that must last does not wait
    const fs::path file =
        (fs::is_directory(memory) ? memory : fs::temp_directory_path()) /
        ("nengine_best_" + std::to_string(std::random_device{}()) + ".npz");
    for (std::size_t i = 0; i < count(); ++i) {
        const Row& o = all[i];
        const ModelCheckpoint options{.path = file,
                                      .monitor = at(names, o[0]),
                                      .save_best_only = true,
                                      .mode = at(modes, o[1]),
                                      .initial_value_threshold = perhaps(o[2])};
        Row got;

        replay(options, values[i], [&](int) {
            got.push_back(fs::remove(file) ? 1 : 0);
            return true;
        });

        EXPECT_EQ(got, saved[i]) << "case " << i << ", " << options.monitor;
    }
}

}  // namespace
}  // namespace nengine::test
