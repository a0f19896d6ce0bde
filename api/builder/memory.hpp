#pragma once

#include <initializer_list>
#include <string>

#include "api/numerics/text.hpp"
#include "api/objects/objects.hpp"
#include "kernels/base/host_memory.hpp"
#include "kernels/base/view.hpp"

namespace nengine {

/// Refuses numbers in double precision of an object that would not fit, before they are
/// allocated.
/// @param copies  how many arrays of this shape there are at a time
/// @throws MemoryError  naming the object, the shape and what to lower
inline void need_memory(const detail::ObjectData& object, const char* what,
                        std::initializer_list<Index> shape, const char* lower,
                        int copies = 1) {
    const auto each = sizeof(double) * static_cast<std::size_t>(copies);
    kernels::need_host_memory(kernels::array_bytes(shape, each), [&] {
        return kernels::MemoryUse{detail::describe(object),
                                  (copies > 1 ? std::to_string(copies) + " x " : "") +
                                      std::string(what) + " of shape " +
                                      shape_text(shape),
                                  lower};
    });
}

/// Does a part of building that is about one object, and names it where memory runs
/// out.
template <class Work>
decltype(auto) for_object(const detail::ObjectData& object, Work&& work) {
    return kernels::with_host_memory(std::forward<Work>(work), [&] {
        return kernels::MemoryUse{detail::describe(object), "building it", "its sizes"};
    });
}

}  // namespace nengine
