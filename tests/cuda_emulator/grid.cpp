#include "grid.hpp"

#include <boost/context/fiber.hpp>
#include <boost/context/fixedsize_stack.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

constinit thread_local uint3 threadIdx, blockIdx;
constinit thread_local dim3 blockDim, gridDim;

namespace cuda_emulator {
namespace {

using boost::context::fiber;

constexpr std::size_t stack_bytes = std::size_t{64} << 10;

uint3 coordinates(unsigned index, const dim3& size) {
    return {index % size.x, index / size.x % size.y, index / size.x / size.y};
}

/// The threads of one block after another. A thread that never waits at a barrier runs
/// to its end, and the next one on the same stack; one that waits keeps its stack, and
/// the others go on with stacks of their own.
class BlockRunner {
public:
    void run(const dim3& size, const std::function<void()>& thread) {
        size_ = size;
        thread_ = &thread;
        next_ = 0;
        busy_ = 0;
        while (next_ < count()) {
            if (busy_ == stacks_.size()) {
                stacks_.push_back(make_stack());
            }
            resume(*stacks_[busy_++]);
        }
        // Round by round, from barrier to barrier.
        for (bool waits = true; waits;) {
            waits = false;
            for (std::size_t i = 0; i < busy_; ++i) {
                if (stacks_[i]->waits) {
                    resume(*stacks_[i]);
                    waits = waits || stacks_[i]->waits;
                }
            }
        }
    }

    /// Called by a thread of the block.
    void wait() {
        Stack& stack = *active_;
        stack.waits = true;
        stack.scheduler = std::move(stack.scheduler).resume();
        stack.waits = false;
    }

private:
    struct Stack {
        fiber own, scheduler;  ///< where to go on: on the stack, and back from it
        unsigned thread = 0;
        bool waits = false;
    };

    unsigned count() const { return size_.x * size_.y * size_.z; }

    std::unique_ptr<Stack> make_stack() {
        auto stack = std::make_unique<Stack>();
        Stack& made = *stack;
        made.own =
            fiber(std::allocator_arg, boost::context::fixedsize_stack(stack_bytes),
                  [this, &made](fiber&& scheduler) -> fiber {
                      made.scheduler = std::move(scheduler);
                      for (;;) {
                          run_threads(made);
                          made.scheduler = std::move(made.scheduler).resume();
                      }
                  });
        return stack;
    }

    void run_threads(Stack& stack) {
        while (next_ < count()) {
            stack.thread = next_++;
            threadIdx = coordinates(stack.thread, size_);
            (*thread_)();
        }
    }

    void resume(Stack& stack) {
        active_ = &stack;
        threadIdx = coordinates(stack.thread, size_);
        stack.own = std::move(stack.own).resume();
    }

    dim3 size_;
    const std::function<void()>* thread_ = nullptr;
    unsigned next_ = 0;  ///< the next thread that has not begun
    std::vector<std::unique_ptr<Stack>> stacks_;
    std::size_t busy_ = 0;  ///< of them
    Stack* active_ = nullptr;
};

BlockRunner& runner() {
    thread_local BlockRunner result;
    return result;
}

/// Where the order of blocks comes from. A device runs them in any order, so that no
/// result may depend on it. Another seed is said when a program starts, to find what a
/// failure came with.
std::uint64_t read_seed() {
    constexpr std::uint64_t usual = 1;
    const char* text = std::getenv("NENGINE_EMULATOR_SEED");
    if (text == nullptr) {
        return usual;
    }
    std::fprintf(stderr, "emulated device: NENGINE_EMULATOR_SEED=%s\n", text);
    return std::strtoull(text, nullptr, 10);
}
const std::uint64_t seed = read_seed();

/// A grid's blocks, shuffled: the same for equal numbers of blocks.
std::vector<unsigned> shuffled_blocks(unsigned count) {
    std::vector<unsigned> order(count);
    std::iota(order.begin(), order.end(), 0U);
    std::minstd_rand generator(static_cast<std::uint_fast32_t>(seed + count));
    for (unsigned last = count; last > 1; --last) {
        std::swap(order[last - 1], order[generator() % last]);
    }
    return order;
}

}  // namespace

void run_grid(const dim3& grid, const dim3& block,
              const std::function<void()>& thread) {
    blockDim = block;
    gridDim = grid;
    for (const unsigned b : shuffled_blocks(grid.x * grid.y * grid.z)) {
        blockIdx = coordinates(b, grid);
        runner().run(block, thread);
    }
}

}  // namespace cuda_emulator

void __syncthreads() {
    cuda_emulator::runner().wait();
}
