#pragma once

#include <string_view>

#include "engine/operators/pool_operator.hpp"

namespace nengine::engine {

/// Y = (or +=) the average pool of X (kernels/pool.hpp).
class PoolInc : public PoolOperator<PoolInc> {
public:
    using PoolOperator::PoolOperator;
    std::string_view type() const override { return "PoolInc"; }
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
};

}  // namespace nengine::engine
