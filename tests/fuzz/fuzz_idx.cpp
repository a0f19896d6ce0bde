#include <algorithm>

#include "engine/io/idx.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/gzip.hpp"
#include "tests/fuzz/random.hpp"

namespace nengine::fuzz {

using namespace engine;

namespace {

constexpr std::size_t longest = 1 << 16;  // of what mutators inflate

bool is_gzip(const std::string& file) {
    return file.starts_with("\x1f\x8b");
}

/// Deflate expands 1032 times at most.
std::size_t memory_limit(std::span<const std::byte> bytes) {
    const std::string magic(reinterpret_cast<const char*>(bytes.data()),
                            std::min<std::size_t>(bytes.size(), 2));
    return (64 << 10) + (is_gzip(magic) ? 1032 : 1) * bytes.size();
}

std::string header_of(const std::vector<Index>& shape) {
    std::string text{'\0', '\0', '\x08', static_cast<char>(shape.size())};
    for (const Index size : shape) {
        for (const int shift : {24, 16, 8, 0}) {
            text += static_cast<char>(size >> shift & 0xff);
        }
    }
    return text;
}

void expect_array(const std::string& file, const IdxArray& want) {
    const auto got = parse_idx(std::as_bytes(std::span(file)), "written",
                               static_cast<int>(want.shape.size()));
    require(got.shape == want.shape && got.values == want.values,
            "the array is read as it was written");
}

std::string random_file(Random& random) {
    std::vector<Index> shape(1 + random.below(4));
    std::size_t count = 1;
    for (Index& size : shape) {
        size = static_cast<Index>(random.one_in(12) ? 0 : 1 + random.below(6));
        count *= static_cast<std::size_t>(size);
    }
    return header_of(shape) +
           (random.one_in(2) ? random.bytes(count) : std::string(count, '\0'));
}

/// Data as long as the header says, where that is not much.
std::string fitted(const std::string& file) {
    const std::size_t n_dims = file.size() < 4 ? 0 : std::size_t(file[3] & 0xff);
    std::uint64_t count = 1;
    for (std::size_t axis = 0; axis < n_dims; ++axis) {
        std::uint64_t size = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            size = size << 8 | number_at(file, 4 + 4 * axis + i, 1);
        }
        count = std::min<std::uint64_t>(count * std::min<std::uint64_t>(size, longest),
                                        longest);
    }
    std::string result = file;
    result.resize(4 + 4 * n_dims + count);
    return result;
}

/// Gzipped as one stream or as two, with or without zeros at the end.
std::string packed(const std::string& file, Random& random) {
    const std::size_t first = random.one_in(4) ? random.below(file.size() + 1) : 0;
    std::string result = deflated(file.substr(first), Wrapping::gzip);
    if (first > 0) {
        result = deflated(file.substr(0, first), Wrapping::gzip) + result;
    }
    return result + std::string(random.one_in(8) ? random.below(5) : 0, '\0');
}

}  // namespace

void check_input(std::span<const std::byte> bytes) {
    const auto array =
        parse_within(memory_limit(bytes), [&] { return parse_idx(bytes, where); });
    if (!array) {
        return;
    }
    const std::string file = header_of(array->shape) +
                             std::string(array->values.begin(), array->values.end());
    expect_array(file, *array);
    expect_array(deflated(file, Wrapping::gzip), *array);
    const auto other_dims = static_cast<int>(array->shape.size()) + 1;
    const auto other = parse_within(
        memory_limit(bytes), [&] { return parse_idx(bytes, where, other_dims); });
    require(!other, "another number of dimensions is an error");
}

std::string mutated_input(const std::string& file, Random& random) {
    if (random.one_in(3) && file.size() > 4) {
        return mutated(file);
    }
    auto plain =
        is_gzip(file) ? inflated(file, Wrapping::gzip, longest) : std::optional(file);
    if (!plain || plain->size() < 4 || random.one_in(16)) {
        plain = random_file(random);
    } else {
        plain = mutated(*plain);
    }
    if (random.one_in(2)) {
        plain = fitted(*plain);
    }
    return random.one_in(2) ? packed(*plain, random) : *plain;
}

}  // namespace nengine::fuzz
