#include "engine/runtime/plan_runner.hpp"

namespace nengine::engine {

void PlanRunner::make_prepared_filters() {
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

void PlanRunner::prepare_filter_of(const ConvArgs<Planned>& command) {
    ConvShape shape = command.shape;
    shape.images = 1;
    const AnyBlock filter = block(command.w, ChunkExtent{});
    const DType dtype = filter.dtype;
    const void* w = filter.data;
    const BufferKind kind = plan_->buffer(command.w).kind;
    const bool stays = kind == BufferKind::parameter || kind == BufferKind::packed ||
                       kind == BufferKind::literal;
    if (!stays || command.kind == LinearMap::backward_filter ||
        bindings_.prepared_filters.contains({w, shape.out_c})) {
        return;
    }
    Index size = 0;
    run_as(device_, dtype, [&]<class Real>(const auto& exec, Real) {
        size = prepared_filter_size<Real>(exec, shape);
    });
    if (size == 0) {
        return;
    }
    filter_memory_.push_back(device_.allocate(
        static_cast<std::size_t>(size) * itemsize(dtype), "a prepared filter"));
    void* prepared = filter_memory_.back().data();
    bindings_.prepared_filters[{w, shape.out_c}] = prepared;
    pack_.push_back([device = device_, dtype, shape, w, prepared] {
        run_as(device, dtype, [&]<class Real>(const auto& exec, Real) {
            prepare_filter<Real>(exec, shape, static_cast<const Real*>(w),
                                 static_cast<Real*>(prepared));
        });
    });
}

}  // namespace nengine::engine
