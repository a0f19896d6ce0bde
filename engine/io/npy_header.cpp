#include "engine/io/npy_header.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <type_traits>

#include "engine/io/element_count.hpp"
#include "engine/io/in_quotes.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

static_assert(std::endian::native == std::endian::little,
              "npy files are read in place");

/// What the dictionary says.
struct Dictionary {
    std::string dtype;
    bool fortran_order = false;
    std::vector<Index> shape;
};

/// Reads the dictionary, a Python literal with three known keys in any order.
class HeaderParser {
public:
    HeaderParser(std::string_view text, const std::string& where)
        : text_(text), where_(where) {}

    Dictionary parse() {
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
            if (numbers.size() == npy_max_dims) {
                fail("more than " + std::to_string(npy_max_dims) + " dimensions");
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

struct NamedType {
    std::string_view name;
    NpyType type;
};
constexpr NamedType dtypes[] = {
    {"<f4", NpyType::float32}, {"<f8", NpyType::float64}, {"<i4", NpyType::int32},
    {"<i8", NpyType::int64},   {"|u1", NpyType::uint8},   {"|i1", NpyType::int8},
    {"|b1", NpyType::boolean},
};

NpyType find_dtype(const std::string& name, const std::string& where) {
    std::string known;
    for (const NamedType& dtype : dtypes) {
        if (dtype.name == name) {
            return dtype.type;
        }
        known += (known.empty() ? "" : ", ") + std::string(dtype.name);
    }
    throw FileError(where + ": got dtype " + in_quotes(name) + ", needs one of " +
                    known);
}

/// The header's text and the offset of the data after it.
std::pair<std::string_view, std::size_t> split_header(std::span<const std::byte> bytes,
                                                      const std::string& where) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()),
                                bytes.size());
    if (!text.starts_with(npy_magic)) {
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

}  // namespace

std::string npy_shape_text(std::span<const Index> shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    }
    return text + "]";
}

NpyHeader parse_npy_header(std::span<const std::byte> bytes, const std::string& where) {
    const auto [text, begin] = split_header(bytes, where);
    Dictionary says = HeaderParser(text, where).parse();
    const NpyType type = find_dtype(says.dtype, where);
    const std::size_t width =
        with_npy_type(type, [](auto number) { return sizeof number; });
    const auto count = element_count(says.shape);
    const std::size_t available = bytes.size() - begin;
    // Compared by division: the product with the element's size may not fit.
    if (!count || available % width != 0 ||
        static_cast<std::size_t>(*count) != available / width) {
        throw FileError(where + ": got " + std::to_string(available) +
                        " bytes of data, needs those of shape " +
                        npy_shape_text(says.shape) + " in " + says.dtype);
    }
    return {type, says.fortran_order, std::move(says.shape), begin};
}

std::vector<double> npy_doubles(NpyType type, std::span<const std::byte> numbers,
                                const std::string& where) {
    return with_npy_type(type, [&]<class T>(T) { return convert<T>(numbers, where); });
}

}  // namespace nengine::engine
