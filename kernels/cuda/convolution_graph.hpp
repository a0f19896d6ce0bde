#pragma once

#include <string>
#include <vector>

#include "kernels/conv.hpp"
#include "kernels/cuda/context.hpp"
#include "kernels/cuda/dnn_descriptor.hpp"

namespace nengine::kernels::cuda {

enum class Pass { forward, backward_data, backward_filter };

/// One pass of one convolution as cuDNN is asked for it: float32, images channels last,
/// filters [out_c, k_d, k_h, k_w, in_c / groups].
struct ConvolutionProblem {
    /// With the same padding on both sides, and outputs wherever the kernel fits.
    ConvShape shape;
    Pass pass = Pass::forward;
    bool tensor_cores = false;  ///< may round operands to tf32
    bool bias = false;          ///< forward: added in the same graph; not accumulated
    bool accumulate = false;    ///< adds to what is written
    Index alignment = 4;        ///< all pointers are multiples of so many bytes

    bool operator==(const ConvolutionProblem&) const = default;
};

/// For messages: the pass, the sizes and the arithmetic.
std::string describe(const ConvolutionProblem& problem);

/// The names of a graph's operands. In backward passes x, w and y are the gradients of
/// what has these names in the forward pass, where they are written or given.
enum class DnnOperand : std::int64_t { x = 1, w, y, bias, product };

/// The operations of a problem.
class ConvolutionGraph {
public:
    /// @param handle  null: no device is at hand
    ConvolutionGraph(const ConvolutionProblem& problem, cudnnHandle_t handle);

    const DnnDescriptor& get() const { return graph_; }

private:
    const DnnDescriptor& keep(DnnDescriptor part);

    std::vector<std::unique_ptr<DnnDescriptor>> parts_;  ///< what the graph refers to
    DnnDescriptor graph_;
};

}  // namespace nengine::kernels::cuda
