#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/train/checkpoint.hpp"
#include "kernels/base/index.hpp"
#include "nengine/callbacks.hpp"
#include "nengine/simulator.hpp"

namespace nengine {

/// What a checkpoint has of a history: "history/epoch" and so on.
void save_history(const History& history, engine::Checkpoint& to);
/// @throws ValidationError  there is none
History load_history(const engine::Checkpoint& from);
/// The entries whose names begin with a prefix, by the rest of their names.
engine::Checkpoint entries_under(const engine::Checkpoint& from,
                                 const std::string& prefix);

/// The checkpoint that a call of `fit` keeps, if its callbacks ask for one.
class FitBackup {
public:
    /// @throws ValidationError  two of them, no name of a file, or every 0 minibatches
    explicit FitBackup(const std::vector<Callback>& callbacks);

    bool is_wanted() const { return options_.has_value(); }
    /// Whether one is due after so many minibatches of an epoch.
    bool is_due(Index minibatches) const {
        return options_ && options_->every_batches &&
               minibatches % *options_->every_batches == 0;
    }
    /// What an earlier call has left.
    /// @throws FileError  damaged, or no checkpoint
    std::optional<engine::Checkpoint> read() const;
    void write(const engine::Checkpoint& checkpoint) const;
    /// The training has come to its end.
    void finish() const;

private:
    std::optional<BackupAndRestore> options_;
};

}  // namespace nengine
