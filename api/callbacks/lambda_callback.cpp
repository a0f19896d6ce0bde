#include "api/callbacks/make_callback.hpp"

namespace nengine::detail {

namespace {

class Lambdas : public CallbackBase {
public:
    explicit Lambdas(LambdaCallback functions) : call_(std::move(functions)) {}

    void on_train_begin(Training& training) override {
        if (call_.on_train_begin) {
            call_.on_train_begin(training);
        }
    }
    void on_epoch_begin(Training& training, int epoch) override {
        if (call_.on_epoch_begin) {
            call_.on_epoch_begin(training, epoch);
        }
    }
    void on_train_batch_begin(Training& training, std::int64_t batch) override {
        if (call_.on_train_batch_begin) {
            call_.on_train_batch_begin(training, batch);
        }
    }
    bool has_batch_hook() const override { return bool{call_.on_train_batch_end}; }
    void on_train_batch_end(Training& training, std::int64_t batch,
                            const Logs& logs) override {
        call_.on_train_batch_end(training, batch, logs);
    }
    void on_test_begin(Training& training) override {
        if (call_.on_test_begin) {
            call_.on_test_begin(training);
        }
    }
    void on_test_end(Training& training, const Logs& logs) override {
        if (call_.on_test_end) {
            call_.on_test_end(training, logs);
        }
    }
    void on_epoch_end(Training& training, int epoch, Logs& logs) override {
        if (call_.on_epoch_end) {
            call_.on_epoch_end(training, epoch, logs);
        }
    }
    void on_train_end(Training& training) override {
        if (call_.on_train_end) {
            call_.on_train_end(training);
        }
    }

private:
    LambdaCallback call_;
};

}  // namespace

std::shared_ptr<CallbackBase> make_callback(const LambdaCallback& options) {
    return std::make_shared<Lambdas>(options);
}

}  // namespace nengine::detail
