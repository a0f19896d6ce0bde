#include "tests/fuzz/check.hpp"

// What libFuzzer calls in every target.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    nengine::fuzz::check_input(std::as_bytes(std::span(data, size)));
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
    nengine::fuzz::Random random(seed);
    const std::string input(data, data + size);
    return nengine::fuzz::put(nengine::fuzz::mutated_input(input, random), data,
                              max_size);
}
