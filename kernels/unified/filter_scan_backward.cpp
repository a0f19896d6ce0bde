#include NENGINE_LAUNCH_HEADER
#include "kernels/filter_scan.hpp"
#include "kernels/unified/filter_forms.hpp"
#include "kernels/unified/finite_filter.hpp"

namespace nengine::kernels {
namespace {

/// Registers: the adjoint of the state, then the coefficients.
template <class Form, class Number, bool unit, bool accumulate>
struct FilterScanBackward {
    using Real = Number;
    static constexpr bool reverse = true;
    static constexpr int n_carried = Form::order;
    static constexpr int n_registers = n_carried + Form::n_coefficients;

    FilterCoefficients<Real> coefficients;
    Panel<const Real, unit> dL_doutput;
    FilterState<Real, Form::order, unit> adjoint;
    Panel<Real, unit> dL_dinput;

    explicit FilterScanBackward(const FilterBackwardArgs<Bound<Real>>& args)
        : coefficients(args.coefficients),
          dL_doutput(args.dL_doutput),
          adjoint(args.adjoint),
          dL_dinput(args.dL_dinput) {}

    NENGINE_HD void load_constants(Real* r, Index i) const {
        for (int k = 0; k < Form::n_coefficients; ++k) {
            r[n_carried + k] = coefficients(k, i);
        }
    }
    NENGINE_HD void load_state(Real* r, Index b, Index i) const {
        adjoint.load(r, b, i);
    }
    NENGINE_HD void step(Real* r, Index t, Index b, Index i) const {
        advance(r, read(t, b, i), t, b, i);
    }
    NENGINE_HD Real read(Index t, Index b, Index i) const {
        return dL_doutput(t, b, i);
    }
    NENGINE_HD void advance(Real* r, Real dy, Index t, Index b, Index i) const {
        const Real du = Form::adjoint(r + n_carried, dy, r);
        Real& to = dL_dinput(t, b, i);
        to = accumulate ? to + du : du;
    }
    NENGINE_HD void store_state(const Real* r, Index b, Index i) const {
        adjoint.store(r, b, i);
    }
};

template <bool accumulate, class Exec, class Real>
void run_backward(const Exec& exec, const FilterBackwardArgs<Bound<Real>>& args) {
    if (args.form == FilterForm::finite) {
        return finite_scan_backward<accumulate>(exec, args);
    }
    const auto& dy = args.dL_doutput;
    with_filter(args.form, args.order, [&]<class Form>(Form) {
        if constexpr (Form::order <= max_unit_order) {
            if (all_unit(dy, args.adjoint, args.dL_dinput)) {
                return launch_scan(
                    exec, dy.steps, dy.batch, dy.cols,
                    FilterScanBackward<Form, Real, true, accumulate>(args));
            }
        }
        launch_scan(exec, dy.steps, dy.batch, dy.cols,
                    FilterScanBackward<Form, Real, false, accumulate>(args));
    });
}

}  // namespace

template <class Exec, class Real>
void filter_scan_backward(const Exec& exec,
                          const FilterBackwardArgs<Bound<Real>>& args) {
    args.accumulate ? run_backward<true>(exec, args) : run_backward<false>(exec, args);
}

template void filter_scan_backward(const ThisExec&,
                                   const FilterBackwardArgs<Bound<float>>&);
template void filter_scan_backward(const ThisExec&,
                                   const FilterBackwardArgs<Bound<double>>&);

}  // namespace nengine::kernels
