#include <algorithm>
#include <optional>

#include "api/callbacks/checks.hpp"
#include "api/callbacks/event_file.hpp"
#include "api/callbacks/make_callback.hpp"
#include "nengine/simulator.hpp"

namespace nengine::detail {

namespace {

constexpr std::string_view of_validation = "val_";

/// @throws ValidationError  a name that no parameter has
std::vector<std::string> shown_parameters(const TensorBoard& options,
                                          const Simulator& simulator) {
    std::vector<std::string> trained;
    const auto all = simulator.parameters();
    for (const Parameter& parameter : all) {
        if (parameter.trainable) {
            trained.push_back(parameter.name);
        }
    }
    for (const std::string& name : options.histograms) {
        if (std::ranges::find(all, name, &Parameter::name) == all.end()) {
            refuse_option("TensorBoard.histograms", "'" + name + "'",
                          "the name of one of the network's parameters");
        }
    }
    return options.histograms.empty() ? trained : options.histograms;
}

class Board : public CallbackBase {
public:
    explicit Board(const TensorBoard& options) : options_(options) {
        need_at_least(options.histogram_freq, 0, "TensorBoard.histogram_freq");
    }

    void on_train_begin(Training& training) override {
        shown_ = shown_parameters(options_, training.simulator());
        train_.emplace(options_.log_dir / "train");
    }

    void on_epoch_end(Training& training, int epoch, Logs& logs) override {
        for (const auto& [name, value] : logs) {
            if (name.starts_with(of_validation)) {
                validation().add_scalar("epoch_" + name.substr(of_validation.size()),
                                        epoch, value);
            } else {
                train_->add_scalar("epoch_" + name, epoch, value);
            }
        }
        if (options_.histogram_freq > 0 && epoch % options_.histogram_freq == 0) {
            for (const std::string& name : shown_) {
                train_->add_histogram(name + "/histogram", epoch,
                                      training.simulator().parameter(name).values);
            }
        }
    }

    void on_train_end(Training& /*training*/) override {
        train_.reset();
        validation_.reset();
    }

private:
    /// A file is made with the first value.
    EventFile& validation() {
        if (!validation_) {
            validation_.emplace(options_.log_dir / "validation");
        }
        return *validation_;
    }

    TensorBoard options_;
    std::vector<std::string> shown_;
    std::optional<EventFile> train_, validation_;
};

}  // namespace

std::shared_ptr<CallbackBase> make_callback(const TensorBoard& options) {
    return std::make_shared<Board>(options);
}

}  // namespace nengine::detail
