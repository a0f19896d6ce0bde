#include "engine/operators/conv_inc.hpp"

#include "engine/ir/lowering.hpp"
#include "engine/operators/checks.hpp"
#include "kernels/convolution.hpp"
#include "kernels/reduce.hpp"

namespace nengine::engine {
namespace {

std::vector<Slot> conv_slots(SignalId w, SignalId x, SignalId y, bool inc,
                             SignalId bias) {
    std::vector<Slot> slots{{Role::read, w}, {Role::read, x}, {written(inc), y}};
    if (bias != no_signal) {
        slots.push_back({Role::read, bias});
    }
    return slots;
}

}  // namespace

ConvInc::ConvInc(SignalId w_signal, SignalId x_signal, SignalId y_signal,
                 const ConvShape& shape, bool inc, SignalId bias_signal,
                 bool transposed)
    : OperatorBase(conv_slots(w_signal, x_signal, y_signal, inc, bias_signal)),
      shape_(shape),
      transposed_(transposed) {
    shape_.images = 1;
}

MergeKey ConvInc::merge_key(const std::vector<Shape>&) const {
    const ConvShape& s = shape_;
    return {transposed_ ? "ConvInc transposed" : "ConvInc",
            {s.in_d, s.in_h, s.in_w, s.in_c, s.out_d, s.out_h, s.out_w, s.out_c, s.k_d,
             s.k_h, s.k_w, s.stride_d, s.stride_h, s.stride_w, s.pad_front, s.pad_top,
             s.pad_left, s.groups, has_bias() ? 1 : 0}};
}

OperatorProperties ConvInc::properties() const {
    return {.may_add = true, .writes_anywhere = true};
}

double ConvInc::flops(const std::vector<Shape>&) const {
    const ConvShape& s = shape_;
    return 2.0 * static_cast<double>(s.out_d * s.out_h * s.out_w * s.w_size());
}

void ConvInc::check(const std::vector<Shape>& shapes) const {
    const ConvShape& s = shape_;
    if (s.groups < 1 || s.in_c % s.groups != 0 || s.out_c % s.groups != 0) {
        refuse(*this, std::to_string(s.groups) + " groups",
               "a divisor of " + std::to_string(s.in_c) + " and " +
                   std::to_string(s.out_c) + " channels");
    }
    check_size(*this, "W", size_of(shapes, w), s.w_size());
    check_size(*this, "X", size_of(shapes, x), transposed_ ? s.y_size() : s.x_size());
    check_size(*this, "Y", size_of(shapes, y), transposed_ ? s.x_size() : s.y_size());
    if (has_bias() && (transposed_ || !s.is_plane())) {
        refuse(*this, "a bias", "none for what is transposed or has a depth");
    }
    if (has_bias()) {
        check_size(*this, "a bias", size_of(shapes, bias), s.out_c);
    }
}

namespace {

/// from -> to: the correlation, or its transpose.
ConvArgs<Planned> conv_command(const ConvShape& shape, bool transposed,
                               const Operand& from, const Operand& w, const Operand& to,
                               bool accumulate) {
    return {.kind = transposed ? LinearMap::backward_data : LinearMap::forward,
            .shape = shape,
            .x = transposed ? to : from,
            .w = w,
            .bias = {},
            .y = transposed ? from : to,
            .accumulate = accumulate,
            .prepared = {w, shape.out_c}};
}

}  // namespace

void ConvInc::lower(Lowering& low) const {
    const Operand in = low.dense(x);
    const Lowering::Written out = low.write_dense(y);
    ConvArgs<Planned> command = conv_command(shape_, transposed_, in, low.dense(w),
                                             out.operand, out.accumulate);
    if (has_bias()) {
        command.bias = low.dense(bias);
    }
    low.emit(std::move(command));
    low.finish(out);
}

void ConvInc::lower_backward(BackwardLowering& low) const {
    if (low.wants(x)) {
        const Operand dy = low.dense(y, Of::gradient);
        const Contribution dx = low.contribute(x, BackwardLowering::Form::dense);
        low.emit(conv_command(shape_, !transposed_, dy, low.dense(w), dx.operand,
                              dx.accumulate));
        low.finish(dx);
    }
    const bool dw = low.wants_parameter(w),
               db = has_bias() && low.wants_parameter(bias);
    if (!dw && !db) {
        return;
    }
    low.defer([&] {
        Operand dy = low.dense(y, Of::saved_gradient);
        if (dw) {
            const Operand in = low.dense(x, Of::saved);
            low.emit(ConvArgs<Planned>{
                .kind = LinearMap::backward_filter,
                .shape = shape_,
                .x = transposed_ ? dy : in,
                .w = low.parameter_dense(w),
                .bias = db ? low.parameter_dense(bias) : Operand{},
                .y = transposed_ ? in : dy,
                .accumulate = true,
                .transposed = transposed_,
            });
            return;
        }
        dy.rows =
            shape_.out_h * shape_.out_w;  // positions: what the bias was repeated over
        dy.cols = dy.row_stride = shape_.out_c;
        low.emit(SumProductArgs<Planned>{dy, {}, low.parameter_dense(bias), true});
    });
}

}  // namespace nengine::engine
