#include "memory.hpp"

#include <cstring>
#include <iterator>
#include <map>
#include <mutex>
#include <new>

namespace cuda_emulator {
namespace {

class Blocks {
public:
    void* add(std::size_t bytes, std::size_t limit) {
        const std::lock_guard lock(mutex_);
        if (bytes > limit - used_) {
            return nullptr;
        }
        // As aligned as the real ones, and no longer: a sanitizer sees where it ends.
        void* data = ::operator new(bytes, alignment, std::nothrow);
        if (data != nullptr) {
            std::memset(data, 0xFF, bytes);
            blocks_[static_cast<std::byte*>(data)] = bytes;
            used_ += bytes;
        }
        return data;
    }

    bool remove(void* data) {
        const std::lock_guard lock(mutex_);
        const auto found = blocks_.find(static_cast<std::byte*>(data));
        if (found == blocks_.end()) {
            return false;
        }
        used_ -= found->second;
        blocks_.erase(found);
        ::operator delete(data, alignment);
        return true;
    }

    bool contains(const void* data, std::size_t bytes) const {
        const std::lock_guard lock(mutex_);
        auto* from = static_cast<std::byte*>(const_cast<void*>(data));
        const auto after = blocks_.upper_bound(from);
        if (after == blocks_.begin()) {
            return false;
        }
        const auto& [first, size] = *std::prev(after);
        return from + bytes <= first + size;
    }

    std::size_t used() const {
        const std::lock_guard lock(mutex_);
        return used_;
    }

private:
    static constexpr std::align_val_t alignment{256};

    mutable std::mutex mutex_;
    std::map<std::byte*, std::size_t> blocks_;
    std::size_t used_ = 0;
};

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

void* allocate(std::size_t bytes) {
    return device().add(bytes, total_memory);
}
bool release(void* data) {
    return device().remove(data);
}
bool is_device(const void* data, std::size_t bytes) {
    return device().contains(data, bytes);
}
void* allocate_pinned(std::size_t bytes) {
    return pinned().add(bytes, total_memory);
}
bool release_pinned(void* data) {
    return pinned().remove(data);
}
bool is_pinned(const void* data, std::size_t bytes) {
    return pinned().contains(data, bytes);
}
std::size_t free_memory() {
    return total_memory - device().used();
}

}  // namespace cuda_emulator
