#pragma once

#include <concepts>
#include <filesystem>

#include "kernels/base/export.hpp"
#include "nengine/array.hpp"
#include "nengine/tensor.hpp"

namespace nengine {

/// Reads an npy file, as numpy.save writes it: numbers (floats, integers or booleans)
/// in C or Fortran order.
/// @throws FileError    missing, damaged, or of another type
/// @throws MemoryError  it has more numbers than there is memory for
NENGINE_API Array load_npy(const std::filesystem::path& path);

/// Reads an idx file of bytes, gzipped or plain: images [count, height, width] or
/// labels [count], each number from 0 to 255.
/// @throws FileError    missing, damaged, or of another type
/// @throws MemoryError  it has more numbers than there is memory for
NENGINE_API Array load_idx(const std::filesystem::path& path);

/// The same bytes as a tensor, as they are: a simulator takes them for data and
/// multiplies them on the device. The shape is the file's:
///
///     Tensor images = load_idx_bytes("train-images-idx3-ubyte.gz");
///     images = images.reshaped({images.extent(0), 1, 28 * 28});  // for one step
///     sim.predict({{x, images, 1.0 / 255}});
///
/// @throws FileError    missing, damaged, or of another type
/// @throws MemoryError  it has more numbers than there is memory for
NENGINE_API Tensor load_idx_bytes(const std::filesystem::path& path);

/// The same as what a simulator is fed with, in float32: an array of bytes takes four
/// times its size, not eight. Each number is multiplied by `scale`, 1.0 / 255 for
/// pixels from 0 to 1. The shape is the file's:
///
///     Tensor images = load_idx_tensor("train-images-idx3-ubyte.gz", 1.0 / 255);
///     images = images.reshaped({images.extent(0), 1, 28 * 28});  // for one step
///
/// @throws FileError    missing, damaged, or of another type
/// @throws MemoryError  it has more numbers than there is memory for
NENGINE_API Tensor load_idx_tensor(const std::filesystem::path& path,
                                   double scale = 1.0);

/// Writes an npy file in double precision, whole or not at all.
/// @throws FileError  it cannot be written
NENGINE_API void save_npy(const std::filesystem::path& path, const Array& array);

namespace detail {
NENGINE_API void save_tensor(const std::filesystem::path& path, const Tensor& tensor);
}

/// Writes what a simulator has recorded, or data, as an npy file of the tensor's own
/// dtype, whole or not at all.
/// @throws FileError  it cannot be written
template <std::same_as<Tensor> T>  // so that {{1.0, 2.0}} is an Array
void save_npy(const std::filesystem::path& path, const T& tensor) {
    detail::save_tensor(path, tensor);
}

}  // namespace nengine
