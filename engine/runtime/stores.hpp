#pragma once

#include <map>
#include <span>
#include <vector>

#include "engine/ir/any_block.hpp"
#include "engine/ir/plan.hpp"
#include "kernels/base/device.hpp"
#include "kernels/optimizers/formula.hpp"

namespace nengine::engine {

/// The parameters of a replica that change without a new plan, in one buffer: those
/// that are trained, then statistics. Beside the first lie their gradients, beside the
/// others their next values.
class ParameterStore {
public:
    /// @throws BuildError  a parameter states another dtype
    ParameterStore(const Device& device, const Model& model, DType dtype);

    /// Elements of all, and of those that an optimizer changes: the first ones.
    Index size() const { return elements_.all; }
    Index trained_size() const { return elements_.trained; }
    Index statistics_size() const { return size() - trained_size(); }
    DType dtype() const { return dtype_; }
    void* values() const { return values_.data(); }
    /// Memory for them is taken when they are first asked for.
    void* gradients();
    const ParameterLayout& layout() const { return layout_; }
    bool holds(SignalId signal) const { return layout_.contains(signal); }
    /// Of each one that is trained, in the order of the layout.
    const std::vector<kernels::ParameterShape>& shapes() const { return shapes_; }

    /// Before a minibatch: no gradients, and statistics whose next values are those at
    /// hand.
    void begin_minibatch();
    void* next_statistics() { return element_at(gradients(), dtype_, trained_size()); }
    /// Behind it: the next values take the statistics' place, unless *skip (on the
    /// device) is not 0.
    void take_statistics(const int* skip);

    /// Values or gradients of one signal.
    std::vector<double> read(SignalId signal, bool gradient) const;
    void write(SignalId signal, const std::vector<double>& values);
    /// Back to the model's initial values.
    void restore(const Model& model);

    /// Changes with the values: copies derived from them are stale when it differs.
    std::uint64_t version() const { return version_; }
    void changed() {
        ++version_;
        as_built_ = false;
    }
    /// All have the model's initial values.
    bool as_built() const { return as_built_; }
    std::size_t bytes() const { return values_.bytes() + gradients_.bytes(); }

private:
    void* at(Index element) const {
        return element_at(values_.data(), dtype_, element);
    }

    Device device_;
    DType dtype_;
    ParameterSizes elements_;  ///< set while layout_ is made, so before it
    ParameterLayout layout_;
    Buffer values_, gradients_;
    std::map<SignalId, Index> sizes_;
    std::vector<kernels::ParameterShape> shapes_;
    std::uint64_t version_ = 1;
    bool as_built_ = false;
};

/// What a network carries from step to step, by signal, for every item of the
/// minibatch: outside all plans, so that several plans can go on from one another.
class StateStore {
public:
    /// @throws BuildError  what is carried states another dtype
    StateStore(const Device& device, const Model& model, Index minibatch, DType dtype);

    Index width() const { return width_; }
    Index minibatch() const { return minibatch_; }
    /// The row of every item from an element on.
    AnyBlock rows(Index first, Index count) const {
        return {.dtype = dtype_,
                .data = element_at(data_.data(), dtype_, first),
                .batch = minibatch_,
                .cols = count,
                .batch_stride = width_};
    }
    AnyBlock rows() const { return rows(0, width_); }
    Index offset(SignalId signal) const { return offsets_.at(signal); }
    bool holds(SignalId signal) const { return offsets_.count(signal) > 0; }
    /// Every item back to the initial values; learned weights only if asked for.
    void reset(const Model& model, bool learned = true);
    /// Signals that learning rules change: parameters too, of which each item has its
    /// own.
    const std::vector<SignalId>& learned() const { return learned_; }
    std::vector<double> read(SignalId signal, Index item = 0) const;
    void write(SignalId signal, Index item, std::span<const double> values);
    /// For all items.
    void write(SignalId signal, const std::vector<double>& values);
    std::size_t bytes() const { return data_.bytes(); }

private:
    void* at(Index item, Index element) const {
        return element_at(data_.data(), dtype_, item * width_ + element);
    }

    Device device_;
    DType dtype_;
    Index minibatch_, width_ = 0;
    std::map<SignalId, Index> offsets_, sizes_;
    std::vector<SignalId> learned_;
    Buffer data_;
};

/// A parameter that lies from an element on among all.
kernels::ParameterShape shape_among(const Shape& shape, Index first);

/// Copies host numbers to the device, converted to its dtype.
void upload_as(const Device& device, void* to, DType dtype, const double* values,
               std::size_t n);
std::vector<double> download_from(const Device& device, const void* from, DType dtype,
                                  std::size_t n);

/// A table of indices on the device.
Buffer upload_table(const Device& device, const std::vector<Index>& table);

}  // namespace nengine::engine
