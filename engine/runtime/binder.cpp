#include "engine/runtime/binder.hpp"

#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

/// A binder at one chunk and tile.
template <class Real>
class ChunkBinder final : public BindContext {
public:
    ChunkBinder(const Binder<Real>& binder, const ChunkExtent& extent)
        : binder_(binder), extent_(extent) {}

    const Device& device() const override { return binder_.device(); }
    RealType real_type() const override {
        return sizeof(Real) == sizeof(float) ? RealType::float32 : RealType::float64;
    }
    OperandPlace place(const Operand& operand) const override {
        return binder_.place(operand, extent_);
    }
    void* address(const Operand& operand) const override {
        return binder_.address(operand);
    }
    Index* table(TableId id) const override { return binder_.table(id); }
    double dt() const override { return binder_.dt(); }
    // Within a stepped stage the clock is a history of its own: TimeUpdate always
    // folds.
    Index first_step() const override { return extent_.first_step + 1; }
    Index* step_counter() const override { return binder_.step_counter(); }
    const RandomOrigin* origin() const override { return binder_.origin(); }
    const void* prepared_filter(const void* filter, Index out_c) const override {
        return binder_.prepared(static_cast<const Real*>(filter), out_c);
    }

private:
    const Binder<Real>& binder_;
    const ChunkExtent& extent_;
};

}  // namespace

template <class Real>
OperandPlace Binder<Real>::place(const Operand& operand,
                                 const ChunkExtent& extent) const {
    const BufferSpec& buffer = spec(operand);
    const Index items = buffer.batched ? extent.items : 1;
    const Index row = buffer.width * items;
    Index start = operand.offset + operand.shift * row;
    if (operand.in_time == Rows::last) {
        start += extent.steps * row;
    }
    if (buffer.kind == BufferKind::state) {
        start += extent.first_item * buffer.width;
    }
    const bool all = operand.in_time == Rows::all;
    const bool in_time = operand.in_time == Rows::history || all;
    return {.data = static_cast<Real*>(memory_.data(operand.buffer)) + start,
            .steps = in_time ? extent.steps + (all ? buffer.extra_rows : 0) : 1,
            .items = items,
            .time_stride = in_time ? row : 0,
            .batch_stride = buffer.batched ? buffer.width : 0};
}

template <class Real>
Block<Real> Binder<Real>::block(const Operand& operand, const ChunkExtent& extent,
                                Index steps, Index items) const {
    return block_at<Real>(operand, place(operand, extent), steps, items);
}

template <class Real>
Block<Real> Binder<Real>::block(const Operand& operand,
                                const ChunkExtent& extent) const {
    const OperandPlace own = place(operand, extent);
    return block_at<Real>(operand, own, own.steps, own.items);
}

template <class Real>
Real* Binder<Real>::address(const Operand& operand) const {
    return operand.present()
               ? static_cast<Real*>(memory_.data(operand.buffer)) + operand.offset
               : nullptr;
}

template <class Real>
Call Binder<Real>::bind(const Command& command, const ChunkExtent& extent) const {
    return std::visit([&](const auto& args) { return operator_call(args, extent); },
                      command.args);
}

template <class Real>
Call Binder<Real>::operator_call(const KernelCall& call,
                                 const ChunkExtent& extent) const {
    return call.bind(ChunkBinder<Real>(*this, extent));
}

template <class Real>
Call Binder<Real>::operator_call(const HostCommand&, const ChunkExtent&) const {
    throw Error("executor: got a host function among kernels");
}

template <class Real>
Call Binder<Real>::operator_call(const ProcessCommand&, const ChunkExtent&) const {
    throw Error("executor: got a process of the host among kernels");
}

template <class Real>
Call Binder<Real>::operator_call(const RandomCommand&, const ChunkExtent&) const {
    throw Error("executor: got random numbers in a step that is recorded");
}

template class Binder<float>;
template class Binder<double>;

}  // namespace nengine::engine
