#pragma once

#include <memory>

#include "nengine/callbacks.hpp"

namespace nengine::detail {

// Callbacks with what they remember from epoch to epoch, one source file for each kind.
// @throws ValidationError  an option is out of range: "fit: callbacks: KIND.OPTION:
// ..."

std::shared_ptr<CallbackBase> make_callback(const LambdaCallback& options);
std::shared_ptr<CallbackBase> make_callback(const EarlyStopping& options);
std::shared_ptr<CallbackBase> make_callback(const ReduceLROnPlateau& options);
std::shared_ptr<CallbackBase> make_callback(const ModelCheckpoint& options);
std::shared_ptr<CallbackBase> make_callback(const CsvLogger& options);
std::shared_ptr<CallbackBase> make_callback(const LearningRateScheduler& options);
std::shared_ptr<CallbackBase> make_callback(const TensorBoard& options);
std::shared_ptr<CallbackBase> make_callback(const BackupAndRestore& options);
/// The user's own.
std::shared_ptr<CallbackBase> make_callback(const std::shared_ptr<CallbackBase>& own);

}  // namespace nengine::detail
