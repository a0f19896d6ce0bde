#include "api/simulator/fit_backup.hpp"

#include "api/callbacks/checks.hpp"
#include "api/simulator/checkpoint_file.hpp"
#include "nengine/error.hpp"

namespace nengine {

namespace {

const std::string history_prefix = "history/", value_prefix = "history/value/";

const std::vector<double>& listed(const engine::Checkpoint& from,
                                  const std::string& name) {
    const auto found = from.find(name);
    if (found == from.end()) {
        throw ValidationError("checkpoint: got no '" + name +
                              "', needs one that `fit` has written");
    }
    return found->second;
}

}  // namespace

void save_history(const History& history, engine::Checkpoint& to) {
    to[history_prefix + "epoch"] = {history.epoch.begin(), history.epoch.end()};
    to[history_prefix + "seconds"] = history.seconds;
    for (const auto& [name, values] : history.values) {
        to[value_prefix + name] = values;
    }
}

History load_history(const engine::Checkpoint& from) {
    History history;
    for (const double epoch : listed(from, history_prefix + "epoch")) {
        history.epoch.push_back(static_cast<int>(epoch));
    }
    history.seconds = listed(from, history_prefix + "seconds");
    history.values = entries_under(from, value_prefix);
    return history;
}

engine::Checkpoint entries_under(const engine::Checkpoint& from,
                                 const std::string& prefix) {
    engine::Checkpoint result;
    for (auto at = from.lower_bound(prefix);
         at != from.end() && at->first.starts_with(prefix); ++at) {
        result[at->first.substr(prefix.size())] = at->second;
    }
    return result;
}

FitBackup::FitBackup(const std::vector<Callback>& callbacks) {
    for (const Callback& callback : callbacks) {
        const auto* backup = std::get_if<BackupAndRestore>(&callback);
        if (backup == nullptr) {
            continue;
        }
        if (options_) {
            detail::refuse_option("BackupAndRestore", "two of them", "one at most");
        }
        if (backup->path.empty()) {
            detail::refuse_option("BackupAndRestore.path", "no name",
                                  "the name of a file");
        }
        if (backup->every_batches.value_or(1) < 1) {
            detail::refuse_option("BackupAndRestore.every_batches",
                                  std::to_string(*backup->every_batches), "at least 1");
        }
        options_ = *backup;
    }
}

std::optional<engine::Checkpoint> FitBackup::read() const {
    if (!options_ || !std::filesystem::exists(options_->path)) {
        return std::nullopt;
    }
    return read_checkpoint(options_->path);
}

void FitBackup::write(const engine::Checkpoint& checkpoint) const {
    write_checkpoint(options_->path, checkpoint);
}

void FitBackup::finish() const {
    if (options_ && options_->delete_checkpoint) {
        std::filesystem::remove(options_->path);
    }
}

}  // namespace nengine
