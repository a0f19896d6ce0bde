#include "engine/ir/signal.hpp"

#include "kernels/base/error.hpp"

namespace nengine::engine {

Index shape_size(const Shape& shape) {
    Index size = 1;
    for (const Index extent : shape) {
        size *= extent;
    }
    return size;
}

std::string to_string(const Shape& shape) {
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    }
    return text + (shape.size() == 1 ? ",)" : ")");
}

std::vector<Index> dense_strides(const Shape& shape) {
    std::vector<Index> strides(shape.size());
    fill_dense_strides(shape, strides);
    return strides;
}

void fill_dense_strides(const Shape& shape, std::span<Index> strides) {
    Index stride = 1;
    for (std::size_t i = shape.size(); i-- > 0;) {
        strides[i] = stride;
        stride *= shape[i];
    }
}

void need_dtype(const Signal& signal, DType dtype, const std::string& what) {
    if (signal.dtype.value_or(dtype) != dtype) {
        throw BuildError(what + " '" + signal.name + "': got dtype " +
                         std::string(dtype_name(*signal.dtype)) + ", needs " +
                         std::string(dtype_name(dtype)) + " as the simulation has it");
    }
}

}  // namespace nengine::engine
