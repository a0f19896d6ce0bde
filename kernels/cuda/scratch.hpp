#pragma once

#include <cstddef>
#include <vector>

#include "kernels/base/export.hpp"

namespace nengine::kernels::cuda {

class DeviceMemory;

/// Device memory that calls borrow for as long as they launch work: a stack, because a
/// call that borrows may make another call that does. What is given back is lent again
/// at once, because all work of a device is in one order.
///
/// A block once made stays until the end: a recording may still use it.
class NENGINE_API ScratchStack {
public:
    /// `memory` keeps what the model has freed, and is asked to give it up where there
    /// is no other; it is used as long as this is.
    explicit ScratchStack(DeviceMemory& memory) : memory_(memory) {}
    ScratchStack(const ScratchStack&) = delete;
    ScratchStack& operator=(const ScratchStack&) = delete;
    ~ScratchStack();

    struct Mark {
        std::size_t block = 0, used = 0;
    };

    Mark mark() const { return top_; }
    /// `bytes` aligned to 256; may be called while a stream is being captured.
    /// @throws MemoryError  out of memory
    void* push(std::size_t bytes);
    void pop(const Mark& mark) { top_ = mark; }

    /// The sum of all blocks.
    std::size_t bytes() const;

private:
    struct Block {
        std::byte* data;
        std::size_t bytes;
    };

    void grow(std::size_t needed);
    bool try_add(std::size_t bytes);

    DeviceMemory& memory_;
    std::vector<Block> blocks_;
    Mark top_;
};

/// Scratch memory for the length of a scope; scopes end in the reverse order.
class Scratch {
public:
    explicit Scratch(ScratchStack& stack) : stack_(stack), mark_(stack.mark()) {}
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() { stack_.pop(mark_); }

    template <class T>
    T* take(std::size_t count) {
        return static_cast<T*>(stack_.push(count * sizeof(T)));
    }

private:
    ScratchStack& stack_;
    ScratchStack::Mark mark_;
};

}  // namespace nengine::kernels::cuda
