#include <algorithm>

#include "engine/operators/operators.hpp"
#include "engine/operators/refuse.hpp"

// What an operator demands of its slots. Kernels check nothing per element, so nothing
// that does not fit may get past here, whoever made the model.

namespace nengine {
namespace {

/// `from` repeats along `to` by numpy's rules.
void check_broadcast(const Operator& op, const Shape& from, const Shape& to) {
    bool fits = from.size() <= to.size();
    for (std::size_t i = 1; fits && i <= from.size(); ++i) {
        const Index extent = from[from.size() - i];
        fits = extent == 1 || extent == to[to.size() - i];
    }
    if (!fits && shape_size(from) != shape_size(to)) {
        refuse(op, "shape " + to_string(from),
               "one that broadcasts to " + to_string(to));
    }
}

}  // namespace

void TimeUpdate::check(const std::vector<Shape>& shapes) const {
    check_size(*this, "time", size_of(shapes, time), 1);
}

void Reset::check(const std::vector<Shape>&) const {}

void Copy::check(const std::vector<Shape>& shapes) const {
    if (!indexed()) {
        check_broadcast(*this, shapes[src], shapes[dst]);
        return;
    }
    check_indices(*this, src_index_, size_of(shapes, src));
    check_indices(*this, dst_index_, size_of(shapes, dst));
    const auto count = [](const std::vector<Index>& index, Index all) {
        return index.empty() ? all : static_cast<Index>(index.size());
    };
    check_size(*this, "a source", count(src_index_, size_of(shapes, src)),
               count(dst_index_, size_of(shapes, dst)));
}

void ElementwiseInc::check(const std::vector<Shape>& shapes) const {
    check_broadcast(*this, shapes[a], shapes[y]);
    check_broadcast(*this, shapes[x], shapes[y]);
}

void DotInc::check(const std::vector<Shape>& shapes) const {
    const Shape& matrix = shapes[a];
    if (matrix.size() != 2) {
        refuse(*this, "A of shape " + to_string(matrix), "a matrix");
    }
    check_size(*this, "X", size_of(shapes, x), matrix[1]);
    check_size(*this, "Y", size_of(shapes, y), matrix[0]);
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

void PoolInc::check(const std::vector<Shape>& shapes) const {
    const Pool2DShape& s = shape_;
    check_size(*this, "X", size_of(shapes, x), s.in_h * s.in_w * s.channels);
    check_size(*this, "Y", size_of(shapes, y), s.out_h * s.out_w * s.channels);
}

void SimNeurons::check(const std::vector<Shape>& shapes) const {
    const Index n = size_of(shapes, output);
    check_size(*this, "J", size_of(shapes, j), n);
    for (int s = first_state; s < first_param(); ++s) {
        check_size(*this, "a state", size_of(shapes, s), n);
    }
    for (int s = first_param(); s < filter_slot(); ++s) {
        if (size_of(shapes, s) != 1) {
            check_size(*this, "a parameter", size_of(shapes, s), n);
        }
    }
}

void SimFilter::check(const std::vector<Shape>& shapes) const {
    const Index n = size_of(shapes, output);
    check_size(*this, "an input", size_of(shapes, input), n);
    check_size(*this, "coefficients", size_of(shapes, coefficients),
               filter_coefficients(form_, order_));
    if (form_ != FilterForm::gain) {
        check_size(*this, "a state", size_of(shapes, state), order_ * n);
    }
}

void HostFunction::check(const std::vector<Shape>&) const {}

}  // namespace nengine
