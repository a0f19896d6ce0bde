#include "engine/runtime/stores.hpp"

#include <algorithm>
#include <string>

#include "kernels/base/host_memory.hpp"

namespace nengine::engine {

template <class Real>
void upload_as(const Device& device, Real* to, const double* values, std::size_t n) {
    // In pieces that stay in cache: weights may be most of a network's memory.
    constexpr std::size_t piece = 1 << 17;
    std::vector<Real> converted(std::min(n, piece));
    for (std::size_t first = 0; first < n; first += piece) {
        const std::size_t count = std::min(piece, n - first);
        std::copy_n(values + first, count, converted.begin());
        device.upload(to + first, converted.data(), count * sizeof(Real));
    }
}

template <class Real>
std::vector<double> download_from(const Device& device, const Real* from,
                                  std::size_t n) {
    need_host_memory(
        array_bytes({static_cast<Index>(n)}, sizeof(Real) + sizeof(double)), [&] {
            return MemoryUse{"reading values", std::to_string(n) + " numbers",
                             "their number"};
        });
    std::vector<Real> host(n);
    device.download(host.data(), from, n * sizeof(Real));
    return std::vector<double>(host.begin(), host.end());
}

Buffer upload_table(const Device& device, const std::vector<Index>& table) {
    Buffer buffer = device.allocate(table.size() * sizeof(Index), "an index table");
    device.upload(buffer.data(), table.data(), table.size() * sizeof(Index));
    return buffer;
}

namespace {

/// What memory of some signals is for, with the largest of them.
std::string purpose(std::string what, const Model& model,
                    const std::map<SignalId, Index>& sizes) {
    const auto size = [](const auto& entry) { return entry.second; };
    const auto largest = std::ranges::max_element(sizes, {}, size);
    if (largest != sizes.end()) {
        const Signal& signal = model.signal(largest->first);
        what += ", the largest of which is '" + signal.name + "' of shape " +
                to_string(signal.shape);
    }
    return what;
}

}  // namespace

template <class Real>
ParameterStore<Real>::ParameterStore(const Device& device, const Model& model)
    : device_(device), layout_(lay_out_parameters(model, &total_)) {
    for (const auto& [signal, offset] : layout_) {
        sizes_[signal] = model.signal(signal).size();
    }
    values_ = device.allocate(array_bytes({total_}, sizeof(Real)),
                              purpose("parameters", model, sizes_));
    restore(model);
}

template <class Real>
void ParameterStore<Real>::restore(const Model& model) {
    for (const auto& [signal, offset] : layout_) {
        const SharedValues& initial = model.signal(signal).initial;
        if (initial.empty()) {
            device_.zero(values() + offset,
                         static_cast<std::size_t>(sizes_.at(signal)) * sizeof(Real));
        } else {
            upload_as(device_, values() + offset, initial.data(), initial.size());
        }
    }
    changed();
    as_built_ = true;
}

template <class Real>
Real* ParameterStore<Real>::gradients() {
    if (gradients_.bytes() == 0) {
        gradients_ = device_.allocate(values_.bytes(), "parameter gradients");
        device_.zero(gradients_.data(), gradients_.bytes());
    }
    return gradients_.template as<Real>();
}

template <class Real>
std::vector<double> ParameterStore<Real>::read(SignalId signal, bool gradient) const {
    const auto size = static_cast<std::size_t>(sizes_.at(signal));
    if (gradient && gradients_.bytes() == 0) {
        return std::vector<double>(size, 0.0);  // none has been computed
    }
    const Real* base = gradient ? gradients_.template as<Real>() : values();
    return download_from(device_, base + layout_.at(signal), size);
}

template <class Real>
void ParameterStore<Real>::write(SignalId signal, const std::vector<double>& numbers) {
    upload_as(device_, values() + layout_.at(signal), numbers.data(), numbers.size());
    changed();
}

template <class Real>
StateStore<Real>::StateStore(const Device& device, const Model& model, Index minibatch)
    : device_(device), minibatch_(minibatch) {
    std::vector<char> set(model.signal_count(), 0), carried(model.signal_count(), 0);
    for (const auto& op : model.operators()) {
        for (const Slot& slot : op->slots()) {
            const auto base = static_cast<std::size_t>(model.base(slot.signal));
            set[base] |= slot.role == Role::set;
            carried[base] |= slot.role != Role::set && slot.role != Role::read;
        }
    }
    for (SignalId s = 0; s < static_cast<SignalId>(model.signal_count()); ++s) {
        if (carried[static_cast<std::size_t>(s)] && !set[static_cast<std::size_t>(s)]) {
            offsets_[s] = width_;
            sizes_[s] = model.signal(s).size();
            width_ += sizes_[s];
            if (model.signal(s).learned) {
                learned_.push_back(s);
            }
        }
    }
    data_ = device.allocate(array_bytes({width_, minibatch}, sizeof(Real)),
                            purpose("state", model, sizes_));
    reset(model);
}

template <class Real>
void StateStore<Real>::reset(const Model& model, bool learned) {
    need_host_memory(array_bytes({width_}, sizeof(double)), [&] {
        return MemoryUse{"state", purpose("one item", model, sizes_), "its size"};
    });
    std::vector<double> row(static_cast<std::size_t>(width_), 0.0);
    for (const auto& [signal, offset] : offsets_) {
        std::ranges::copy(model.signal(signal).initial, row.begin() + offset);
    }
    for (Index item = 0; item < minibatch_; ++item) {
        Real* const to = data() + item * width_;
        if (!learned && !learned_.empty()) {
            const auto now = download_from(device_, to, row.size());
            for (const SignalId signal : learned_) {
                const Index first = offsets_.at(signal);
                std::copy_n(now.begin() + first, sizes_.at(signal),
                            row.begin() + first);
            }
        }
        upload_as(device_, to, row.data(), row.size());
    }
}

template <class Real>
std::vector<double> StateStore<Real>::read(SignalId signal) const {
    return download_from(device_, data() + offset(signal),
                         static_cast<std::size_t>(sizes_.at(signal)));
}

template <class Real>
void StateStore<Real>::write(SignalId signal, const std::vector<double>& values) {
    for (Index item = 0; item < minibatch_; ++item) {
        upload_as(device_, data() + item * width_ + offset(signal), values.data(),
                  values.size());
    }
}

template class ParameterStore<float>;
template class ParameterStore<double>;
template class StateStore<float>;
template class StateStore<double>;
template void upload_as(const Device&, float*, const double*, std::size_t);
template void upload_as(const Device&, double*, const double*, std::size_t);
template std::vector<double> download_from(const Device&, const float*, std::size_t);
template std::vector<double> download_from(const Device&, const double*, std::size_t);

}  // namespace nengine::engine
