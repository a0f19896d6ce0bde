#pragma once

#include <vector>

#include "engine/ir/names.hpp"
#include "kernels/base/device.hpp"
#include "kernels/base/view.hpp"

namespace nengine::engine {

/// The numbers of a block, wherever it lies, one after the other.
template <class Real>
std::vector<Real> read_block(const Device& device, const Block<Real>& block);
template <class Real>
void write_block(const Device& device, const Block<Real>& block,
                 const std::vector<Real>& values);

enum class HostAccess { read, write };

/// Numbers that calls read or write, on the host: the block itself where that is
/// possible.
template <class Real>
class HostBlock {
public:
    HostBlock(const Device& device, const Block<Real>& block, HostAccess access);

    const Block<Real>& operator*() const { return host_; }
    const Block<Real>* operator->() const { return &host_; }
    /// Hands on what was written.
    void finish();

private:
    Device device_;
    Block<Real> block_, host_;
    std::vector<Real> copy_;
};

}  // namespace nengine::engine
