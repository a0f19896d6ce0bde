#pragma once

#include <span>
#include <vector>

#include "engine/ir/any_block.hpp"

namespace nengine::engine {

/// The numbers of a block, wherever it lies, one after the other.
std::vector<std::byte> read_block(const Device& device, const AnyBlock& block);
void write_block(const Device& device, const AnyBlock& block,
                 const std::vector<std::byte>& values);

enum class HostAccess { read, write };

/// Numbers that calls read or write, on the host: the block itself where that is
/// possible.
class HostBlock {
public:
    HostBlock(const Device& device, const AnyBlock& block, HostAccess access);

    /// The numbers of a step and an item.
    std::size_t row_size() const {
        return static_cast<std::size_t>(host_.rows * host_.cols);
    }
    /// Fills `row` from, or writes it to, columns [first, first + row.size()) of a step
    /// and item.
    void read(Index step, Index item, std::span<double> row) const;
    void write(Index step, Index item, Index first, std::span<const double> row) const;
    /// Hands on what was written.
    void finish();

private:
    Device device_;
    AnyBlock block_, host_;
    std::vector<std::byte> copy_;
};

}  // namespace nengine::engine
