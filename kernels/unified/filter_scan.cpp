#include "kernels/filter_scan.hpp"

#include NENGINE_LAUNCH_HEADER
#include "kernels/unified/filter_forms.hpp"
#include "kernels/unified/finite_filter.hpp"

namespace nengine::kernels {
namespace {

/// Registers: the state, then the coefficients.
template <class Form, class Number, bool unit>
struct FilterScan {
    using Real = Number;
    static constexpr bool reverse = false;
    static constexpr int n_carried = Form::order;
    static constexpr int n_registers = n_carried + Form::n_coefficients;

    FilterCoefficients<Real> coefficients;
    Panel<const Real, unit> input;
    FilterState<Real, Form::order, unit> state;
    Panel<Real, unit> output;

    explicit FilterScan(const FilterScanArgs<Bound<Real>>& args)
        : coefficients(args.coefficients),
          input(args.input),
          state(args.state),
          output(args.output) {}

    NENGINE_HD void load_constants(Real* r, Index i) const {
        for (int k = 0; k < Form::n_coefficients; ++k) {
            r[n_carried + k] = coefficients(k, i);
        }
    }
    NENGINE_HD void load_state(Real* r, Index b, Index i) const { state.load(r, b, i); }
    NENGINE_HD void step(Real* r, Index t, Index b, Index i) const {
        advance(r, read(t, b, i), t, b, i);
    }
    NENGINE_HD Real read(Index t, Index b, Index i) const { return input(t, b, i); }
    NENGINE_HD void advance(Real* r, Real in, Index t, Index b, Index i) const {
        output(t, b, i) = Form::step(r + n_carried, in, r);
    }
    NENGINE_HD void store_state(const Real* r, Index b, Index i) const {
        state.store(r, b, i);
    }
};

}  // namespace

template <class Exec, class Real>
void filter_scan(const Exec& exec, const FilterScanArgs<Bound<Real>>& args) {
    if (args.form == FilterForm::finite) {
        return finite_scan(exec, args);
    }
    const auto& in = args.input;
    with_filter(args.form, args.order, [&]<class Form>(Form) {
        if constexpr (Form::order <= max_unit_order) {
            if (all_unit(in, args.state, args.output)) {
                return launch_scan(exec, in.steps, in.batch, in.cols,
                                   FilterScan<Form, Real, true>(args));
            }
        }
        launch_scan(exec, in.steps, in.batch, in.cols,
                    FilterScan<Form, Real, false>(args));
    });
}

template void filter_scan(const ThisExec&, const FilterScanArgs<Bound<float>>&);
template void filter_scan(const ThisExec&, const FilterScanArgs<Bound<double>>&);

}  // namespace nengine::kernels
