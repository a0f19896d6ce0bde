#include "api/callbacks/make_callback.hpp"

namespace nengine::detail {

/// `fit` itself writes and reads the checkpoint: it is between what callbacks do.
std::shared_ptr<CallbackBase> make_callback(const BackupAndRestore& /*options*/) {
    return std::make_shared<CallbackBase>();
}

}  // namespace nengine::detail
