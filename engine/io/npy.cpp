#include "engine/io/npy.hpp"

#include <cstring>
#include <string_view>
#include <utility>

#include "engine/io/atomic_file.hpp"
#include "engine/io/element_count.hpp"
#include "engine/io/npy_header.hpp"
#include "engine/io/read_file.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

/// Column-major values in row-major order.
std::vector<double> to_row_major(const std::vector<double>& values,
                                 std::span<const Index> shape) {
    std::vector<double> result(values.size());
    std::vector<Index> position(shape.size(), 0);
    for (const double value : values) {
        Index target = 0;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            target = target * shape[axis] + position[axis];
        }
        result[static_cast<std::size_t>(target)] = value;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {  // first axis fastest
            if (++position[axis] < shape[axis]) {
                break;
            }
            position[axis] = 0;
        }
    }
    return result;
}

void check_count(std::span<const Index> shape, std::size_t n_values,
                 const std::string& where) {
    if (shape.size() > npy_max_dims) {
        throw ShapeError(where, std::to_string(shape.size()) + " dimensions",
                         "at most " + std::to_string(npy_max_dims));
    }
    const auto count = element_count(shape);
    if (!count || static_cast<std::size_t>(*count) != n_values) {
        throw ShapeError(where, std::to_string(n_values) + " values",
                         "as many as the shape " + npy_shape_text(shape) + " holds");
    }
}

template <class Stored, class Given>
std::vector<std::byte> format(std::span<const Index> shape,
                              std::span<const Given> values, std::string_view dtype) {
    std::string header =
        "{'descr': '" + std::string(dtype) + "', 'fortran_order': False, 'shape': (";
    for (const Index size : shape) {
        header += std::to_string(size) + ", ";
    }
    header += "), }";
    // The data begins at a multiple of 64: magic, version, length, text, newline.
    const std::size_t begin = (10 + header.size() + 1 + 63) / 64 * 64;
    header.resize(begin - 11, ' ');
    header += '\n';

    std::vector<std::byte> bytes(begin + values.size() * sizeof(Stored));
    std::byte* out = bytes.data();
    const auto length = static_cast<std::uint16_t>(header.size());
    std::memcpy(out, npy_magic.data(), npy_magic.size());
    out[6] = std::byte{1};
    std::memcpy(out + 8, &length, sizeof length);
    std::memcpy(out + 10, header.data(), header.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto value = static_cast<Stored>(values[i]);
        std::memcpy(out + begin + i * sizeof value, &value, sizeof value);
    }
    return bytes;
}

}  // namespace

NpyArray parse_npy(std::span<const std::byte> bytes, const std::string& where) {
    NpyHeader header = parse_npy_header(bytes, where);
    NpyArray array{std::move(header.shape),
                   npy_doubles(header.type, bytes.subspan(header.begin), where)};
    if (header.fortran_order) {
        array.values = to_row_major(array.values, array.shape);
    }
    return array;
}

std::vector<std::byte> format_npy(const NpyArray& array, DType dtype) {
    check_count(array.shape, array.values.size(), "format_npy");
    const std::span<const double> values(array.values);
    return dtype == DType::float32 ? format<float>(array.shape, values, "<f4")
                                   : format<double>(array.shape, values, "<f8");
}

NpyArray read_npy(const std::filesystem::path& path) {
    const std::string where = "read_npy('" + path.string() + "')";
    return parse_npy(read_file(path, where), where);
}

namespace {

template <class Number>
void write_as(std::string_view dtype, const std::filesystem::path& path,
              std::span<const Index> shape, std::span<const Number> values) {
    check_count(shape, values.size(), "write_npy('" + path.string() + "')");
    write_file_atomically(path, format<Number>(shape, values, dtype));
}

}  // namespace

void write_npy(const std::filesystem::path& path, std::span<const Index> shape,
               std::span<const float> values) {
    write_as("<f4", path, shape, values);
}
void write_npy(const std::filesystem::path& path, std::span<const Index> shape,
               std::span<const double> values) {
    write_as("<f8", path, shape, values);
}
void write_npy(const std::filesystem::path& path, std::span<const Index> shape,
               std::span<const std::int32_t> values) {
    write_as("<i4", path, shape, values);
}
void write_npy(const std::filesystem::path& path, std::span<const Index> shape,
               std::span<const std::uint8_t> values) {
    write_as("|u1", path, shape, values);
}

}  // namespace nengine::engine
