#include "nengine/io.hpp"

#include "engine/io/idx.hpp"
#include "engine/io/npy.hpp"

namespace nengine {
inline namespace api {

Array load_npy(const std::filesystem::path& path) {
    NpyArray array = read_npy(path);
    return Array(std::move(array.shape), std::move(array.values));
}

Array load_idx(const std::filesystem::path& path) {
    const IdxArray array = read_idx(path);
    return Array(array.shape, {array.values.begin(), array.values.end()});
}

void save_npy(const std::filesystem::path& path, const Array& array) {
    write_npy(path, array.shape, std::span<const double>(array.values));
}

}  // namespace api
}  // namespace nengine
