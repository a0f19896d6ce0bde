#include "api/simulator/call_tensors.hpp"

#include "api/numerics/text.hpp"

namespace nengine {

engine::HostTensor checked_tensor(const Tensor& tensor, Index size,
                                  const std::string& where, double scale) {
    if (tensor.rank() != 3 || tensor.extent(2) != size || tensor.extent(0) < 1 ||
        tensor.extent(1) < 1) {
        throw ShapeError(where, "data of shape " + shape_text(tensor.shape()),
                         "[batch, steps, " + std::to_string(size) + ']');
    }
    return {.data = tensor.raw(),
            .dtype = tensor.dtype(),
            .batch = tensor.extent(0),
            .steps = tensor.extent(1),
            .size = tensor.extent(2),
            .scale = scale};
}

void match_items(CallData& call, Index items, const std::string& where) {
    if (call.items != 0 && call.items != items) {
        throw ShapeError(where, "data for " + std::to_string(items) + " items",
                         std::to_string(call.items) + " as in the other data");
    }
    call.items = items;
}

}  // namespace nengine
