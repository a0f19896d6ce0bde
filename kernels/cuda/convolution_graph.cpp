#include "kernels/cuda/convolution_graph.hpp"

#include <array>
#include <sstream>

namespace nengine::kernels::cuda {
namespace {

using Sizes = std::vector<std::int64_t>;

/// What is said of each axis but images and channels, slowest first.
Sizes axes(const ConvShape& shape, Index depth, Index height, Index width) {
    return shape.is_plane() ? Sizes{height, width} : Sizes{depth, height, width};
}

/// cuDNN's order: [outermost, channels, axes...], whatever the layout.
Sizes sizes(Index outermost, Index channels, const Sizes& axes) {
    Sizes all{outermost, channels};
    all.insert(all.end(), axes.begin(), axes.end());
    return all;
}

/// Of a dense tensor whose channels are the fastest.
Sizes channels_last(const Sizes& sizes) {
    Sizes strides(sizes.size());
    strides[1] = 1;
    std::int64_t next = sizes[1];
    for (std::size_t i = sizes.size() - 1; i >= 2; --i) {
        strides[i] = next;
        next *= sizes[i];
    }
    strides[0] = next;
    return strides;
}

DnnDescriptor make_tensor(DnnOperand name, const Sizes& sizes, Index alignment) {
    DnnDescriptor tensor(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
    tensor.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_DATA_FLOAT);
    tensor.set(CUDNN_ATTR_TENSOR_DIMENSIONS, sizes);
    tensor.set(CUDNN_ATTR_TENSOR_STRIDES, channels_last(sizes));
    tensor.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, static_cast<std::int64_t>(name));
    tensor.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, std::int64_t{alignment});
    // What passes between the operations of a graph has no memory.
    tensor.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, name == DnnOperand::product);
    tensor.finalize();
    return tensor;
}

DnnDescriptor make_convolution(const ConvShape& s) {
    DnnDescriptor convolution(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
    const Sizes padding = axes(s, s.pad_front, s.pad_top, s.pad_left);
    convolution.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, std::ssize(padding));
    convolution.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT);
    convolution.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CROSS_CORRELATION);
    convolution.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, padding);
    convolution.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, padding);
    convolution.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, Sizes(padding.size(), 1));
    convolution.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES,
                    axes(s, s.stride_d, s.stride_h, s.stride_w));
    convolution.finalize();
    return convolution;
}

/// What cuDNN calls an operation and its attributes.
struct OperationNames {
    cudnnBackendDescriptorType_t type;
    cudnnBackendAttributeName_t x, w, y, convolution, alpha, beta;
};

OperationNames names_of(Pass pass) {
    switch (pass) {
        case Pass::forward:
            return {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
        case Pass::backward_data:
            return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
        case Pass::backward_filter:
            break;
    }
    return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
}

DnnDescriptor make_operation(const ConvolutionProblem& problem, const DnnDescriptor& x,
                             const DnnDescriptor& w, const DnnDescriptor& y,
                             const DnnDescriptor& convolution) {
    const OperationNames names = names_of(problem.pass);
    DnnDescriptor operation(names.type);
    operation.set(names.x, x);
    operation.set(names.w, w);
    operation.set(names.y, y);
    operation.set(names.convolution, convolution);
    operation.set(names.alpha, 1.0F);
    operation.set(names.beta, problem.accumulate ? 1.0F : 0.0F);
    operation.finalize();
    return operation;
}

DnnDescriptor make_adder() {
    DnnDescriptor adder(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
    adder.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_POINTWISE_ADD);
    adder.set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT);
    adder.finalize();
    return adder;
}

/// y = product + bias, which is repeated over images and positions.
DnnDescriptor make_addition(const DnnDescriptor& adder, const DnnDescriptor& product,
                            const DnnDescriptor& bias, const DnnDescriptor& y) {
    DnnDescriptor operation(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
    operation.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, adder);
    operation.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, product);
    operation.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, bias);
    operation.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, y);
    operation.finalize();
    return operation;
}

}  // namespace

std::string describe(const ConvolutionProblem& problem) {
    static constexpr std::array<const char*, 3> passes{"forward", "backward data",
                                                       "backward filter"};
    const ConvShape& s = problem.shape;
    const auto join = [](const Sizes& numbers) {
        std::string text;
        for (const auto number : numbers) {
            text += (text.empty() ? "" : "x") + std::to_string(number);
        }
        return text;
    };
    std::ostringstream text;
    text << passes[static_cast<std::size_t>(problem.pass)]
         << (problem.bias ? " with bias, " : ", ") << s.images << " images "
         << join(axes(s, s.in_d, s.in_h, s.in_w)) << 'x' << s.in_c << " to "
         << join(axes(s, s.out_d, s.out_h, s.out_w)) << 'x' << s.out_c << ", kernel "
         << join(axes(s, s.k_d, s.k_h, s.k_w)) << ", stride "
         << join(axes(s, s.stride_d, s.stride_h, s.stride_w)) << ", padding "
         << join(axes(s, s.pad_front, s.pad_top, s.pad_left));
    if (s.groups > 1) {
        text << ", " << s.groups << " groups";
    }
    text << (problem.tensor_cores ? ", tf32" : ", float32");
    return text.str();
}

const DnnDescriptor& ConvolutionGraph::keep(DnnDescriptor part) {
    return *parts_.emplace_back(std::make_unique<DnnDescriptor>(std::move(part)));
}

ConvolutionGraph::ConvolutionGraph(const ConvolutionProblem& problem,
                                   cudnnHandle_t handle)
    : graph_(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR) {
    const ConvShape& s = problem.shape;
    const auto tensor = [&](DnnOperand name, const Sizes& sizes) -> const auto& {
        return keep(make_tensor(name, sizes, problem.alignment));
    };
    const Sizes out = sizes(s.images, s.out_c, axes(s, s.out_d, s.out_h, s.out_w));
    const auto& x =
        tensor(DnnOperand::x, sizes(s.images, s.in_c, axes(s, s.in_d, s.in_h, s.in_w)));
    const auto& w = tensor(
        DnnOperand::w, sizes(s.out_c, s.in_c / s.groups, axes(s, s.k_d, s.k_h, s.k_w)));
    const auto& y = tensor(DnnOperand::y, out);
    const auto& product = problem.bias ? tensor(DnnOperand::product, out) : y;
    const auto& convolution = keep(make_convolution(s));
    std::vector<const DnnDescriptor*> operations{
        &keep(make_operation(problem, x, w, product, convolution))};
    if (problem.bias) {
        const auto& bias =
            tensor(DnnOperand::bias, sizes(1, s.out_c, axes(s, 1, 1, 1)));
        operations.push_back(
            &keep(make_addition(keep(make_adder()), product, bias, y)));
    }
    graph_.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, operations);
    if (handle != nullptr) {
        graph_.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, handle);
    }
    graph_.finalize();
}

}  // namespace nengine::kernels::cuda
