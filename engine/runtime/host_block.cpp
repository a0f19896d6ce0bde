#include "engine/runtime/host_block.hpp"

#include "kernels/elementwise.hpp"

namespace nengine::engine {
namespace {

/// The same extents at `data`, without gaps.
template <class Real>
Block<Real> without_gaps(const Block<Real>& block, Real* data) {
    Block<Real> dense = block;
    dense.data = data;
    dense.row_stride = block.cols;
    dense.col_stride = 1;
    dense.batch_stride = block.rows * block.cols;
    dense.time_stride = dense.batch_stride * block.batch;
    return dense;
}

}  // namespace

template <class Real>
std::vector<Real> read_block(const Device& device, const Block<Real>& block) {
    const auto n = static_cast<std::size_t>(block.size());
    std::vector<Real> host(n);
    const Buffer staging = device.allocate(n * sizeof(Real), "arguments of a function");
    const Block<Real> dense = without_gaps(block, staging.as<Real>());
    device.run([&](const auto& exec) {
        copy(exec, CopyArgs<Bound<Real>>{block, dense, false});
    });
    device.download(host.data(), staging.data(), n * sizeof(Real));
    return host;
}

template <class Real>
void write_block(const Device& device, const Block<Real>& block,
                 const std::vector<Real>& values) {
    const Buffer staging =
        device.allocate(values.size() * sizeof(Real), "results of a function");
    device.upload(staging.data(), values.data(), values.size() * sizeof(Real));
    const Block<Real> dense = without_gaps(block, staging.as<Real>());
    // The staging memory goes in order: after the copy.
    device.run([&](const auto& exec) {
        copy(exec, CopyArgs<Bound<Real>>{dense, block, false});
    });
}

template <class Real>
HostBlock<Real>::HostBlock(const Device& device, const Block<Real>& block,
                           HostAccess access)
    : device_(device), block_(block), host_(block) {
    if (!device.is_cuda()) {
        return;
    }
    copy_ = access == HostAccess::read
                ? read_block(device, block)
                : std::vector<Real>(static_cast<std::size_t>(block.size()));
    host_ = without_gaps(block, copy_.data());
}

template <class Real>
void HostBlock<Real>::finish() {
    if (!copy_.empty()) {
        write_block(device_, block_, copy_);
    }
}

template std::vector<float> read_block(const Device&, const Block<float>&);
template std::vector<double> read_block(const Device&, const Block<double>&);
template void write_block(const Device&, const Block<float>&,
                          const std::vector<float>&);
template void write_block(const Device&, const Block<double>&,
                          const std::vector<double>&);
template class HostBlock<float>;
template class HostBlock<double>;

}  // namespace nengine::engine
