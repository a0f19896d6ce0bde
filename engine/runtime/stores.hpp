#pragma once

#include <map>
#include <vector>

#include "engine/ir/plan.hpp"
#include "kernels/base/device.hpp"

namespace nengine::engine {

/// The trainable parameters of a session, in one buffer, with their gradients beside
/// them.
template <class Real>
class ParameterStore {
public:
    ParameterStore(const Device& device, const Model& model);

    Index size() const { return total_; }
    Real* values() const { return values_.template as<Real>(); }
    /// Memory for them is taken when they are first asked for.
    Real* gradients();
    const ParameterLayout& layout() const { return layout_; }

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
    Device device_;
    Index total_ = 0;  ///< set while layout_ is made, so before it
    ParameterLayout layout_;
    Buffer values_, gradients_;
    std::map<SignalId, Index> sizes_;
    std::uint64_t version_ = 1;
    bool as_built_ = false;
};

/// What a network carries from step to step, by signal, for every item of the
/// minibatch: outside all plans, so that several plans can go on from one another.
template <class Real>
class StateStore {
public:
    StateStore(const Device& device, const Model& model, Index minibatch);

    Index width() const { return width_; }
    Index minibatch() const { return minibatch_; }
    Real* data() const { return data_.template as<Real>(); }  ///< [minibatch, width]
    Index offset(SignalId signal) const { return offsets_.at(signal); }
    bool holds(SignalId signal) const { return offsets_.count(signal) > 0; }
    /// Every item back to the initial values; learned weights only if asked for.
    void reset(const Model& model, bool learned = true);
    /// Signals that learning rules change: parameters too, of which each item has its
    /// own.
    const std::vector<SignalId>& learned() const { return learned_; }
    /// Of the first item.
    std::vector<double> read(SignalId signal) const;
    /// For all items.
    void write(SignalId signal, const std::vector<double>& values);
    std::size_t bytes() const { return data_.bytes(); }

private:
    Device device_;
    Index minibatch_, width_ = 0;
    std::map<SignalId, Index> offsets_, sizes_;
    std::vector<SignalId> learned_;
    Buffer data_;
};

/// Copies host numbers to the device, converted to Real.
template <class Real>
void upload_as(const Device& device, Real* to, const double* values, std::size_t n);
template <class Real>
std::vector<double> download_from(const Device& device, const Real* from,
                                  std::size_t n);

/// A table of indices on the device.
Buffer upload_table(const Device& device, const std::vector<Index>& table);

}  // namespace nengine::engine
