#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "nengine/data.hpp"

namespace nengine::samples {

/// Grey images with a class each.
struct ImageSet {
    std::int64_t height = 0, width = 0;
    Tensor images;       ///< bytes [count, 1, height * width], each held for all steps
    double scale = 1.0;  ///< what a simulator multiplies them by
    Tensor targets;      ///< the labels as [count, 1, 1], bytes too
    std::vector<int> labels;  ///< [count]

    std::int64_t size() const { return images.extent(0); }
    /// The images as data for a node.
    DataEntry input(const Node& node) const { return {node, images, scale}; }
};

/// Reads the files `<name>-images-idx3-ubyte` and `<name>-labels-idx1-ubyte`, gzipped
/// (`.gz`) or plain, of a folder in MNIST's format.
///
/// @param name           "train" or "t10k"
/// @param count          use the first `count` images at most; 0: all
/// @param largest_pixel  what 255 in the file becomes
/// @param n_classes      labels must be below
/// @throws FileError  a missing or damaged file, no images at all, other images than
///                    28 x 28, labels that do not fit the images or the classes
ImageSet read_image_set(const std::filesystem::path& folder, const std::string& name,
                        std::int64_t count, double largest_pixel, int n_classes);

/// Where the digits are: the folder `mnist` of the folder that the environment variable
/// NENGINE_DATA names, else of the samples' own data.
std::filesystem::path digits_folder();

}  // namespace nengine::samples
