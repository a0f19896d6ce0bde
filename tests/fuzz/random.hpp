#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>

// Parts of mutators: strings of bytes, and choices that follow from libFuzzer's seed.

namespace nengine::fuzz {

class Random {
public:
    explicit Random(unsigned seed) : engine_(seed) {}

    /// One of 0 to `bound` - 1.
    std::size_t below(std::size_t bound) { return engine_() % bound; }
    bool one_in(std::size_t n) { return below(n) == 0; }
    template <class T>
    T one_of(std::initializer_list<T> all) {
        return all.begin()[below(all.size())];
    }
    std::string bytes(std::size_t size);

private:
    std::minstd_rand engine_;
};

/// libFuzzer's own mutations.
std::string mutated(const std::string& bytes);

/// `bytes`, or what of them fits, as LLVMFuzzerCustomMutator returns them.
std::size_t put(const std::string& bytes, std::uint8_t* data, std::size_t max_size);

/// Little-endian.
void append_number(std::string& bytes, std::uint64_t value, std::size_t size);
/// Of the `size` bytes at `at`; 0 beyond the end.
std::uint64_t number_at(const std::string& bytes, std::size_t at, std::size_t size);

}  // namespace nengine::fuzz
