# Sources of kernels/, relative to it.

# Compiled once per target: x86-64-v3, x86-64-v4, CUDA.
set(NENGINE_UNIFIED_SOURCES
    unified/clip.cpp
    unified/cumulative_sum.cpp
    unified/elementwise.cpp
    unified/filter_scan.cpp
    unified/filter_scan_backward.cpp
    unified/gather.cpp
    unified/gather_scatter.cpp
    unified/learning.cpp
    unified/loss.cpp
    unified/moments.cpp
    unified/neuron_scan.cpp
    unified/optimizer.cpp
    unified/pointwise.cpp
    unified/pool.cpp
    unified/random.cpp
    unified/random_spikes.cpp
    unified/reduce.cpp
    unified/rows.cpp
    unified/softmax.cpp
    unified/sparse_product.cpp)

set(NENGINE_CPU_SOURCES
    filter_form.cpp
    base/host_memory.cpp
    base/math_policy.cpp
    neuron_registry.cpp
    matmul.cpp
    product.cpp
    cpu/scratch.cpp
    cpu/cpu_device.cpp
    device/device.cpp
    cpu/conv.cpp
    cpu/conv_direct.cpp
    cpu/conv_direct_filter.cpp
    cpu/gemm.cpp)

set(NENGINE_CUDA_SOURCES
    cuda/context.cpp
    cuda/conv.cpp
    cuda/conv_direct.cu
    cuda/conv_layout.cu
    cuda/convolution_engines.cpp
    cuda/convolution_graph.cpp
    cuda/convolution_parts.cpp
    cuda/convolution_plans.cpp
    cuda/device.cpp
    cuda/dnn_descriptor.cpp
    cuda/event_timer.cpp
    cuda/gemm.cpp
    cuda/library.cpp
    cuda/memory.cpp
    cuda/probe.cu
    cuda/scratch.cpp
    cuda/shared_library.cpp
    cuda/small_products.cu
    cuda/staged_block.cpp
    cuda/staging.cpp)
if(DNNL_FOUND)
    list(APPEND NENGINE_CPU_SOURCES cpu/onednn.cpp cpu/onednn_products.cpp)
endif()
