#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>

#include "engine/ir/plan.hpp"
#include "engine/runtime/item_source.hpp"

namespace nengine::engine {

/// Minibatches as one launch each: a CUDA graph of all that is the same for the next
/// one whose data lie in the same place.
class MinibatchRecordings {
public:
    /// What a recording holds beside addresses that do not change.
    struct Key {
        std::uint64_t data;  ///< DataSet::number
        Index valid;
        std::optional<double> learning_rate;  ///< none: no update is part of it

        bool operator==(const Key&) const = default;
    };

    explicit MinibatchRecordings(const Device& device) : device_(device) {}

    /// Whether minibatches of the plan can be recorded: none of them needs the host,
    /// and they are not so long that a recording would take more time than it saves.
    bool can_record(const Plan& plan, Index n_steps, Index tiles) const;
    /// Does `work`, which launches the same each time for the same key. That happens
    /// call by call at first, which makes libraries ready, then as a recording.
    void run(const Key& key, const std::function<void()>& work);
    void clear() { recordings_.clear(); }

private:
    struct Entry {
        Key key;
        std::unique_ptr<Recording> recording;  ///< null: has been seen once
    };

    Device device_;
    bool is_refused_ = false;      ///< by the driver or a library
    std::list<Entry> recordings_;  ///< latest first
};

}  // namespace nengine::engine
