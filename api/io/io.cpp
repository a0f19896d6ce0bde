#include "nengine/io.hpp"

#include <algorithm>
#include <cstdint>

#include "engine/io/idx.hpp"
#include "engine/io/npy.hpp"

namespace nengine {

Array load_npy(const std::filesystem::path& path) {
    engine::NpyArray array = engine::read_npy(path);
    return Array(std::move(array.shape), std::move(array.values));
}

Array load_idx(const std::filesystem::path& path) {
    const engine::IdxArray array = engine::read_idx(path);
    return Array(array.shape, {array.values.begin(), array.values.end()});
}

Tensor load_idx_tensor(const std::filesystem::path& path, double scale) {
    const engine::IdxArray array = engine::read_idx(path);
    std::vector<float> values(array.values.size());
    std::ranges::transform(array.values, values.begin(), [&](std::uint8_t byte) {
        return static_cast<float>(scale * static_cast<double>(byte));
    });
    return Tensor(array.shape, std::move(values));
}

void save_npy(const std::filesystem::path& path, const Array& array) {
    engine::write_npy(path, array.shape, std::span<const double>(array.values));
}

void detail::save_tensor(const std::filesystem::path& path, const Tensor& tensor) {
    if (tensor.dtype() == DType::float32) {
        engine::write_npy(path, tensor.shape(), tensor.floats());
    } else {
        engine::write_npy(path, tensor.shape(), tensor.doubles());
    }
}

}  // namespace nengine
