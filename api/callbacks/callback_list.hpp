#pragma once

#include <memory>
#include <vector>

#include "nengine/callbacks.hpp"

namespace nengine::detail {

/// The callbacks of a call of `fit`, called one after the other.
class CallbackList : public CallbackBase {
public:
    /// @throws ValidationError  an option of one is out of range
    explicit CallbackList(const std::vector<Callback>& callbacks);

    void on_train_begin(Training& training) override;
    void on_epoch_begin(Training& training, int epoch) override;
    void on_train_batch_begin(Training& training, std::int64_t batch) override;
    bool has_batch_hook() const override;
    void on_train_batch_end(Training& training, std::int64_t batch,
                            const Logs& logs) override;
    void on_test_begin(Training& training) override;
    void on_test_end(Training& training, const Logs& logs) override;
    void on_epoch_end(Training& training, int epoch, Logs& logs) override;
    void on_train_end(Training& training) override;
    /// Of each callback under its number: "0/best".
    std::map<std::string, std::vector<double>> save_state() const override;
    void load_state(const std::map<std::string, std::vector<double>>& state) override;

private:
    template <class... Parameters>
    void call(void (CallbackBase::*hook)(Parameters...), Parameters... with) {
        for (const auto& callback : callbacks_) {
            ((*callback).*hook)(with...);
        }
    }

    std::vector<std::shared_ptr<CallbackBase>> callbacks_;
};

}  // namespace nengine::detail
