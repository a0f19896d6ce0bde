#include "engine/runtime/binder.hpp"
#include "kernels/learning.hpp"

namespace nengine {

template <class Real>
Block<Real> Binder<Real>::members(const Operand& operand, const Operand& like,
                                  const ChunkExtent& extent) const {
    if (!operand.present()) {
        return {};
    }
    Block<Real> result = block(operand, extent, 1, items_of(like, extent));
    result.steps = operand.count;
    result.time_stride = operand.group_stride;
    return result;
}

template <class Real>
Call Binder<Real>::operator_call(const LearningRowsCommand& c,
                                 const ChunkExtent& extent) const {
    const auto read = [&](const Operand& operand) {
        return operand.present() ? Block<const Real>(block_like(operand, c.row, extent))
                                 : Block<const Real>{};
    };
    const LearningRowsArgs<Real> args{
        .kind = c.kind,
        .rate = static_cast<Real>(c.rate),
        .beta = static_cast<Real>(c.beta),
        .signal = read(c.signal),
        .theta = read(c.theta),
        .scale = read(c.scale),
        .gate = read(c.gate),
        .power = read(c.power),
        .row = block(c.row, extent),
        .decay = c.decay.present() ? block(c.decay, extent) : Block<Real>{}};
    return [device = device_, args] {
        device.run([&](const auto& exec) { learning_rows(exec, args); });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const ChangeWeightsCommand& c,
                                 const ChunkExtent& extent) const {
    const WeightChange<Real> change{members(c.row, c.out, extent),
                                    members(c.col, c.out, extent),
                                    members(c.decay, c.out, extent)};
    return [device = device_, change, accumulate = c.accumulate,
            weights = Block<const Real>(members(c.weights, c.out, extent)),
            out = members(c.out, c.out, extent)] {
        device.run([&](const auto& exec) {
            change_weights(exec, change, weights, out, accumulate);
        });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const ChangeAndMultiplyCommand& c,
                                 const ChunkExtent& extent) const {
    const WeightChange<Real> change{members(c.row, c.weights, extent),
                                    members(c.col, c.weights, extent),
                                    members(c.decay, c.weights, extent)};
    return [device = device_, change, accumulate = c.accumulate,
            weights = members(c.weights, c.weights, extent),
            x = Block<const Real>(members(c.x, c.weights, extent)),
            y = members(c.y, c.weights, extent)] {
        device.run([&](const auto& exec) {
            change_and_multiply(exec, change, weights, x, y, accumulate);
        });
    };
}

#define NENGINE_INSTANTIATE(Command)                                                \
    template Call Binder<float>::operator_call(const Command&, const ChunkExtent&)  \
        const;                                                                      \
    template Call Binder<double>::operator_call(const Command&, const ChunkExtent&) \
        const;

NENGINE_INSTANTIATE(LearningRowsCommand)
NENGINE_INSTANTIATE(ChangeWeightsCommand)
NENGINE_INSTANTIATE(ChangeAndMultiplyCommand)

}  // namespace nengine
