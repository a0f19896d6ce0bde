#include "tests/fuzz/random.hpp"

#include <algorithm>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                        std::size_t max_size);

namespace nengine::fuzz {

std::string Random::bytes(std::size_t size) {
    std::string result(size, '\0');
    std::ranges::generate(result, [this] { return static_cast<char>(below(256)); });
    return result;
}

std::string mutated(const std::string& bytes) {
    std::string result = bytes;
    result.resize(bytes.size() + 64);  // it may grow by this much
    const std::size_t size = LLVMFuzzerMutate(
        reinterpret_cast<std::uint8_t*>(result.data()), bytes.size(), result.size());
    result.resize(size);
    return result;
}

std::size_t put(const std::string& bytes, std::uint8_t* data, std::size_t max_size) {
    const std::size_t size = std::min(bytes.size(), max_size);
    std::copy_n(bytes.begin(), size, data);
    return size;
}

void append_number(std::string& bytes, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        bytes += static_cast<char>(value >> (8 * i) & 0xff);
    }
}

std::uint64_t number_at(const std::string& bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size && at + i < bytes.size(); ++i) {
        value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
    }
    return value;
}

}  // namespace nengine::fuzz
