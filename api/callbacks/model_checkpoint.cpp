#include "api/callbacks/checks.hpp"
#include "api/callbacks/make_callback.hpp"
#include "api/callbacks/monitor.hpp"
#include "api/callbacks/path_pattern.hpp"
#include "api/callbacks/remembered.hpp"
#include "nengine/simulator.hpp"

namespace nengine::detail {

namespace {

bool is_larger_better(const std::string& name) {
    return name.find("acc") != std::string::npos || name.starts_with("fmeasure");
}

class Checkpoints : public CallbackBase {
public:
    explicit Checkpoints(const ModelCheckpoint& options)
        : save_best_only_(options.save_best_only),
          path_(options.path, "ModelCheckpoint.path"),
          monitor_("ModelCheckpoint", options.monitor, options.mode,
                   is_larger_better(options.monitor)),
          best_(options.initial_value_threshold.value_or(monitor_.worst())) {
        if (options.path.empty()) {
            refuse_option("ModelCheckpoint.path", "no name", "the name of a file");
        }
        if (options.initial_value_threshold) {
            need_finite(best_, "ModelCheckpoint.initial_value_threshold");
        }
    }

    void on_epoch_end(Training& training, int epoch, Logs& logs) override {
        if (save_best_only_) {
            const std::optional<double> value = monitor_.value(training, logs);
            if (!value || !monitor_.is_better(*value, best_)) {
                return;
            }
            best_ = *value;
        }
        training.simulator().save_params(path_.path(epoch + 1, logs));
    }

    Remembered save_state() const override { return {{"best", {best_}}}; }
    void load_state(const Remembered& state) override {
        best_ = remembered(state, "best");
    }

private:
    bool save_best_only_;
    PathPattern path_;
    Monitor monitor_;
    double best_;
};

}  // namespace

std::shared_ptr<CallbackBase> make_callback(const ModelCheckpoint& options) {
    return std::make_shared<Checkpoints>(options);
}

}  // namespace nengine::detail
