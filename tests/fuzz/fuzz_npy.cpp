#include "engine/io/npy.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/npy_files.hpp"

namespace nengine::fuzz {

using namespace engine;

namespace {

/// A byte becomes a double, twice where column-major values are turned.
std::size_t memory_limit(std::size_t size) {
    return (64 << 10) + 20 * size;
}

}  // namespace

void check_input(std::span<const std::byte> bytes) {
    const auto array = parse_within(memory_limit(bytes.size()),
                                    [&] { return parse_npy(bytes, where); });
    if (!array) {
        return;
    }
    for (const DType real : {DType::float32, DType::float64}) {
        check_same(*array, parse_npy(format_npy(*array, real), "written"), real);
    }
}

std::string mutated_input(const std::string& file, Random& random) {
    return mutated_npy(file, random);
}

}  // namespace nengine::fuzz
