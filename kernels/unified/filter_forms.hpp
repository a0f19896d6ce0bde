#pragma once

#include <utility>

#include "kernels/base/operands.hpp"
#include "kernels/filter_check.hpp"
#include "kernels/filter_scan.hpp"
#include "kernels/synapses/first_order.hpp"
#include "kernels/synapses/linear_filter.hpp"

// The forms of a filter's step, each with its adjoint. `k` are the coefficients, `x`
// the state, `l` the adjoint of the state: dL/dx.

namespace nengine::kernels {
namespace {

/// y = D u
struct GainForm {
    static constexpr int order = 0, n_coefficients = 1;

    template <class Real>
    NENGINE_HD static Real step(const Real* k, Real u, Real*) {
        return k[0] * u;
    }
    template <class Real>
    NENGINE_HD static Real adjoint(const Real* k, Real dy, Real*) {
        return k[0] * dy;
    }
};

/// x = a x + b u; y = x
struct FirstOrderForm {
    static constexpr int order = 1, n_coefficients = 2;

    template <class Real>
    NENGINE_HD static Real step(const Real* k, Real u, Real* x) {
        return x[0] = first_order_step(k[0], k[1], x[0], u);
    }
    template <class Real>
    NENGINE_HD static Real adjoint(const Real* k, Real dy, Real* l) {
        const Real after = l[0] + dy;
        l[0] = k[0] * after;
        return k[1] * after;
    }
};

/// x = A x + B u; y = C x
template <int n>
struct StateFirstForm {
    static constexpr int order = n, n_coefficients = n * n + 2 * n;

    template <class Real>
    NENGINE_HD static Real step(const Real* k, Real u, Real* x) {
        advance_state<n>(k, u, x);
        return read_state<n>(k, x);
    }
    template <class Real>
    NENGINE_HD static Real adjoint(const Real* k, Real dy, Real* l) {
        add_output_adjoint<n>(k, dy, l);
        const Real du = input_adjoint<n>(k, l);
        retreat_adjoint<n>(k, l);
        return du;
    }
};

/// y = C x + D u; x = A x + B u
template <int n>
struct OutputFirstForm {
    static constexpr int order = n, n_coefficients = n * n + 2 * n + 1;
    static constexpr int d = FilterLayout<n>::d;

    template <class Real>
    NENGINE_HD static Real step(const Real* k, Real u, Real* x) {
        const Real y = read_state<n>(k, x) + k[d] * u;
        advance_state<n>(k, u, x);
        return y;
    }
    template <class Real>
    NENGINE_HD static Real adjoint(const Real* k, Real dy, Real* l) {
        const Real du = k[d] * dy + input_adjoint<n>(k, l);
        retreat_adjoint<n>(k, l);
        add_output_adjoint<n>(k, dy, l);
        return du;
    }
};

/// visit(Form<order>{}) for an order known at run time.
template <template <int> class Form, class Visit>
void with_order(Index order, const Visit& visit) {
    check_filter_order(order);
    [&]<int... n>(std::integer_sequence<int, n...>) {
        ((order == n + 1 ? visit(Form<n + 1>{}) : void()), ...);
    }
    (std::make_integer_sequence<int, max_filter_order>{});
}

template <class Visit>
void with_filter(FilterForm form, Index order, const Visit& visit) {
    switch (form) {
        case FilterForm::gain:
            return visit(GainForm{});
        case FilterForm::first_order:
            return visit(FirstOrderForm{});
        case FilterForm::state_first:
            return with_order<StateFirstForm>(order, visit);
        case FilterForm::output_first:
            return with_order<OutputFirstForm>(order, visit);
        case FilterForm::finite:  // no recurrence: in finite_filter.hpp
            return;
    }
}

/// Orders above this are not compiled a second time for dense columns.
inline constexpr int max_unit_order = 2;

/// The state of a filter, [1, batch, order, n], or its adjoint.
template <class Real, int order, bool unit>
struct FilterState {
    Real* data;
    Index batch_stride, row_stride, col_stride;

    explicit FilterState(const Block<Real>& block)
        : data(block.data),
          batch_stride(block.batch_stride),
          row_stride(block.row_stride),
          col_stride(block.col_stride) {}

    NENGINE_HD Real& at(Index b, Index r, Index i) const {
        return data[b * batch_stride + r * row_stride + (unit ? i : i * col_stride)];
    }
    NENGINE_HD void load(Real* x, Index b, Index i) const {
        NENGINE_UNROLL
        for (int r = 0; r < order; ++r) {
            x[r] = at(b, r, i);
        }
    }
    NENGINE_HD void store(const Real* x, Index b, Index i) const {
        NENGINE_UNROLL
        for (int r = 0; r < order; ++r) {
            at(b, r, i) = x[r];
        }
    }
};

}  // namespace
}  // namespace nengine::kernels
