#include "samples/support/image_set.hpp"

#include <algorithm>
#include <cstdlib>

#include "nengine/error.hpp"
#include "nengine/io.hpp"

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

/// Reads a file that must have so many axes.
Tensor load(const fs::path& file, std::size_t n_axes) {
    Tensor numbers = load_idx_bytes(file);
    if (numbers.rank() != n_axes) {
        throw FileError(file.string() + ": got " + std::to_string(numbers.rank()) +
                        " dimensions, needs " + std::to_string(n_axes));
    }
    return numbers;
}

void check(const Tensor& images, const fs::path& images_file, const Tensor& labels,
           const fs::path& labels_file, int n_classes) {
    if (images.extent(1) != side || images.extent(2) != side || images.extent(0) == 0) {
        throw FileError(images_file.string() + ": got " +
                        std::to_string(images.extent(0)) + " images of " +
                        std::to_string(images.extent(1)) + " x " +
                        std::to_string(images.extent(2)) +
                        " pixels, needs at least one of 28 x 28");
    }
    if (labels.extent(0) != images.extent(0)) {
        throw FileError(labels_file.string() + ": got " +
                        std::to_string(labels.extent(0)) +
                        " labels, needs one for each of " +
                        std::to_string(images.extent(0)) + " images");
    }
    const int largest = *std::ranges::max_element(labels.bytes());
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
    const Tensor images = load(images_file, 3);
    const Tensor labels = load(labels_file, 1);
    check(images, images_file, labels, labels_file, n_classes);

    const std::int64_t n =
        count > 0 ? std::min(count, images.extent(0)) : images.extent(0);
    const Tensor used = labels.items(0, n);
    const auto classes = used.bytes();
    return {.height = side,
            .width = side,
            .images = images.items(0, n).reshaped({n, 1, side * side}),
            .scale = largest_pixel / 255.0,
            .targets = used.reshaped({n, 1, 1}),
            .labels = {classes.begin(), classes.end()}};
}

fs::path digits_folder() {
    const char* folder = std::getenv("NENGINE_DATA");
    return fs::path(folder != nullptr ? folder : NENGINE_SAMPLES_DATA) / "mnist";
}

}  // namespace nengine::samples
