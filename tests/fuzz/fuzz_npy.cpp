#include "engine/io/npy.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/npy_files.hpp"

namespace nengine::fuzz {

namespace {

/// A byte becomes a double, twice where column-major values are turned.
std::size_t memory_limit(std::size_t size) {
    return (64 << 10) + 20 * size;
}

void check(std::span<const std::byte> bytes) {
    const auto array = parse_within(memory_limit(bytes.size()),
                                    [&] { return parse_npy(bytes, where); });
    if (!array) {
        return;
    }
    for (const RealType real : {RealType::float32, RealType::float64}) {
        check_same(*array, parse_npy(format_npy(*array, real), "written"), real);
    }
}

}  // namespace

}  // namespace nengine::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    nengine::fuzz::check(nengine::fuzz::as_bytes(data, size));
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
    nengine::fuzz::Random random(seed);
    const std::string file(data, data + size);
    return nengine::fuzz::put(nengine::fuzz::mutated_npy(file, random), data, max_size);
}
