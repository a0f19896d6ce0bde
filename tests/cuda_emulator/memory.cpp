#include "memory.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <map>
#include <mutex>
#include <new>
#include <utility>

#include "options.hpp"

namespace cuda_emulator {
namespace {

class Blocks {
public:
    void* add(std::size_t bytes, std::size_t limit, Pool* pool = nullptr) {
        const std::lock_guard lock(mutex_);
        const std::size_t kept = pool != nullptr ? pool->kept : 0;
        if (used_ + bytes > limit + kept) {
            return nullptr;
        }
        // As aligned as the real ones, and no longer: a sanitizer sees where it ends.
        void* data = ::operator new(bytes, alignment, std::nothrow);
        if (data != nullptr) {
            std::memset(data, 0xFF, bytes);
            blocks_[static_cast<std::byte*>(data)] = {bytes, pool};
            const std::size_t again = std::min(bytes, kept);
            used_ += bytes - again;
            if (pool != nullptr) {
                pool->kept -= again;
                pool->used += bytes;
            }
        }
        return data;
    }

    bool remove(void* data) {
        const std::lock_guard lock(mutex_);
        const auto found = blocks_.find(static_cast<std::byte*>(data));
        if (found == blocks_.end()) {
            return false;
        }
        const auto [bytes, pool] = found->second;
        if (pool != nullptr) {
            pool->kept += bytes;
            pool->used -= bytes;
        } else {
            used_ -= bytes;
        }
        blocks_.erase(found);
        ::operator delete(data, alignment);
        return true;
    }

    void trim(Pool* pool) {
        const std::lock_guard lock(mutex_);
        used_ -= std::exchange(pool->kept, 0);
    }

    void forget(Pool* pool) {
        trim(pool);
        const std::lock_guard lock(mutex_);
        for (auto& [data, block] : blocks_) {
            if (block.pool == pool) {
                block.pool = nullptr;
            }
        }
    }

    bool contains(const void* data, std::size_t bytes) const {
        const std::lock_guard lock(mutex_);
        auto* from = static_cast<std::byte*>(const_cast<void*>(data));
        const auto after = blocks_.upper_bound(from);
        if (after == blocks_.begin()) {
            return false;
        }
        const auto& [first, block] = *std::prev(after);
        return from + bytes <= first + block.bytes;
    }

    std::size_t used() const {
        const std::lock_guard lock(mutex_);
        return used_;
    }

private:
    static constexpr std::align_val_t alignment{256};
    struct Block {
        std::size_t bytes = 0;
        Pool* pool = nullptr;
    };

    mutable std::mutex mutex_;
    std::map<std::byte*, Block> blocks_;
    std::size_t used_ = 0;  // what pools keep is among it
};

constexpr std::size_t pinned_memory = std::size_t{8} << 30;

// Never destroyed: buffers may be freed by other objects of static lifetime.
Blocks& device() {
    static auto* blocks = new Blocks;
    return *blocks;
}
Blocks& pinned() {
    static auto* blocks = new Blocks;
    return *blocks;
}

}  // namespace

void* allocate(std::size_t bytes, Pool* pool) {
    return device().add(bytes, total_memory(), pool);
}
bool release(void* data) {
    return device().remove(data);
}
void trim(Pool* pool) {
    device().trim(pool);
}
void forget(Pool* pool) {
    device().forget(pool);
}
bool is_device(const void* data, std::size_t bytes) {
    return device().contains(data, bytes);
}
void* allocate_pinned(std::size_t bytes) {
    return pinned().add(bytes, pinned_memory);
}
bool release_pinned(void* data) {
    return pinned().remove(data);
}
bool is_pinned(const void* data, std::size_t bytes) {
    return pinned().contains(data, bytes);
}
std::size_t free_memory() {
    const std::size_t total = total_memory();
    return total - std::min(total, device().used());
}

}  // namespace cuda_emulator
