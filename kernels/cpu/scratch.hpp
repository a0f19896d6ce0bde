#pragma once

#include <cstddef>

#include "kernels/base/export.hpp"

namespace nengine::kernels {

/// Numbers that live as long as one launch on the host. Small amounts lie on the stack.
/// Not a std::vector: sources compiled for several instruction sets must not bring
/// templates that the linker could share between them.
class NENGINE_API CpuScratch {
public:
    explicit CpuScratch(std::size_t size);
    CpuScratch(const CpuScratch&) = delete;
    CpuScratch& operator=(const CpuScratch&) = delete;
    ~CpuScratch();

    double* data() const { return data_; }

private:
    static constexpr std::size_t n_local = 512;
    double local_[n_local];
    double* data_;
};

}  // namespace nengine::kernels
