#include "api/callbacks/training_state.hpp"

namespace nengine {

int Training::epoch() const {
    return state_.epoch;
}
std::int64_t Training::batch() const {
    return state_.batch;
}
void Training::stop() {
    state_.stopped = true;
}
bool Training::stopped() const {
    return state_.stopped;
}
double Training::learning_rate() const {
    return state_.simulator.learning_rate();
}
void Training::set_learning_rate(double learning_rate) {
    state_.simulator.set_learning_rate(learning_rate);
}
Simulator& Training::simulator() const {
    return state_.simulator;
}
void Training::warn(const std::string& message) const {
    state_.warn(message);
}

CallbackBase::~CallbackBase() = default;

void CallbackBase::on_train_begin(Training& /*training*/) {}
void CallbackBase::on_epoch_begin(Training& /*training*/, int /*epoch*/) {}
void CallbackBase::on_train_batch_begin(Training& /*training*/,
                                        std::int64_t /*batch*/) {}
bool CallbackBase::has_batch_hook() const {
    return false;
}
void CallbackBase::on_train_batch_end(Training& /*training*/, std::int64_t /*batch*/,
                                      const Logs& /*logs*/) {}
void CallbackBase::on_test_begin(Training& /*training*/) {}
void CallbackBase::on_test_end(Training& /*training*/, const Logs& /*logs*/) {}
void CallbackBase::on_epoch_end(Training& /*training*/, int /*epoch*/, Logs& /*logs*/) {
}
void CallbackBase::on_train_end(Training& /*training*/) {}
std::map<std::string, std::vector<double>> CallbackBase::save_state() const {
    return {};
}
void CallbackBase::load_state(
    const std::map<std::string, std::vector<double>>& /*state*/) {}

}  // namespace nengine
