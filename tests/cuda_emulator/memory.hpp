#pragma once

#include <cstddef>

namespace cuda_emulator {

/// A pool that keeps what is freed; memory of any size can be made of it.
struct Pool {
    std::size_t kept = 0;
    std::size_t used = 0;  ///< by blocks that have not been freed
};

/// Memory of the device: the host's, whose blocks are known. New blocks hold NaN in
/// every number. What a pool keeps is no other's.
/// @return  null if there is no more
void* allocate(std::size_t bytes, Pool* pool = nullptr);
/// Whether a block of the device was there; its pool, if it is from one, keeps the
/// bytes.
bool release(void* data);
/// Gives back what a pool keeps.
void trim(Pool* pool);
/// The pool goes: its blocks are as if they were of none.
void forget(Pool* pool);
/// Whether [data, data + bytes) lies in one block of the device.
bool is_device(const void* data, std::size_t bytes);

void* allocate_pinned(std::size_t bytes);
bool release_pinned(void* data);
bool is_pinned(const void* data, std::size_t bytes);

/// What of the device's memory is neither used nor kept by a pool.
std::size_t free_memory();

}  // namespace cuda_emulator
