#include <string>

#include "kernels/base/error.hpp"
#include "kernels/filter_check.hpp"
#include "kernels/filter_scan.hpp"

namespace nengine::kernels {

Index filter_coefficients(FilterForm form, Index order) {
    switch (form) {
        case FilterForm::gain:
            return 1;
        case FilterForm::first_order:
            return 2;
        case FilterForm::state_first:
            return order * order + 2 * order;
        case FilterForm::output_first:
            return order * order + 2 * order + 1;
        case FilterForm::finite:
            return order + 1;
    }
    return 0;
}

void check_filter_order(Index order) {
    if (order < 1 || order > max_filter_order) {
        throw BuildError("linear filter: got order " + std::to_string(order) +
                         ", needs an order from 1 to " +
                         std::to_string(max_filter_order));
    }
}

void check_finite_order(Index order) {
    if (order < 1) {
        throw BuildError("finite filter: got order " + std::to_string(order) +
                         ", needs at least 1");
    }
}

}  // namespace nengine::kernels
