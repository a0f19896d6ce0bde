#include "engine/io/npy.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include "engine/io/atomic_file.hpp"
#include "engine/io/element_count.hpp"
#include "engine/io/in_quotes.hpp"
#include "engine/io/read_file.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

static_assert(std::endian::native == std::endian::little,
              "npy files are read in place");

constexpr std::string_view magic = "\x93NUMPY";
/// As numpy's. The header alone could name so many axes that walking over them takes
/// for ever.
constexpr std::size_t max_dims = 64;

std::string shape_text(std::span<const Index> shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    }
    return text + "]";
}

/// What the header's dictionary says.
struct Header {
    std::string dtype;
    bool fortran_order = false;
    std::vector<Index> shape;
};

/// Reads the dictionary, a Python literal with three known keys in any order.
class HeaderParser {
public:
    HeaderParser(std::string_view text, const std::string& where)
        : text_(text), where_(where) {}

    Header parse() {
        std::optional<std::string> dtype;
        std::optional<bool> fortran_order;
        std::optional<std::vector<Index>> shape;
        expect('{');
        while (!accept('}')) {
            const std::string key = string();
            expect(':');
            if (key == "descr") {
                dtype = string();
            } else if (key == "fortran_order") {
                fortran_order = boolean();
            } else if (key == "shape") {
                shape = tuple();
            } else {
                fail("unknown key " + in_quotes(key));
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        skip_space();
        if (position_ != text_.size() || !dtype || !fortran_order || !shape) {
            fail("not exactly one dictionary with descr, fortran_order and shape");
        }
        return {*dtype, *fortran_order, *shape};
    }

private:
    [[noreturn]] void fail(const std::string& reason) const {
        throw FileError(where_ + ": damaged npy header: " + reason);
    }
    void skip_space() {
        while (position_ < text_.size() &&
               (text_[position_] == ' ' || text_[position_] == '\n')) {
            ++position_;
        }
    }
    bool accept(char wanted) {
        skip_space();
        const bool found = position_ < text_.size() && text_[position_] == wanted;
        position_ += found ? 1 : 0;
        return found;
    }
    void expect(char wanted) {
        if (!accept(wanted)) {
            fail(std::string("no '") + wanted + "' at character " +
                 std::to_string(position_));
        }
    }
    std::string string() {
        const char quote = accept('"') ? '"' : '\'';
        if (quote == '\'') {
            expect('\'');
        }
        const auto end = text_.find(quote, position_);
        if (end == std::string_view::npos) {
            fail("a string without an end");
        }
        const std::string result(text_.substr(position_, end - position_));
        position_ = end + 1;
        return result;
    }
    bool boolean() {
        skip_space();
        for (const auto& [name, value] :
             {std::pair{std::string_view("True"), true}, {"False", false}}) {
            if (text_.substr(position_).starts_with(name)) {
                position_ += name.size();
                return value;
            }
        }
        fail("fortran_order is neither True nor False");
    }
    std::vector<Index> tuple() {
        std::vector<Index> numbers;
        expect('(');
        while (!accept(')')) {
            if (numbers.size() == max_dims) {
                fail("more than " + std::to_string(max_dims) + " dimensions");
            }
            numbers.push_back(number());
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        return numbers;
    }
    Index number() {
        skip_space();
        const auto first = position_;
        Index value = 0;
        while (position_ < text_.size() && text_[position_] >= '0' &&
               text_[position_] <= '9') {
            const Index digit = text_[position_++] - '0';
            if (value > (std::numeric_limits<Index>::max() - digit) / 10) {
                fail("a size that is too large");
            }
            value = 10 * value + digit;
        }
        if (position_ == first) {
            fail("a size that is no number");
        }
        return value;
    }

    std::string_view text_;
    std::string where_;
    std::size_t position_ = 0;
};

template <class T>
std::vector<double> convert(std::span<const std::byte> data, const std::string& where) {
    std::vector<double> values(data.size() / sizeof(T));
    for (std::size_t i = 0; i < values.size(); ++i) {
        T value;
        std::memcpy(&value, data.data() + i * sizeof(T), sizeof(T));
        values[i] = static_cast<double>(value);
        if constexpr (std::is_same_v<T, std::int64_t>) {
            // Compared as integers within +-2^53, where a double holds every one.
            constexpr T limit = T{1} << 53;
            if (value > limit || value < -limit) {
                throw FileError(where + ": got the integer " + std::to_string(value) +
                                ", needs one that a double holds exactly");
            }
        }
    }
    return values;
}

using Converter = std::vector<double> (*)(std::span<const std::byte>,
                                          const std::string&);
struct NpyType {
    std::string_view name;
    std::size_t bytes;
    Converter convert;
};
constexpr NpyType dtypes[] = {
    {"<f4", 4, convert<float>},        {"<f8", 8, convert<double>},
    {"<i4", 4, convert<std::int32_t>}, {"<i8", 8, convert<std::int64_t>},
    {"|u1", 1, convert<std::uint8_t>}, {"|i1", 1, convert<std::int8_t>},
    {"|b1", 1, convert<std::uint8_t>},
};

const NpyType& find_dtype(const std::string& name, const std::string& where) {
    std::string known;
    for (const NpyType& dtype : dtypes) {
        if (dtype.name == name) {
            return dtype;
        }
        known += (known.empty() ? "" : ", ") + std::string(dtype.name);
    }
    throw FileError(where + ": got dtype " + in_quotes(name) + ", needs one of " +
                    known);
}

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

/// The header's text and the offset of the data after it.
std::pair<std::string_view, std::size_t> split_header(std::span<const std::byte> bytes,
                                                      const std::string& where) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()),
                                bytes.size());
    if (!text.starts_with(magic)) {
        throw FileError(where + ": no npy data (it does not begin with \\x93NUMPY)");
    }
    const std::size_t version =
        text.size() > 6 ? static_cast<std::uint8_t>(text[6]) : 0;
    const std::size_t length_bytes = version == 1 ? 2 : 4;
    const std::size_t begin = 8 + length_bytes;
    if (text.size() < begin) {
        throw FileError(where + ": truncated npy header");
    }
    if (version < 1 || version > 3) {
        throw FileError(where + ": got npy format version " + std::to_string(version) +
                        ", needs 1, 2 or 3");
    }
    std::uint32_t length = 0;
    std::memcpy(&length, text.data() + 8, length_bytes);
    if (length > text.size() - begin) {
        throw FileError(where + ": truncated npy header: got " +
                        std::to_string(text.size() - begin) + " bytes, needs " +
                        std::to_string(length));
    }
    return {text.substr(begin, length), begin + length};
}

void check_count(std::span<const Index> shape, std::size_t n_values,
                 const std::string& where) {
    if (shape.size() > max_dims) {
        throw ShapeError(where, std::to_string(shape.size()) + " dimensions",
                         "at most " + std::to_string(max_dims));
    }
    const auto count = element_count(shape);
    if (!count || static_cast<std::size_t>(*count) != n_values) {
        throw ShapeError(where, std::to_string(n_values) + " values",
                         "as many as the shape " + shape_text(shape) + " holds");
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
    std::memcpy(out, magic.data(), magic.size());
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
    const auto [text, begin] = split_header(bytes, where);
    const Header header = HeaderParser(text, where).parse();
    const NpyType& dtype = find_dtype(header.dtype, where);
    const auto count = element_count(header.shape);
    const std::size_t available = bytes.size() - begin;
    // Compared by division: the product with the element's size may not fit.
    if (!count || available % dtype.bytes != 0 ||
        static_cast<std::size_t>(*count) != available / dtype.bytes) {
        throw FileError(where + ": got " + std::to_string(available) +
                        " bytes of data, needs those of shape " +
                        shape_text(header.shape) + " in " + header.dtype);
    }
    NpyArray array{header.shape, dtype.convert(bytes.subspan(begin), where)};
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

void write_npy(const std::filesystem::path& path, std::span<const Index> shape,
               std::span<const float> values) {
    check_count(shape, values.size(), "write_npy('" + path.string() + "')");
    write_file_atomically(path, format<float>(shape, values, "<f4"));
}

void write_npy(const std::filesystem::path& path, std::span<const Index> shape,
               std::span<const double> values) {
    check_count(shape, values.size(), "write_npy('" + path.string() + "')");
    write_file_atomically(path, format<double>(shape, values, "<f8"));
}

}  // namespace nengine::engine
