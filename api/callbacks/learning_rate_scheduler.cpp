#include "api/callbacks/checks.hpp"
#include "api/callbacks/make_callback.hpp"

namespace nengine::detail {

namespace {

class Scheduler : public CallbackBase {
public:
    explicit Scheduler(const LearningRateScheduler& options) : options_(options) {
        if (!options.schedule) {
            refuse_option("LearningRateScheduler.schedule", "no function", "one");
        }
    }

    void on_epoch_begin(Training& training, int epoch) override {
        training.set_learning_rate(options_.schedule(epoch, training.learning_rate()));
    }
    void on_epoch_end(Training& training, int /*epoch*/, Logs& logs) override {
        logs["lr"] = training.learning_rate();
    }

private:
    LearningRateScheduler options_;
};

}  // namespace

std::shared_ptr<CallbackBase> make_callback(const LearningRateScheduler& options) {
    return std::make_shared<Scheduler>(options);
}

}  // namespace nengine::detail
