#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>

#include "engine/io/npy.hpp"
#include "samples/support/image_set.hpp"
#include "tests/samples/program.hpp"

namespace nengine::test {
namespace {

namespace fs = std::filesystem;

/// Few images, so that a run takes about a second.
const std::string small = "--device cpu --train 600 --test 130 --minibatch 50 ";

/// NENGINE_DATA as the programs see it; the end of the test restores it.
class DataVariable {
public:
    DataVariable() = default;
    DataVariable(const DataVariable&) = delete;
    DataVariable& operator=(const DataVariable&) = delete;
    ~DataVariable() { before_ ? set(*before_) : void(unsetenv(name)); }

    void set(const std::string& value) const { setenv(name, value.c_str(), 1); }

private:
    static std::optional<std::string> current() {
        const char* value = std::getenv(name);
        return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
    }
    static constexpr const char* name = "NENGINE_DATA";
    std::optional<std::string> before_ = current();
};

class SpikingMnist : public ProgramTest {
protected:
    /// The results of a run that must end well.
    nlohmann::json results(const std::string& arguments) const {
        const auto outcome = run("spiking_mnist", arguments + " --json results.json");
        EXPECT_EQ(outcome.status, 0) << outcome.output << outcome.errors;
        return nlohmann::json::parse(content(file("results.json")));
    }

    /// A run that must fail: with one sentence that has `part` in it.
    void expect_error(const std::string& arguments, const std::string& part) const {
        const auto outcome = run("spiking_mnist", arguments);
        EXPECT_NE(outcome.status, 0) << arguments;
        EXPECT_NE(outcome.status, -1) << arguments << ": was killed";
        EXPECT_NE(outcome.errors.find(part), std::string::npos) << outcome.errors;
        EXPECT_EQ(std::ranges::count(outcome.errors, '\n'), 1) << outcome.errors;
        EXPECT_EQ(outcome.errors.find("terminate"), std::string::npos);
    }

    /// A copy of the repository's digits, for tests to damage.
    fs::path copy_of_digits(const char* name) const {
        const fs::path copy = file(name);
        fs::create_directories(copy);
        for (const auto& entry : fs::directory_iterator(samples::digits_folder())) {
            fs::copy(entry.path(), copy);
        }
        return copy;
    }
};

TEST_F(SpikingMnist, LearnsAndWritesAllResults) {
    const auto json = results(small + "--epochs 4 --steps 20");
    EXPECT_EQ(json.at("n_parameters"), 158730);
    ASSERT_EQ(json.at("epoch_loss").size(), 4u);
    ASSERT_EQ(json.at("epoch_seconds").size(), 4u);
    EXPECT_LT(json["epoch_loss"][3], json["epoch_loss"][0]);
    for (const char* seconds : {"build_seconds", "test_seconds"}) {
        EXPECT_GT(json.at(seconds), 0.0) << seconds;
    }
    EXPECT_LT(json.at("spiking_accuracy_before"), 0.4);
    EXPECT_GT(json.at("spiking_accuracy"), 0.6);
    EXPECT_GT(json.at("rate_accuracy"), 0.6);
    EXPECT_GT(json.at("peak_memory"), 0);
    EXPECT_NE(json.at("device").get<std::string>().find("cpu"), std::string::npos);
}

TEST_F(SpikingMnist, AnswersTheSameFromSavedParameters) {
    const auto trained = results(small + "--epochs 1 --save p.npz --predict a.npy");
    const auto loaded =
        results(small + "--seed 5 --epochs 0 --load p.npz --predict b.npy");
    EXPECT_EQ(loaded.at("spiking_accuracy_before"), trained.at("spiking_accuracy"));
    EXPECT_EQ(loaded.at("spiking_accuracy"), trained.at("spiking_accuracy"));
    EXPECT_EQ(loaded.at("rate_accuracy"), trained.at("rate_accuracy"));
    EXPECT_TRUE(loaded.at("epoch_loss").empty());
    const auto want = engine::read_npy(file("a.npy")),
               got = engine::read_npy(file("b.npy"));
    EXPECT_EQ(want.shape, (std::vector<Index>{130, 10}));
    EXPECT_EQ(got.values, want.values);
}

TEST_F(SpikingMnist, GivesTheSameResultsInEachRun) {
    const auto one = results(small + "--epochs 1 --predict a.npy");
    const auto two = results(small + "--epochs 1 --predict b.npy");
    EXPECT_EQ(one.at("epoch_loss"), two.at("epoch_loss"));
    EXPECT_EQ(content(file("a.npy")), content(file("b.npy")));
    const auto other = results(small + "--epochs 1 --seed 1");
    EXPECT_NE(one.at("epoch_loss"), other.at("epoch_loss"));
}

TEST_F(SpikingMnist, TestsWhatItHasTrainedWhenItIsInterrupted) {
    const auto outcome = interrupt(
        "spiking_mnist", small + "--epochs 100000 --steps 5 --json results.json",
        "epoch 1 of");

    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_NE(outcome.output.find("interrupted after "), std::string::npos);
    const auto json = nlohmann::json::parse(content(file("results.json")));
    EXPECT_GE(json.at("epoch_loss").size(), 1u);
    EXPECT_LT(json.at("epoch_loss").size(), 100000u);
    EXPECT_GT(json.at("rate_accuracy"), 0.0);
}

TEST_F(SpikingMnist, GoesOnFromACheckpointAsIfItHadNotEnded) {
    const std::string training = small + "--epochs 3 --steps 2 ";
    const auto whole = results(training + "--save whole.npz");
    int pieces = 0;
    do {
        const auto part = results(training +
                                  "--checkpoint c.npz --stop-after 7 "
                                  "--save pieces.npz");
        if (!fs::exists(file("c.npz"))) {
            EXPECT_EQ(part.at("epoch_loss"), whole.at("epoch_loss"));
        }
    } while (fs::exists(file("c.npz")) && ++pieces < 20);

    EXPECT_EQ(pieces, 5);  // of 36 minibatches
    EXPECT_EQ(content(file("pieces.npz")), content(file("whole.npz")));
}

TEST_F(SpikingMnist, GoesOnAfterItWasKilledAtAnyMoment) {
    const std::string training =
        "--device cpu --train 600 --test 10 --minibatch 10 --epochs 30 --steps 1 ";
    results(training + "--save whole.npz");
    std::mt19937 rng(5);
    std::uniform_real_distribution<double> moment(0.05, 0.6);
    const std::string resumed = training + "--checkpoint c.npz --save killed.npz";
    int killed = 0;
    while (killed < 20 && !fs::exists(file("killed.npz"))) {
        killed += kill_after(moment(rng), "spiking_mnist", resumed).status != 0 ? 1 : 0;
    }
    if (!fs::exists(file("killed.npz"))) {
        EXPECT_TRUE(fs::exists(file("c.npz")));
        EXPECT_EQ(run("spiking_mnist", resumed).status, 0);
    }

    EXPECT_GT(killed, 2);
    EXPECT_EQ(content(file("killed.npz")), content(file("whole.npz")));
}

TEST_F(SpikingMnist, NeedsNoMoreMemoryForMoreImages) {
    const auto few =
        results("--device cpu --epochs 0 --minibatch 50 --test 100 --train 1");
    const auto many =
        results("--device cpu --epochs 0 --minibatch 50 --test 600 --train 1");
    EXPECT_EQ(many.at("peak_memory"), few.at("peak_memory"));
}

TEST_F(SpikingMnist, NamesAMistakeInItsOptions) {
    expect_error("--epoch 3", "--epoch");
    expect_error("--epochs -1", "--epochs");
    expect_error("--dataset letters", "letters");
    expect_error("--data nowhere", "nowhere");
    expect_error("--device gpu", "--device");
    expect_error("--json nowhere/results.json", "nowhere");
    expect_error(small + "--load nowhere.npz", "nowhere.npz");
}

TEST_F(SpikingMnist, ReadsItsDigitsWhereTheEnvironmentSays) {
    copy_of_digits("elsewhere/mnist");
    const DataVariable variable;
    variable.set("elsewhere");
    const auto found = results("--device cpu --train 1 --test 50 --epochs 0 --steps 1");
    variable.set("nowhere");
    expect_error(small, "nowhere/mnist: is no folder");

    EXPECT_EQ(found.at("test_images"), 50);
}

TEST_F(SpikingMnist, NamesADamagedDataFile) {
    const fs::path digits = copy_of_digits("digits");
    const fs::path images = digits / "train-images-idx3-ubyte.gz";
    const std::string whole = content(images);
    const std::string arguments = "--data digits";

    std::ofstream(images, std::ios::binary) << whole.substr(0, whole.size() / 2);
    expect_error(arguments, "train-images-idx3-ubyte.gz");
    std::string damaged = whole;
    damaged[damaged.size() / 2] ^= 1;
    std::ofstream(images, std::ios::binary) << damaged;
    expect_error(arguments, "train-images-idx3-ubyte.gz");
    fs::remove(images);
    expect_error(arguments, "train-images-idx3-ubyte.gz");
}

TEST_F(SpikingMnist, NamesAFileThatHasNoParameters) {
    std::ofstream(file("bad.npz")) << "no zip archive";
    expect_error(small + "--load bad.npz", "bad.npz");
}

}  // namespace
}  // namespace nengine::test
