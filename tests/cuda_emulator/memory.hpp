#pragma once

#include <cstddef>

namespace cuda_emulator {

/// Memory of the device: the host's, whose blocks are known. New blocks hold NaN in
/// every number.
/// @return  null if there is no more
void* allocate(std::size_t bytes);
/// Whether a block of the device was there.
bool release(void* data);
/// Whether [data, data + bytes) lies in one block of the device.
bool is_device(const void* data, std::size_t bytes);

void* allocate_pinned(std::size_t bytes);
bool release_pinned(void* data);
bool is_pinned(const void* data, std::size_t bytes);

/// What the device has, and what of it is free.
inline constexpr std::size_t total_memory = std::size_t{8} << 30;
std::size_t free_memory();

}  // namespace cuda_emulator
