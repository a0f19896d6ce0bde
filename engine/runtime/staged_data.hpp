#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/runtime/item_source.hpp"
#include "kernels/base/staged_memory.hpp"

namespace nengine::engine {

/// Data that reach the device minibatch by minibatch. There are two places for a
/// minibatch: while the device computes with what lies in one, the host gathers the
/// next minibatch's items and has them uploaded to the other. A place stays where it
/// is, with the number of its DataSet, so that what was recorded for it is used again.
///
/// On a GPU nothing waits for the work with a minibatch but the upload of the second
/// one after it, and the host for nothing but the last upload of the place that it
/// writes to. On the CPU nothing is copied: the caller's memory is referred to, and has
/// to be there as long as the batch is used.
class StagedData {
public:
    /// For minibatches of tensors as in `like`, whatever their number of items.
    /// @throws MemoryError  there is not as much memory, of the device or the host
    StagedData(const Device& device, const HostData& like, Index minibatch);

    /// Whether tensors differ from those of `like` in nothing but their place and their
    /// number of items.
    bool fits(const HostData& data) const;
    /// Has these items of the data gathered and uploaded, as the minibatch that is
    /// taken next; the one at hand stays. May be done again, with others in their
    /// place. The data are not needed any more then, but on the CPU.
    void prepare(const HostData& data, std::span<const Index> items);
    /// The minibatch that was prepared, of which the first `valid` items count. Lasts
    /// until the next one is taken: work with it has been launched by then.
    Batch take(Index valid);
    /// The one that was taken last.
    Batch at_hand(Index valid) const {
        return {*places_[at_hand_].data, order_.of_minibatch(0), valid};
    }
    /// A data set of the form that all minibatches have.
    const DataSet& example() const { return *places_.front().data; }

private:
    struct Place {
        std::unique_ptr<StagedMemory> memory = nullptr;  ///< none: nothing is given
        std::optional<DataSet> data = std::nullopt;
    };

    /// What of the device's memory at `base` a minibatch is.
    HostData data_at(std::byte* base) const;
    void gather(const HostData& data, std::span<const Index> items,
                std::byte* to) const;

    Device device_;
    Index minibatch_;
    HostData like_;  ///< without memory
    std::size_t bytes_ = 0;
    std::array<Place, 2> places_;
    std::size_t at_hand_ = 1;
    bool has_taken_ = false;
    std::vector<Index> prepared_items_;  ///< on the CPU: which to take next
    ItemOrder order_;                    ///< of the items in a minibatch
};

}  // namespace nengine::engine
