#include <algorithm>

#include "api/callbacks/checks.hpp"
#include "api/callbacks/make_callback.hpp"
#include "api/callbacks/monitor.hpp"
#include "api/callbacks/remembered.hpp"
#include "api/numerics/text.hpp"

namespace nengine::detail {

namespace {

void check(const ReduceLROnPlateau& options) {
    if (!(options.factor > 0.0 && options.factor < 1.0)) {
        refuse_option("ReduceLROnPlateau.factor", number_text(options.factor),
                      "a number above 0 and below 1");
    }
    need_at_least(options.patience, 0, "ReduceLROnPlateau.patience");
    need_finite(options.min_delta, "ReduceLROnPlateau.min_delta");
    need_at_least(options.cooldown, 0, "ReduceLROnPlateau.cooldown");
    need_finite(options.min_lr, "ReduceLROnPlateau.min_lr");
    if (options.min_lr < 0.0) {
        refuse_option("ReduceLROnPlateau.min_lr", number_text(options.min_lr),
                      "at least 0");
    }
}

class Reducer : public CallbackBase {
public:
    explicit Reducer(const ReduceLROnPlateau& options)
        : options_(options),
          monitor_("ReduceLROnPlateau", options.monitor, options.mode,
                   options.monitor.find("acc") != std::string::npos),
          best_(monitor_.worst()) {
        check(options);
    }

    void on_epoch_end(Training& training, int /*epoch*/, Logs& logs) override {
        logs["lr"] = training.learning_rate();
        const std::optional<double> value = monitor_.value(training, logs);
        if (!value) {
            return;
        }
        if (cooldown_ > 0) {
            --cooldown_;
            waited_ = 0;
        }
        if (monitor_.is_better(*value, monitor_.worsened(best_, -options_.min_delta))) {
            best_ = *value;
            waited_ = 0;
        } else if (cooldown_ == 0 && ++waited_ >= options_.patience) {
            reduce(training);
        }
    }

    Remembered save_state() const override {
        return {{"best", {best_}},
                {"waited", {double(waited_)}},
                {"cooldown", {double(cooldown_)}}};
    }
    void load_state(const Remembered& state) override {
        best_ = remembered(state, "best");
        waited_ = static_cast<int>(remembered(state, "waited"));
        cooldown_ = static_cast<int>(remembered(state, "cooldown"));
    }

private:
    void reduce(Training& training) {
        const double rate = training.learning_rate();
        if (rate > options_.min_lr) {
            training.set_learning_rate(
                std::max(rate * options_.factor, options_.min_lr));
            cooldown_ = options_.cooldown;
            waited_ = 0;
        }
    }

    ReduceLROnPlateau options_;
    Monitor monitor_;
    double best_;
    int waited_ = 0, cooldown_ = 0;
};

}  // namespace

std::shared_ptr<CallbackBase> make_callback(const ReduceLROnPlateau& options) {
    return std::make_shared<Reducer>(options);
}

}  // namespace nengine::detail
