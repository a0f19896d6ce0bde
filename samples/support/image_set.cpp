#include "samples/support/image_set.hpp"

#include <algorithm>

#include "engine/io/idx.hpp"
#include "nengine/error.hpp"

namespace nengine::samples {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t side = 28;

/// The gzipped file if it is there, else the plain one.
fs::path image_file(const fs::path& folder, const std::string& name) {
    if (!fs::is_directory(folder)) {
        throw FileError(folder.string() +
                        ": is no folder; it should hold images in MNIST's format");
    }
    const fs::path packed = folder / (name + ".gz"), plain = folder / name;
    return fs::exists(packed) || !fs::exists(plain) ? packed : plain;
}

void check(const IdxArray& images, const fs::path& images_file, const IdxArray& labels,
           const fs::path& labels_file, int n_classes) {
    if (images.shape[1] != side || images.shape[2] != side || images.shape[0] == 0) {
        throw FileError(
            images_file.string() + ": got " + std::to_string(images.shape[0]) +
            " images of " + std::to_string(images.shape[1]) + " x " +
            std::to_string(images.shape[2]) + " pixels, needs at least one of 28 x 28");
    }
    if (labels.shape[0] != images.shape[0]) {
        throw FileError(labels_file.string() + ": got " +
                        std::to_string(labels.shape[0]) +
                        " labels, needs one for each of " +
                        std::to_string(images.shape[0]) + " images");
    }
    const int largest = *std::ranges::max_element(labels.values);
    if (largest >= n_classes) {
        throw FileError(labels_file.string() + ": got the label " +
                        std::to_string(largest) + ", needs 0 to " +
                        std::to_string(n_classes - 1));
    }
}

}  // namespace

ImageSet read_image_set(const fs::path& folder, const std::string& name,
                        std::int64_t count, double largest_pixel, int n_classes) {
    const fs::path images_file = image_file(folder, name + "-images-idx3-ubyte");
    const fs::path labels_file = image_file(folder, name + "-labels-idx1-ubyte");
    const IdxArray images = read_idx(images_file, 3);
    const IdxArray labels = read_idx(labels_file, 1);
    check(images, images_file, labels, labels_file, n_classes);

    const std::int64_t n =
        count > 0 ? std::min(count, images.shape[0]) : images.shape[0];
    const auto scale = static_cast<float>(largest_pixel / 255.0);
    std::vector<float> pixels(static_cast<std::size_t>(n * side * side));
    std::ranges::transform(std::span(images.values).first(pixels.size()),
                           pixels.begin(),
                           [&](auto byte) { return scale * static_cast<float>(byte); });
    const auto used = std::span(labels.values).first(static_cast<std::size_t>(n));
    std::vector<float> targets(used.begin(), used.end());
    return {.height = side,
            .width = side,
            .images = Tensor({n, 1, side * side}, std::move(pixels)),
            .targets = Tensor({n, 1, 1}, std::move(targets)),
            .labels = {used.begin(), used.end()}};
}

}  // namespace nengine::samples
