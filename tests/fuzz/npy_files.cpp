#include "tests/fuzz/npy_files.hpp"

#include <cstring>

namespace nengine::fuzz {

namespace {

const std::string magic = "\x93NUMPY";

std::size_t length_bytes(char version) {
    return version == 1 ? 2 : 4;
}

std::string join(char version, const std::string& dictionary, const std::string& data) {
    std::string file = magic + version + '\0';
    append_number(file, dictionary.size(), length_bytes(version));
    return file + dictionary + data;
}

/// Numbers of a type, little-endian.
std::string random_values(char kind, std::size_t bytes, std::size_t count,
                          Random& random) {
    std::string data;
    for (std::size_t i = 0; i < count; ++i) {
        const double value = static_cast<double>(random.below(2001)) - 1000;
        if (kind == 'f' && bytes == 8) {
            data.append(reinterpret_cast<const char*>(&value), sizeof value);
        } else if (kind == 'f') {
            const float single = static_cast<float>(value) / 7;
            data.append(reinterpret_cast<const char*>(&single), sizeof single);
        } else {
            append_number(data, static_cast<std::uint64_t>(std::int64_t(value)), bytes);
        }
    }
    return data;
}

}  // namespace

std::string random_npy(Random& random) {
    struct Type {
        const char* name;
        std::size_t bytes;
    };
    const auto type = random.one_of<Type>({{"<f4", 4},
                                           {"<f8", 8},
                                           {"<i4", 4},
                                           {"<i8", 8},
                                           {"|u1", 1},
                                           {"|i1", 1},
                                           {"|b1", 1}});
    std::string shape;
    std::size_t count = 1;
    for (std::size_t axes = random.below(5); axes > 0; --axes) {
        const std::size_t size = random.one_in(12) ? 0 : 1 + random.below(5);
        shape += std::to_string(size) + ", ";
        count *= size;
    }
    const std::string dictionary =
        "{'descr': '" + std::string(type.name) +
        "', 'fortran_order': " + random.one_of({"True", "False"}) + ", 'shape': (" +
        shape + "), }" + std::string(random.below(3), ' ') + '\n';
    return join(static_cast<char>(1 + random.below(3)), dictionary,
                random_values(type.name[1], type.bytes, count, random));
}

std::string mutated_npy(const std::string& file, Random& random) {
    if (file.size() < magic.size() + 2 || random.one_in(16)) {
        return random_npy(random);
    }
    const char version = file[magic.size()];
    const std::size_t begin = magic.size() + 2 + length_bytes(version);
    if (file.size() < begin || random.one_in(4)) {
        return mutated(file);
    }
    const std::size_t length = number_at(file, magic.size() + 2, length_bytes(version));
    std::string dictionary = file.substr(begin, length);
    std::string data = file.substr(begin + dictionary.size());
    std::string& part = random.one_in(3) ? data : dictionary;
    part = mutated(part);
    return join(version, dictionary, data);
}

}  // namespace nengine::fuzz
