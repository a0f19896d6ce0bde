#pragma once

#include <string>

#include "kernels/base/error.hpp"

namespace nengine {

/// Does `work`, and says in its errors whose they are: "ensemble 'a': encoders: ...".
template <class Work>
decltype(auto) named(const std::string& what, const Work& work) {
    try {
        return work();
    } catch (const ShapeError& error) {
        throw ShapeError(error.object().empty() ? what : what + ": " + error.object(),
                         error.got(), error.needed());
    } catch (const ValidationError& error) {
        throw ValidationError(what + ": " + error.what());
    } catch (const MemoryError& error) {
        throw MemoryError(what + ": " + error.what(), error.bytes());
    }
}

}  // namespace nengine
