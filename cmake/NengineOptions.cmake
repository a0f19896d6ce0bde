# What a user may choose. The CUDA backend is built when a compiler for it is found.
include(CheckLanguage)
include(CMakeDependentOption)

if(NOT DEFINED NENGINE_WITH_CUDA)
    check_language(CUDA)
    set(nengine_found_cuda OFF)
    if(CMAKE_CUDA_COMPILER)
        set(nengine_found_cuda ON)
    endif()
endif()
option(NENGINE_WITH_CUDA "Build the CUDA backend" "${nengine_found_cuda}")
option(NENGINE_CUDA_EMULATOR
       "Run the CUDA backend on an emulated device, slowly: for its tests without a GPU" OFF)
option(BUILD_SHARED_LIBS "Build nengine as a shared library, not as an archive" OFF)
option(NENGINE_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(NENGINE_BUILD_SAMPLES "Build the sample programs" ${PROJECT_IS_TOP_LEVEL})
option(NENGINE_BUILD_BENCH "Build the benchmarks" OFF)
option(NENGINE_BUILD_FUZZ "Build the fuzz targets and nothing else; needs clang" OFF)
option(NENGINE_KERNELS_ONLY
       "Build the kernels and their tests and nothing else, with what these need" OFF)
option(NENGINE_WERROR "Treat warnings as errors" ${PROJECT_IS_TOP_LEVEL})
option(NENGINE_PORTABLE_BINARIES
       "Find shared libraries beside the programs, to run them on another machine" OFF)
set(NENGINE_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, such as address,undefined")

set(nengine_default_arch "")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
    set(nengine_default_arch x86-64-v3)
endif()
set(NENGINE_CPU_ARCH "${nengine_default_arch}" CACHE STRING
    "-march= of all host code; the kernels are compiled for x86-64-v4 beside it")
