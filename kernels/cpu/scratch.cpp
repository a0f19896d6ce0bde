#include "kernels/cpu/scratch.hpp"

namespace nengine::kernels {

CpuScratch::CpuScratch(std::size_t size)
    : data_(size <= n_local ? local_ : new double[size]) {}

CpuScratch::~CpuScratch() {
    if (data_ != local_) {
        delete[] data_;
    }
}

}  // namespace nengine::kernels
