#pragma once

#include <algorithm>

#include "engine/ir/plan.hpp"
#include "engine/runtime/memory.hpp"

namespace nengine::engine {

/// The parts in which a call is computed: the tiles of its first chunk of steps, then
/// those of the next.
///
///     for (const ChunkExtent& extent : CallTiles(...)) ...
class CallTiles {
public:
    /// `n_steps` steps after step `first_step`, of a minibatch of so many items, of
    /// which the first `valid` are no padding.
    CallTiles(const ChunkSize& size, Index items, Index valid, Index first_step,
              Index n_steps)
        : size_(size),
          items_(items),
          valid_(valid),
          first_step_(first_step),
          n_steps_(n_steps) {}

    struct End {};
    class Iterator {
    public:
        explicit Iterator(const CallTiles& of) : of_(of) {}
        ChunkExtent operator*() const {
            const Index items = std::min(of_.size_.items, of_.items_ - item_);
            return {.steps = std::min(of_.size_.steps, of_.n_steps_ - step_),
                    .items = items,
                    .first_item = item_,
                    .first_step = of_.first_step_ + step_,
                    .valid = std::clamp<Index>(of_.valid_ - item_, 0, items)};
        }
        Iterator& operator++() {
            item_ += of_.size_.items;
            if (item_ >= of_.items_) {
                item_ = 0;
                step_ += of_.size_.steps;
            }
            return *this;
        }
        bool operator==(End) const { return step_ >= of_.n_steps_; }

    private:
        const CallTiles& of_;
        Index step_ = 0, item_ = 0;
    };
    Iterator begin() const { return Iterator(*this); }
    End end() const { return {}; }

private:
    ChunkSize size_;
    Index items_, valid_, first_step_, n_steps_;
};

}  // namespace nengine::engine
