#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "engine/runtime/staged_data.hpp"

namespace nengine::engine {

/// Memory of a device for the data of one call.
class DataBudget {
public:
    /// @param bytes  at most; no more than is free when memory is first asked for.
    ///               Unset: half of that, the rest is for what the call computes with
    explicit DataBudget(const Device& device,
                        std::optional<std::size_t> bytes = std::nullopt)
        : device_(device), bytes_(bytes) {}

    /// Whether so much is left; it is then spent.
    bool spend(std::size_t bytes);

private:
    Device device_;
    std::optional<std::size_t> bytes_;
    std::optional<std::size_t> left_;  ///< from the first question on
};

/// The data of a call, minibatch by minibatch. If they fit into what is left of the
/// call's budget they lie on the device as long as this lives; otherwise a minibatch is
/// gathered and uploaded when it is asked for, while the device computes with the one
/// before. The numbers, and so the results, are the same. Borrows the caller's memory
/// as long as it lives.
class MinibatchData {
public:
    MinibatchData(const Device& device, HostData data, Index minibatch,
                  DataBudget& budget);

    /// Whether the device has one minibatch after the other.
    bool is_staged() const { return staged_.has_value(); }
    /// A data set of the form that all minibatches have.
    const DataSet& example() const {
        return is_staged() ? staged_->example() : *resident_;
    }

    /// The items of later minibatches, in this order; at first there is none.
    void set_order(std::vector<Index> items);
    /// The order in which they are given: of as many items as there are, or as a
    /// minibatch has if nothing is given.
    void set_given_order();
    Index items() const;  ///< of the order
    Index minibatches() const;
    /// Lasts until another one is asked for: what is done with it has been launched
    /// then. Until the order changes each may be asked for as often as one likes.
    Batch batch(Index number);
    /// Has the one that is asked for next uploaded beside the work with the one at
    /// hand, which stays. Nothing is wrong if it is not asked for.
    void prepare(Index number);

private:
    Device device_;
    HostData host_;
    Index minibatch_, items_given_;
    bool has_given_order_ = false;
    // One pair of them, by whether the data fitted.
    std::optional<DataSet> resident_;
    std::optional<ItemOrder> order_;
    std::optional<StagedData> staged_;
    std::optional<PaddedOrder> staged_order_;
    std::optional<Index> at_hand_, prepared_;  ///< numbers of those that are staged
};

}  // namespace nengine::engine
