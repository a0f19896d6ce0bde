# The benchmark programs, one file each, relative to this folder.
set(NENGINE_BENCHES
    kernels/conv_bench.cpp
    kernels/gather_bench.cpp
    kernels/gemm_bench.cpp
    kernels/filter_scan_bench.cpp
    kernels/lif_scan_bench.cpp
    kernels/optimizer_bench.cpp
    kernels/pointwise_bench.cpp
    kernels/select_items_bench.cpp
    models/build_bench.cpp
    models/dense_training_bench.cpp
    models/main_job_bench.cpp
    models/nef_bench.cpp
    models/startup_bench.cpp
    programs/dense_training.cpp
    programs/device_info.cpp
    programs/networks.cpp)

# Its loops are compiled as kernels are (kernels/CMakeLists.txt).
set_source_files_properties(
    ${CMAKE_CURRENT_LIST_DIR}/kernels/pointwise_bench.cpp
    PROPERTIES COMPILE_OPTIONS "-O3;-fno-math-errno;-fno-trapping-math;-ffp-contract=off")
