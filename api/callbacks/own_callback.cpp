#include "api/callbacks/make_callback.hpp"
#include "nengine/error.hpp"

namespace nengine::detail {

std::shared_ptr<CallbackBase> make_callback(const std::shared_ptr<CallbackBase>& own) {
    if (!own) {
        throw ValidationError("fit: callbacks: got an empty pointer, needs a callback");
    }
    return own;
}

}  // namespace nengine::detail
