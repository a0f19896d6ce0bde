#include "engine/ir/any_block.hpp"

#include "kernels/elementwise.hpp"

namespace nengine::engine {

std::optional<AnyBlock> evenly_spaced(AnyBlock all, const std::vector<Index>& steps) {
    const Index distance = steps.size() > 1 ? steps[1] - steps[0] : 1;
    for (std::size_t i = 1; i < steps.size(); ++i) {
        if (steps[i] - steps[i - 1] != distance) {
            return std::nullopt;
        }
    }
    all.data = all.address(steps.front() * all.time_stride);
    all.steps = static_cast<Index>(steps.size());
    all.time_stride *= distance;
    return all;
}

AnyBlock without_gaps(AnyBlock block, void* data) {
    block.data = data;
    block.row_stride = block.cols;
    block.col_stride = 1;
    block.batch_stride = block.rows * block.cols;
    block.time_stride = block.batch_stride * block.batch;
    return block;
}

void copy_block(const Device& device, const AnyBlock& from, const AnyBlock& to,
                bool accumulate) {
    run_as(device, to.dtype, [&]<class Real>(const auto& exec, Real) {
        copy(exec,
             CopyArgs<Bound<Real>>{from.as<const Real>(), to.as<Real>(), accumulate});
    });
}

}  // namespace nengine::engine
