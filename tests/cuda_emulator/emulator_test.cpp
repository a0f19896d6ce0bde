#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <vector>

// The emulated device finds the mistakes that it is there for.

namespace {

class Emulator : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking),
                  cudaSuccess);
    }
    void TearDown() override {
        for (int* block : blocks_) {
            EXPECT_EQ(cudaFree(block), cudaSuccess);
        }
        EXPECT_EQ(cudaStreamDestroy(stream_), cudaSuccess);
    }

    /// Memory of the device, which the host sees too.
    int* allocate(std::size_t count) {
        void* data = nullptr;
        EXPECT_EQ(cudaMalloc(&data, count * sizeof(int)), cudaSuccess);
        blocks_.push_back(static_cast<int*>(data));
        return blocks_.back();
    }

    cudaLaunchConfig_t config(dim3 grid, dim3 block) const {
        cudaLaunchConfig_t result{};
        result.gridDim = grid;
        result.blockDim = block;
        result.stream = stream_;
        return result;
    }

    cudaStream_t stream_ = nullptr;
    std::vector<int*> blocks_;
};

__global__ void mirror(const int* from, int* to) {
    __shared__ int shared[96];
    const unsigned own = threadIdx.y * blockDim.x + threadIdx.x;
    const unsigned n = blockDim.x * blockDim.y;
    for (unsigned turn = 0; turn < 2; ++turn) {
        shared[own] = from[blockIdx.x * n + own];
        __syncthreads();
        to[blockIdx.x * n + own] = shared[n - 1 - own] + static_cast<int>(turn);
        __syncthreads();
    }
}

TEST_F(Emulator, ThreadsMeetAtBarriers) {
    int *from = allocate(5 * 96), *to = allocate(5 * 96);
    std::iota(from, from + 5 * 96, 0);
    const auto launch = config(5, dim3(32, 3));

    ASSERT_EQ(cudaLaunchKernelEx(&launch, mirror, from, to), cudaSuccess);
    ASSERT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);

    for (int i = 0; i < 5 * 96; ++i) {
        ASSERT_EQ(to[i], i / 96 * 96 + 95 - i % 96 + 1) << i;
    }
}

__global__ void count_up(int* turns, int* turn_of_block) {
    turn_of_block[blockIdx.y * gridDim.x + blockIdx.x] = (*turns)++;
}

TEST_F(Emulator, EachBlockRunsOnceInNoOrderToRelyOn) {
    constexpr int width = 5, height = 7, n = width * height;
    int *turns = allocate(1), *turn_of_block = allocate(n);
    *turns = 0;
    const auto launch = config(dim3(width, height), 1);

    ASSERT_EQ(cudaLaunchKernelEx(&launch, count_up, turns, turn_of_block), cudaSuccess);
    ASSERT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);

    const std::vector<int> order(turn_of_block, turn_of_block + n);
    EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
    auto sorted = order;
    std::sort(sorted.begin(), sorted.end());
    for (int i = 0; i < n; ++i) {
        EXPECT_EQ(sorted[static_cast<std::size_t>(i)], i);
    }
}

TEST_F(Emulator, NothingRunsBeforeSomebodyWaits) {
    int* data = allocate(1);
    void* host = nullptr;
    ASSERT_EQ(cudaMallocHost(&host, sizeof(int)), cudaSuccess);
    auto& number = *static_cast<int*>(host);

    number = 1;
    ASSERT_EQ(cudaMemcpyAsync(data, host, 4, cudaMemcpyHostToDevice, stream_),
              cudaSuccess);
    number = 2;  // too soon
    ASSERT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);

    EXPECT_EQ(*data, 2);
    EXPECT_EQ(cudaFreeHost(host), cudaSuccess);
}

TEST_F(Emulator, EventsWaitForWhatCameBeforeThem) {
    int* data = allocate(2);
    cudaEvent_t event = nullptr;
    ASSERT_EQ(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(data, 0, 4, stream_), cudaSuccess);
    ASSERT_EQ(cudaEventRecord(event, stream_), cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(data + 1, 0, 4, stream_), cudaSuccess);
    EXPECT_EQ(cudaEventQuery(event), cudaErrorNotReady);

    ASSERT_EQ(cudaEventSynchronize(event), cudaSuccess);

    EXPECT_EQ(cudaEventQuery(event), cudaSuccess);
    EXPECT_EQ(data[0], 0);
    EXPECT_EQ(data[1], -1);
    EXPECT_EQ(cudaEventDestroy(event), cudaSuccess);
    EXPECT_EQ(cudaGetLastError(), cudaErrorNotReady);
}

/// A stream that is waited for runs the other one up to the event, and no further.
TEST_F(Emulator, StreamsWaitForEventsOfOthers) {
    int* data = allocate(3);
    cudaStream_t other = nullptr;
    cudaEvent_t event = nullptr;
    ASSERT_EQ(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking), cudaSuccess);
    ASSERT_EQ(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(data, 0, 4, other), cudaSuccess);
    ASSERT_EQ(cudaEventRecord(event, other), cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(data + 1, 0, 4, other), cudaSuccess);
    ASSERT_EQ(cudaStreamWaitEvent(stream_, event, 0), cudaSuccess);
    ASSERT_EQ(cudaEventRecord(event, other), cudaSuccess);  // later: not waited for
    ASSERT_EQ(cudaMemcpyAsync(data + 2, data, 4, cudaMemcpyDeviceToDevice, stream_),
              cudaSuccess);

    ASSERT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);

    EXPECT_EQ(data[0], 0);
    EXPECT_EQ(data[1], -1);
    EXPECT_EQ(data[2], 0);
    EXPECT_EQ(cudaEventDestroy(event), cudaSuccess);
    EXPECT_EQ(cudaStreamDestroy(other), cudaSuccess);
    EXPECT_EQ(data[1], 0);
}

TEST_F(Emulator, StreamsThatDoNotWaitReadTooEarly) {
    int* data = allocate(2);
    cudaStream_t other = nullptr;
    ASSERT_EQ(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking), cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(data, 0, 4, other), cudaSuccess);
    ASSERT_EQ(cudaMemcpyAsync(data + 1, data, 4, cudaMemcpyDeviceToDevice, stream_),
              cudaSuccess);

    ASSERT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);

    EXPECT_EQ(data[1], -1);
    EXPECT_EQ(cudaStreamDestroy(other), cudaSuccess);
}

TEST_F(Emulator, FreshMemoryHoldsNaN) {
    float number = 0;
    std::memcpy(&number, allocate(1), sizeof number);
    EXPECT_TRUE(std::isnan(number));
}

TEST_F(Emulator, WhatADeviceRefusesIsRefused) {
    int* data = allocate(4);
    int host = 0;
    for (const auto& bad :
         {config(0, 32), config(1, 0), config(1, 1025), config(dim3(1, 65536), 32)}) {
        EXPECT_EQ(cudaLaunchKernelEx(&bad, mirror, data, data),
                  cudaErrorInvalidConfiguration);
    }
    EXPECT_EQ(cudaMemsetAsync(data, 0, 17, stream_), cudaErrorInvalidValue);
    EXPECT_EQ(cudaMemsetAsync(&host, 0, 4, stream_), cudaErrorInvalidValue);
    EXPECT_EQ(cudaMemcpyAsync(data, &host, 4, cudaMemcpyHostToDevice, stream_),
              cudaErrorInvalidValue);
    EXPECT_EQ(cudaSetDevice(1), cudaErrorInvalidDevice);
    EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidDevice);
    EXPECT_EQ(cudaGetLastError(), cudaSuccess);
}

TEST_F(Emulator, AGraphIsWhatWasCaptured) {
    int* data = allocate(1);
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t exec = nullptr;
    ASSERT_EQ(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeRelaxed),
              cudaSuccess);
    ASSERT_EQ(cudaMemsetAsync(data, 1, 4, stream_), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(stream_), cudaErrorStreamCaptureUnsupported);
    ASSERT_EQ(cudaStreamEndCapture(stream_, &graph), cudaSuccess);
    ASSERT_EQ(cudaGraphInstantiate(&exec, graph, 0), cudaSuccess);
    ASSERT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);
    EXPECT_EQ(*data, -1);

    ASSERT_EQ(cudaGraphLaunch(exec, stream_), cudaSuccess);
    ASSERT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);

    EXPECT_EQ(*data, 0x01010101);
    EXPECT_EQ(cudaGraphExecDestroy(exec), cudaSuccess);
    EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
    cudaGetLastError();
}

}  // namespace
