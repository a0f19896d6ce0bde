set(NENGINE_KERNELS_TESTS
    elementwise_test.cpp
    cumulative_sum_test.cpp
    denormals_test.cpp
    divide_test.cpp
    error_test.cpp
    filter_scan_test.cpp
    gather_scatter_test.cpp
    gather_test.cpp
    learning_test.cpp
    library_calls_test.cpp
    loss_test.cpp
    math_policy_test.cpp
    matmul_test.cpp
    moments_test.cpp
    neuron_rate_test.cpp
    neuron_registry_test.cpp
    neuron_scan_test.cpp
    optimizer_test.cpp
    pointwise_test.cpp
    pool_test.cpp
    random_spikes_test.cpp
    random_test.cpp
    reduce_test.cpp
    rows_test.cpp
    softmax_test.cpp
    sparse_product_test.cpp
    conv_depth_test.cpp
    conv_test.cpp
    device_test.cpp
    host_memory_test.cpp
    staged_memory_test.cpp
    timer_test.cpp
    gemm_math_test.cpp
    gemm_test.cpp
    region_error_test.cpp)

# For nvcc, in builds with it.
set(NENGINE_KERNELS_TESTS_CUDA launch_elements_test.cu)
if(NENGINE_WITH_CUDA)
    list(APPEND NENGINE_KERNELS_TESTS cuda_conv_test.cpp cuda_device_test.cpp
         cuda_library_test.cpp cudnn_plans_test.cpp)
    set_source_files_properties(
        ${CMAKE_CURRENT_LIST_DIR}/cuda_conv_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/cuda_library_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/cudnn_plans_test.cpp
        PROPERTIES COMPILE_OPTIONS "-isystem;${CUDAToolkit_INCLUDE_DIRS};-isystem;${CUDNN_INCLUDE_DIR}")
endif()

# The references compute a neuron's current as the kernels do: product and sum rounded.
set_source_files_properties(
    ${CMAKE_CURRENT_LIST_DIR}/neuron_scan_test.cpp
    PROPERTIES COMPILE_OPTIONS -ffp-contract=off)
