#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace nengine::kernels {

/// Working memory that grows and is kept: the next minibatch needs the same sizes
/// again.
class GrownMemory {
public:
    /// At least `bytes`, aligned to 64; what was there before is lost.
    float* get(std::size_t bytes) {
        constexpr std::size_t line = 64;
        if (bytes > bytes_) {
            bytes_ = 0;
            const std::size_t rounded = (bytes + line - 1) / line * line;
            data_.reset(static_cast<float*>(std::aligned_alloc(line, rounded)));
            if (data_ == nullptr) {
                throw std::bad_alloc();
            }
            bytes_ = rounded;
        }
        return data_.get();
    }

private:
    struct Free {
        void operator()(float* data) const noexcept { std::free(data); }
    };
    std::unique_ptr<float, Free> data_;
    std::size_t bytes_ = 0;
};

}  // namespace nengine::kernels
