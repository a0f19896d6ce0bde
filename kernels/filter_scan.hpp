#pragma once

#include "kernels/base/args.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

/// The step of a discrete linear filter with state x and input u (Nengo's forms).
enum class FilterForm {
    gain,          ///< no state: y = D u.             coefficients: D
    first_order,   ///< x = a x + b u; y = x.          coefficients: a, b
    state_first,   ///< x = A x + B u; y = C x.        coefficients: A, B, C
    output_first,  ///< y = C x + D u; x = A x + B u.  coefficients: A, B, C, D
    /// y = w_0 u + w_1 x_0 + w_2 x_1 ...; x: the last inputs, the latest first: a
    /// finite response, of any order.                       coefficients: w
    finite,
};

/// Of the forms with matrices.
inline constexpr int max_filter_order = 8;

/// How many coefficients an element's filter has: A row by row, then B, C, D; or w.
Index filter_coefficients(FilterForm form, Index order);

/// Coefficient j of element i is data[j * coefficient_stride + i * element_stride]; the
/// element stride is 0 when all elements share one filter.
template <class Real>
struct FilterCoefficients {
    const Real* data = nullptr;
    Index coefficient_stride = 1, element_stride = 0;

    NENGINE_HD Real operator()(Index j, Index i) const {
        return data[j * coefficient_stride + i * element_stride];
    }
    /// Coefficient j of all elements.
    ParamView<Real> each(Index j) const {
        return {data == nullptr ? nullptr : data + j * coefficient_stride,
                element_stride};
    }
};

template <class Ref>
struct FilterScanArgs {
    FilterForm form{};
    Index order = 0;
    typename Ref::Coefficients coefficients;
    typename Ref::Read input;    ///< [steps, batch, 1, n]; time stride 0 if held
    typename Ref::Write state;   ///< [1, batch, order, n], in and out; none for `gain`
    typename Ref::Write output;  ///< [steps, batch, 1, n]

    constexpr auto fields() const {
        using A = FilterScanArgs;
        return std::tuple{
            constant(&A::form),      constant(&A::order),
            reads(&A::coefficients), reads(&A::input).as_wide_as(&A::output),
            updates(&A::state),      writes(&A::output)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        filter_scan(exec, *this);
    }
};

/// Runs the filter over time with its state in registers. Bit for bit the same whether
/// called once for T steps or T times for one. Input and output do not overlap.
/// @throws BuildError  an order that there is no kernel for
template <class Exec, class Real>
void filter_scan(const Exec& exec, const FilterScanArgs<Bound<Real>>& args);

/// The adjoint: runs backwards over time. `adjoint` holds dL/dx after the last step on
/// entry and dL/dx before the first step on return.
template <class Ref>
struct FilterBackwardArgs {
    FilterForm form{};
    Index order = 0;
    typename Ref::Coefficients coefficients;
    typename Ref::Read dL_doutput;  ///< [steps, batch, 1, n]
    typename Ref::Write adjoint;    ///< [1, batch, order, n], in and out
    typename Ref::Write dL_dinput;  ///< [steps, batch, 1, n]
    bool accumulate = false;        ///< add to dL_dinput

    constexpr auto fields() const {
        using A = FilterBackwardArgs;
        return std::tuple{constant(&A::form),
                          constant(&A::order),
                          reads(&A::coefficients),
                          reads(&A::dL_doutput),
                          updates(&A::adjoint),
                          writes(&A::dL_dinput, accumulate).as_wide_as(&A::dL_doutput),
                          constant(&A::accumulate)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        filter_scan_backward(exec, *this);
    }
};

template <class Exec, class Real>
void filter_scan_backward(const Exec& exec,
                          const FilterBackwardArgs<Bound<Real>>& args);

}  // namespace nengine::kernels
