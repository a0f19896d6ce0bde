#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>

#include "tests/api/callbacks/line_task.hpp"
#include "tests/engine/io/files.hpp"

// What the callback writes, as TensorBoard's own reader finds it: tests/tensorboard.

namespace nengine::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json read_by_tensorboard(const std::string& python, const fs::path& logs) {
    const fs::path out = logs.parent_path() / "events.json";
    const std::string command =
        "'" + python + "' '" NENGINE_SOURCE_DIR "/tests/tensorboard/read_events.py' '" +
        logs.string() + "' '" + out.string() + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return json::parse(read_text(out));
}

/// Scalars are float32.
void expect_scalars(const json& found, const std::vector<double>& values) {
    ASSERT_EQ(found.size(), values.size());
    for (std::size_t epoch = 0; epoch < values.size(); ++epoch) {
        EXPECT_EQ(found[epoch][0], epoch);
        EXPECT_EQ(found[epoch][1].get<float>(), static_cast<float>(values[epoch]));
    }
}

TEST(TensorBoardsReader, FindsScalarsAndHistograms) {
    const char* const python = std::getenv("NENGINE_TENSORBOARD");
    if (python == nullptr) {
        GTEST_SKIP() << "NENGINE_TENSORBOARD names no Python that has TensorBoard";
    }
    const TemporaryFolder folder;
    LineTask task;
    std::vector<double> kernels;

    const History history = task.fit(
        {.epochs = 4,
         .callbacks = {LambdaCallback{.on_epoch_end =
                                          [&](Training&, int, Logs&) {
                                              kernels.push_back(task.kernel());
                                          }},
                       TensorBoard{.log_dir = folder / "logs", .histogram_freq = 1}},
         .validation_split = 0.2});
    const json found = read_by_tensorboard(python, folder / "logs");

    expect_scalars(found["train"]["scalars"]["epoch_loss"], history["loss"]);
    expect_scalars(found["validation"]["scalars"]["epoch_loss"], history["val_loss"]);
    const json& histograms = found["train"]["histograms"];
    EXPECT_EQ(histograms.size(), 2U);  // kernel and bias
    const json& of_kernel = histograms["d.kernel/histogram"];
    ASSERT_EQ(of_kernel.size(), kernels.size());
    for (std::size_t epoch = 0; epoch < kernels.size(); ++epoch) {
        const std::vector<double> numbers = of_kernel[epoch];
        const std::vector<double> wanted = {static_cast<double>(epoch), kernels[epoch],
                                            kernels[epoch], 1.0, kernels[epoch]};
        EXPECT_EQ(numbers, wanted);
    }
}

}  // namespace
}  // namespace nengine::test
