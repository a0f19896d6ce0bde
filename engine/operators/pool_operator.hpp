#pragma once

#include <string>
#include <vector>

#include "engine/operators/checks.hpp"
#include "engine/operators/operator_base.hpp"
#include "kernels/pool.hpp"

namespace nengine::engine {

/// What pools of an image have in common; `shape.images` is 1.
template <class Derived>
class PoolOperator : public OperatorBase<Derived> {
public:
    enum { x, y };
    PoolOperator(SignalId x_signal, SignalId y_signal, const Pool2DShape& shape,
                 bool inc = true)
        : OperatorBase<Derived>({{Role::read, x_signal}, {written(inc), y_signal}}),
          shape_(shape) {
        shape_.images = 1;
    }
    const Pool2DShape& shape() const { return shape_; }
    SlotGradient gradient(int) const override { return SlotGradient::value; }
    void check(const std::vector<Shape>& shapes) const override {
        const Pool2DShape& s = shape_;
        check_size(*this, "X", size_of(shapes, x), s.in_h * s.in_w * s.channels);
        check_size(*this, "Y", size_of(shapes, y), s.out_h * s.out_w * s.channels);
    }
    MergeKey merge_key(const std::vector<Shape>&) const override {
        const Pool2DShape& s = shape_;
        return {std::string(this->type()),
                {s.in_h, s.in_w, s.channels, s.out_h, s.out_w, s.pool_h, s.pool_w,
                 s.stride_h, s.stride_w, s.pad_top, s.pad_left}};
    }
    OperatorProperties properties() const override {
        return {.may_add = true, .writes_anywhere = true};
    }
    double flops(const std::vector<Shape>&) const override {
        return static_cast<double>(shape_.out_h * shape_.out_w * shape_.channels *
                                   shape_.pool_h * shape_.pool_w);
    }

private:
    Pool2DShape shape_;
};

}  // namespace nengine::engine
