#include "engine/runtime/plan_runner.hpp"

namespace nengine::engine {

template <class Real>
void PlanRunner<Real>::make_prepared_filters() {
    for (const auto* stages : {&plan_->forward, &plan_->backward}) {
        for (const Stage& stage : *stages) {
            for (const Command& command : stage.commands) {
                if (const auto* conv = args_of<ConvArgs>(command)) {
                    prepare_filter_of(*conv);
                }
            }
        }
    }
}

template <class Real>
void PlanRunner<Real>::prepare_filter_of(const ConvArgs<Planned>& command) {
    ConvShape shape = command.shape;
    shape.images = 1;
    const Real* w = binder_.address(command.w);
    const BufferKind kind =
        plan_->buffers[static_cast<std::size_t>(command.w.buffer)].kind;
    const bool stays = kind == BufferKind::parameter || kind == BufferKind::packed ||
                       kind == BufferKind::literal;
    if (!stays || command.kind == LinearMap::backward_filter ||
        binder_.prepared(w, shape.out_c) != nullptr) {
        return;
    }
    Index size = 0;
    device_.run(
        [&](const auto& exec) { size = prepared_filter_size<Real>(exec, shape); });
    if (size == 0) {
        return;
    }
    filter_memory_.push_back(device_.allocate(
        static_cast<std::size_t>(size) * sizeof(Real), "a prepared filter"));
    Real* prepared = filter_memory_.back().template as<Real>();
    binder_.use_prepared(w, shape.out_c, prepared);
    pack_.push_back([device = device_, shape, w, prepared] {
        device.run(
            [&](const auto& exec) { prepare_filter<Real>(exec, shape, w, prepared); });
    });
}

template void PlanRunner<float>::make_prepared_filters();
template void PlanRunner<double>::make_prepared_filters();

}  // namespace nengine::engine
