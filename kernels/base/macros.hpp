#pragma once

// What g++ and nvcc spell differently. A functor marked NENGINE_HD is compiled for
// both.

#if defined(__CUDACC__)
#define NENGINE_HD __host__ __device__ __forceinline__
#else
// Always inlined: a unified source is compiled for several instruction sets, and a copy
// left out of line could be picked by the linker for the wrong one.
#define NENGINE_HD inline __attribute__((always_inline))
#endif

// The lambda given to a launch: device code under nvcc, plain code under g++.
#if defined(__CUDACC__)
#define NENGINE_KERNEL __device__
#else
#define NENGINE_KERNEL
#endif

// Before a loop whose few turns index registers: without it they would lie in memory.
// The host pass of nvcc takes no pragma: its kernels do not run.
#if defined(__CUDA_ARCH__)
#define NENGINE_UNROLL _Pragma("unroll")
#elif defined(__GNUC__) && !defined(__clang__) && !defined(__CUDACC__)
#define NENGINE_UNROLL _Pragma("GCC unroll 16")
#else
#define NENGINE_UNROLL
#endif
