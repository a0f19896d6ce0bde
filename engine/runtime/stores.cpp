#include "engine/runtime/stores.hpp"

#include <algorithm>
#include <string>

#include "kernels/base/host_memory.hpp"
#include "kernels/optimizer.hpp"

namespace nengine::engine {

void upload_as(const Device& device, void* to, DType dtype, const double* values,
               std::size_t n) {
    // In pieces that stay in cache: weights may be most of a network's memory.
    constexpr std::size_t piece = 1 << 17;
    with_real(dtype, [&]<class Real>(Real) {
        std::vector<Real> converted(std::min(n, piece));
        for (std::size_t first = 0; first < n; first += piece) {
            const std::size_t count = std::min(piece, n - first);
            Real* const out = converted.data();
#pragma omp simd
            for (std::size_t i = 0; i < count; ++i) {
                out[i] = static_cast<Real>(values[first + i]);
            }
            device.upload(static_cast<Real*>(to) + first, converted.data(),
                          count * sizeof(Real));
        }
    });
}

std::vector<double> download_from(const Device& device, const void* from, DType dtype,
                                  std::size_t n) {
    need_host_memory(
        array_bytes({static_cast<Index>(n)}, itemsize(dtype) + sizeof(double)), [&] {
            return MemoryUse{"reading values", std::to_string(n) + " numbers",
                             "their number"};
        });
    return with_real(dtype, [&]<class Real>(Real) {
        std::vector<Real> host(n);
        device.download(host.data(), from, n * sizeof(Real));
        return std::vector<double>(host.begin(), host.end());
    });
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

kernels::ParameterShape shape_among(const Shape& shape, Index first) {
    kernels::ParameterShape result{.first = first, .cols = shape_size(shape)};
    result.is_vector = shape.size() < 2;
    if (!result.is_vector) {
        result.cols = shape.back();
        result.rows = shape[shape.size() - 2];
        for (std::size_t k = 0; k + 2 < shape.size(); ++k) {
            result.matrices *= shape[k];
        }
    }
    return result;
}

ParameterStore::ParameterStore(const Device& device, const Model& model, DType dtype)
    : device_(device), dtype_(dtype), layout_(lay_out_parameters(model, &elements_)) {
    for (const auto& [signal, offset] : layout_) {
        need_dtype(model.signal(signal), dtype, "parameter");
        sizes_[signal] = model.signal(signal).size();
        if (model.signal(signal).trainable) {
            shapes_.push_back(shape_among(model.signal(signal).shape, offset));
        }
    }
    values_ = device.allocate(array_bytes({size()}, itemsize(dtype)),
                              purpose("parameters", model, sizes_));
    restore(model);
}

void ParameterStore::restore(const Model& model) {
    for (const auto& [signal, offset] : layout_) {
        const SharedValues& initial = model.signal(signal).initial;
        if (initial.empty()) {
            device_.zero(at(offset), static_cast<std::size_t>(sizes_.at(signal)) *
                                         itemsize(dtype_));
        } else {
            upload_as(device_, at(offset), dtype_, initial.data(), initial.size());
        }
    }
    changed();
    as_built_ = true;
}

void* ParameterStore::gradients() {
    if (gradients_.bytes() == 0) {
        gradients_ = device_.allocate(values_.bytes(), "parameter gradients");
        device_.zero(gradients_.data(), gradients_.bytes());
    }
    return gradients_.data();
}

void ParameterStore::begin_minibatch() {
    device_.zero(gradients(),
                 static_cast<std::size_t>(trained_size()) * itemsize(dtype_));
    if (statistics_size() > 0) {
        device_.copy(next_statistics(), at(trained_size()),
                     static_cast<std::size_t>(statistics_size()) * itemsize(dtype_));
    }
}

void ParameterStore::take_statistics(const int* skip) {
    if (statistics_size() == 0) {
        return;
    }
    run_as(device_, dtype_, [&]<class Real>(const auto& exec, Real) {
        const Block<const Real> next{
            .data = static_cast<const Real*>(next_statistics()),
            .cols = statistics_size()};
        assign_unless(exec, skip, next, static_cast<Real*>(at(trained_size())));
    });
}

std::vector<double> ParameterStore::read(SignalId signal, bool gradient) const {
    const auto size = static_cast<std::size_t>(sizes_.at(signal));
    if (gradient && gradients_.bytes() == 0) {
        return std::vector<double>(size, 0.0);  // none has been computed
    }
    void* const base = gradient ? gradients_.data() : values();
    return download_from(device_, element_at(base, dtype_, layout_.at(signal)), dtype_,
                         size);
}

void ParameterStore::write(SignalId signal, const std::vector<double>& numbers) {
    upload_as(device_, at(layout_.at(signal)), dtype_, numbers.data(), numbers.size());
    changed();
}

StateStore::StateStore(const Device& device, const Model& model, Index minibatch,
                       DType dtype)
    : device_(device), dtype_(dtype), minibatch_(minibatch) {
    IndexedVector<SignalId, char> set(model.signal_count(), 0), carried = set;
    for (const auto& op : model.operators()) {
        for (const Slot& slot : op->slots()) {
            const SignalId base = model.base(slot.signal);
            set[base] |= slot.role == Role::set;
            carried[base] |= slot.role != Role::set && slot.role != Role::read;
        }
    }
    for (const SignalId s : model.signal_ids()) {
        if (carried[s] && !set[s]) {
            need_dtype(model.signal(s), dtype, "state");
            offsets_[s] = width_;
            sizes_[s] = model.signal(s).size();
            width_ += sizes_[s];
            if (model.signal(s).learned) {
                learned_.push_back(s);
            }
        }
    }
    data_ = device.allocate(array_bytes({width_, minibatch}, itemsize(dtype)),
                            purpose("state", model, sizes_));
    reset(model);
}

void StateStore::reset(const Model& model, bool learned) {
    need_host_memory(array_bytes({width_}, sizeof(double)), [&] {
        return MemoryUse{"state", purpose("one item", model, sizes_), "its size"};
    });
    std::vector<double> row(static_cast<std::size_t>(width_), 0.0);
    for (const auto& [signal, offset] : offsets_) {
        std::ranges::copy(model.signal(signal).initial, row.begin() + offset);
    }
    for (Index item = 0; item < minibatch_; ++item) {
        if (!learned && !learned_.empty()) {
            const auto now = download_from(device_, at(item, 0), dtype_, row.size());
            for (const SignalId signal : learned_) {
                const Index first = offsets_.at(signal);
                std::copy_n(now.begin() + first, sizes_.at(signal),
                            row.begin() + first);
            }
        }
        upload_as(device_, at(item, 0), dtype_, row.data(), row.size());
    }
}

std::vector<double> StateStore::read(SignalId signal, Index item) const {
    return download_from(device_, at(item, offset(signal)), dtype_,
                         static_cast<std::size_t>(sizes_.at(signal)));
}

void StateStore::write(SignalId signal, Index item, std::span<const double> values) {
    upload_as(device_, at(item, offset(signal)), dtype_, values.data(), values.size());
}

void StateStore::write(SignalId signal, const std::vector<double>& values) {
    for (Index item = 0; item < minibatch_; ++item) {
        write(signal, item, values);
    }
}

}  // namespace nengine::engine
