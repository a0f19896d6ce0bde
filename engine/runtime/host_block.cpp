#include "engine/runtime/host_block.hpp"

namespace nengine::engine {

std::vector<std::byte> read_block(const Device& device, const AnyBlock& block) {
    std::vector<std::byte> host(block.bytes());
    const Buffer staging = device.allocate(host.size(), "arguments of a function");
    copy_block(device, block, without_gaps(block, staging.data()));
    device.download(host.data(), staging.data(), host.size());
    return host;
}

void write_block(const Device& device, const AnyBlock& block,
                 const std::vector<std::byte>& values) {
    const Buffer staging = device.allocate(values.size(), "results of a function");
    device.upload(staging.data(), values.data(), values.size());
    // The staging memory goes in order: after the copy.
    copy_block(device, without_gaps(block, staging.data()), block);
}

HostBlock::HostBlock(const Device& device, const AnyBlock& block, HostAccess access)
    : device_(device), block_(block), host_(block) {
    if (!device.is_cuda()) {
        return;
    }
    copy_ = access == HostAccess::read ? read_block(device, block)
                                       : std::vector<std::byte>(block.bytes());
    host_ = without_gaps(block, copy_.data());
}

void HostBlock::read(Index step, Index item, std::span<double> row) const {
    with_real(host_.dtype, [&]<class Real>(Real) {
        const Block<const Real> numbers = host_.as<const Real>();
        for (std::size_t i = 0; i < row.size(); ++i) {
            row[i] = numbers(step, item, 0, static_cast<Index>(i));
        }
    });
}

void HostBlock::write(Index step, Index item, Index first,
                      std::span<const double> row) const {
    with_real(host_.dtype, [&]<class Real>(Real) {
        const Block<Real> numbers = host_.as<Real>();
        for (std::size_t i = 0; i < row.size(); ++i) {
            numbers(step, item, 0, first + static_cast<Index>(i)) =
                static_cast<Real>(row[i]);
        }
    });
}

void HostBlock::finish() {
    if (!copy_.empty()) {
        write_block(device_, block_, copy_);
    }
}

}  // namespace nengine::engine
