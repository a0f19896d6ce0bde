#include "nengine/io.hpp"

#include <algorithm>
#include <cstdint>

#include "engine/io/idx.hpp"
#include "engine/io/npy.hpp"
#include "kernels/base/host_memory.hpp"

namespace nengine {

namespace {

/// Reads a file for `call`, and says which one where memory ends.
template <class Work>
auto reading(const char* call, const std::filesystem::path& path, Work&& work) {
    const auto where = [&] { return std::string(call) + "('" + path.string() + "')"; };
    return kernels::with_host_memory(
        [&] { return work(where); },
        [&] {
            return kernels::MemoryUse{where(), "its numbers", "the size of the file"};
        });
}

/// @param each  bytes of a number
template <class Where>
void need_memory(std::size_t count, std::size_t each, const Where& where) {
    kernels::need_host_memory(count * each, [&] {
        return kernels::MemoryUse{where(), std::to_string(count) + " numbers",
                                  "the size of the file"};
    });
}

}  // namespace

Array load_npy(const std::filesystem::path& path) {
    return reading("load_npy", path, [&](const auto&) {
        engine::NpyArray array = engine::read_npy(path);
        return Array(std::move(array.shape), std::move(array.values));
    });
}

Array load_idx(const std::filesystem::path& path) {
    return reading("load_idx", path, [&](const auto& where) {
        const engine::IdxArray array = engine::read_idx(path);
        need_memory(array.values.size(), sizeof(double), where);
        return Array(array.shape, {array.values.begin(), array.values.end()});
    });
}

Tensor load_idx_bytes(const std::filesystem::path& path) {
    return reading("load_idx_bytes", path, [&](const auto&) {
        engine::IdxArray array = engine::read_idx(path);
        return Tensor(std::move(array.shape), std::move(array.values));
    });
}

Tensor load_idx_tensor(const std::filesystem::path& path, double scale) {
    return reading("load_idx_tensor", path, [&](const auto& where) {
        const engine::IdxArray array = engine::read_idx(path);
        need_memory(array.values.size(), sizeof(float), where);
        std::vector<float> values(array.values.size());
        std::ranges::transform(array.values, values.begin(), [&](std::uint8_t byte) {
            return static_cast<float>(scale * static_cast<double>(byte));
        });
        return Tensor(array.shape, std::move(values));
    });
}

void save_npy(const std::filesystem::path& path, const Array& array) {
    engine::write_npy(path, array.shape, std::span<const double>(array.values));
}

void detail::save_tensor(const std::filesystem::path& path, const Tensor& tensor) {
    with_number(tensor.dtype(), [&]<class Number>(Number) {
        const std::span numbers(static_cast<const Number*>(tensor.raw()),
                                static_cast<std::size_t>(tensor.size()));
        engine::write_npy(path, tensor.shape(), numbers);
    });
}

}  // namespace nengine
