#include "engine/train/minibatch_recordings.hpp"

#include <algorithm>

namespace nengine::engine {
namespace {

/// Full minibatches and a partial one, for two places of data or learning rates.
constexpr std::size_t kept_recordings = 4;

/// A graph of so many launches takes some 10 ms to make, and is used for the rest of
/// the training. Stepped regions of more have recordings of their own.
constexpr Index most_launches = 4096;

Index launches_of(const std::vector<Stage>& stages, Index n_steps) {
    Index launches = 0;
    for (const Stage& stage : stages) {
        const Index times = stage.kind == StageKind::stepped ? n_steps : 1;
        launches += times * std::ssize(stage.commands) + std::ssize(stage.before) +
                    std::ssize(stage.after);
    }
    return launches;
}

}  // namespace

bool MinibatchRecordings::can_record(const Plan& plan, Index n_steps,
                                     Index tiles) const {
    if (!device_.is_cuda() || is_refused_ || plan.calls_host()) {
        return false;
    }
    const Index launches =
        launches_of(plan.forward, n_steps) + launches_of(plan.backward, n_steps);
    return tiles * launches <= most_launches;
}

void MinibatchRecordings::run(const Key& key, const std::function<void()>& work) {
    const auto found = std::ranges::find(recordings_, key, &Entry::key);
    if (found == recordings_.end()) {
        work();
        while (recordings_.size() >= kept_recordings) {
            recordings_.pop_back();
        }
        recordings_.push_front({key, nullptr});
        return;
    }
    recordings_.splice(recordings_.begin(), recordings_, found);
    Entry& entry = recordings_.front();
    if (entry.recording == nullptr) {
        entry.recording = device_.record(work);
        is_refused_ = entry.recording == nullptr;
    }
    entry.recording != nullptr ? entry.recording->replay() : work();
}

}  // namespace nengine::engine
