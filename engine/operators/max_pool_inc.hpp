#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/pool_operator.hpp"

namespace nengine::engine {

/// Y = (or +=) the max pool of X (kernels/pool.hpp).
class MaxPoolInc : public PoolOperator<MaxPoolInc> {
public:
    using PoolOperator::PoolOperator;
    std::vector<int> saved_slots() const override { return {x}; }
    std::string_view type() const override { return "MaxPoolInc"; }
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
};

}  // namespace nengine::engine
