# Third-party libraries. What the installed archive needs is found again by
# api/cmake/nengineConfig.cmake.in; keep the two lists equal.
find_package(Threads REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(Eigen3 REQUIRED NO_MODULE)
if(NENGINE_KERNELS_ONLY)
    set(nengine_with_dnnl 0)
    set(nengine_with_cuda 0)
    # Built for the same processor, where that is another one than this machine's.
    find_path(
        NENGINE_GTEST_SOURCES googletest/CMakeLists.txt
        PATHS /usr/src/googletest
        NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH REQUIRED)
    set(INSTALL_GTEST OFF)
    set(BUILD_GMOCK OFF)
    add_subdirectory(${NENGINE_GTEST_SOURCES} gtest EXCLUDE_FROM_ALL)
    return()
endif()
find_package(ZLIB REQUIRED)
find_package(LibZip REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Boost REQUIRED)  # headers alone (Boost.Math, Boost.Container)

# oneDNN is optional: without it GEMM is Eigen's and convolution our own.
find_package(DNNL)
set(nengine_with_dnnl 0)
if(DNNL_FOUND)
    set(nengine_with_dnnl 1)
endif()

set(nengine_with_cuda 0)
if(NENGINE_WITH_CUDA)
    set(nengine_with_cuda 1)
    if(NOT NENGINE_CUDA_EMULATOR)
        # Before enable_language, or CMake takes the compiler's own default.
        if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
            set(CMAKE_CUDA_ARCHITECTURES 90)
            if(DEFINED ENV{CUDAARCHS})
                set(CMAKE_CUDA_ARCHITECTURES $ENV{CUDAARCHS})
            endif()
        endif()
        enable_language(CUDA)
        # CMake before 3.25.2 does not know that this compiler speaks C++20.
        if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
            set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
            set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
        endif()
        set(CMAKE_CUDA_STANDARD 20)
        set(CMAKE_CUDA_STANDARD_REQUIRED ON)
        set(CMAKE_CUDA_EXTENSIONS OFF)
        set(CMAKE_CUDA_RUNTIME_LIBRARY Static)
    endif()
    find_package(CUDAToolkit 13.0 REQUIRED)
    # Headers alone: cuBLAS and cuDNN are opened at run time, so that the library starts
    # on machines that have neither.
    find_package(CUDNN 9 REQUIRED)
endif()

if(NENGINE_BUILD_SAMPLES OR NENGINE_BUILD_BENCH)
    find_package(CLI11 REQUIRED)
endif()
if(NENGINE_BUILD_TESTS)
    find_package(GTest REQUIRED)
    find_package(rapidcheck REQUIRED)
endif()
if(NENGINE_BUILD_BENCH)
    find_package(benchmark REQUIRED)
endif()
