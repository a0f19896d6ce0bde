#include "kernels/optimizer.hpp"

#include <type_traits>

#include NENGINE_LAUNCH_HEADER
#include "kernels/unified/adafactor.hpp"

namespace nengine::kernels {
namespace {

NENGINE_HD bool is_set(const int* skip) {
    return skip != nullptr && *skip != 0;
}

/// One element: what the updates of all parameters share.
template <class Step>
struct BeginUpdate {
    const int* skip;
    UpdateProgress<typename Step::Shared>* progress;
    Step step;

    NENGINE_HD void operator()(Index) const {
        if (is_set(skip)) {
            return;
        }
        progress->updates += 1;
        step.begin(static_cast<double>(progress->updates), progress->shared);
    }
};

/// The update of each parameter.
template <class Real, class Step, bool decays>
struct Update {
    static constexpr bool one_by_one = !takes_lanes<Step>();
    static constexpr int n_averages = static_cast<int>(Step::starts.size());
    using Shared = typename Step::Shared;

    UpdateArgs<Real> args;
    Step step;
    Real decay;

    struct Ready {
        bool skip;
        Shared shared;
    };
    NENGINE_HD Ready prepare() const {
        if constexpr (std::is_empty_v<Shared>) {
            return {is_set(args.skip), {}};
        } else {
            return {is_set(args.skip),
                    static_cast<const UpdateProgress<Shared>*>(args.progress)->shared};
        }
    }

    NENGINE_HD void operator()(const Ready& ready, Index i) const {
        if (ready.skip) {
            return;
        }
        Real p = args.parameter[i];
        Real averages[most_averages];
        NENGINE_UNROLL
        for (int k = 0; k < n_averages; ++k) {
            averages[k] = args.averages[k][i];
        }
        if constexpr (decays) {
            p -= p * decay;  // 1 - decay would lose the digits of a small decay
        }
        step(ready.shared, args.gradient[i], p, averages);
        args.parameter[i] = p;
        NENGINE_UNROLL
        for (int k = 0; k < n_averages; ++k) {
            args.averages[k][i] = averages[k];
        }
    }
};

template <class Real>
struct KeepParameters {
    UpdateArgs<Real> args;

    NENGINE_HD void operator()(Index i) const { args.before[i] = args.parameter[i]; }
};

/// p = before + factor (p - before); as it is where the factor is 1.
template <class Real>
struct ScaleSteps {
    UpdateArgs<Real> args;

    NENGINE_HD void operator()(Index i) const {
        const Real factor = args.rate_factors[i], before = args.before[i];
        const Real p = args.parameter[i];
        args.parameter[i] = factor == Real(1) ? p : before + factor * (p - before);
    }
};

/// average += (1 - momentum) (p - average)
template <class Real>
struct AverageParameters {
    UpdateArgs<Real> args;
    Real rest;

    NENGINE_HD bool prepare() const { return is_set(args.skip); }
    NENGINE_HD void operator()(bool skip, Index i) const {
        if (skip) {
            return;
        }
        Real& average = args.parameter_average[i];
        average += (args.parameter[i] - average) * rest;
    }
};

template <class Real>
struct Assign {
    const int* skip;
    Block<const Real> values;
    Real* parameter;

    NENGINE_HD bool prepare() const { return is_set(skip); }
    NENGINE_HD void operator()(bool skipped, Index i) const {
        parameter[i] = skipped ? parameter[i] : values(0, 0, 0, i);
    }
};

template <class Exec, class Real, class Step>
void run_step(const Exec& exec, const UpdateArgs<Real>& args, const Step& step,
              double decay) {
    using Shared = typename Step::Shared;
    if constexpr (!std::is_empty_v<Shared>) {
        launch_each(
            exec, 1,
            BeginUpdate<Step>{
                args.skip, static_cast<UpdateProgress<Shared>*>(args.progress), step});
    }
    if constexpr (requires { Step::of_shapes; }) {
        adafactor_update(exec, args, step, decay);
    } else if (decay != 0) {
        launch_prepared(exec, args.n,
                        Update<Real, Step, true>{args, step, static_cast<Real>(decay)});
    } else {
        launch_prepared(exec, args.n, Update<Real, Step, false>{args, step, Real(0)});
    }
}

}  // namespace

template <class Exec, class Real>
void optimizer_update(const Exec& exec, const AnyOptimizer& optimizer,
                      const UpdateArgs<Real>& args) {
    const double rate = args.learning_rate;
    visit_optimizer(optimizer, [&]<class Options>(const Options& options) {
        if (args.rate_factors != nullptr) {
            launch_each(exec, args.n, KeepParameters<Real>{args});
        }
        OptimizerFormula<Options>::template with_step<Real>(
            options, rate, [&](const auto& step) {
                run_step(exec, args, step, options.weight_decay * rate);
            });
        if (args.rate_factors != nullptr) {
            launch_each(exec, args.n, ScaleSteps<Real>{args});
        }
        if (args.parameter_average != nullptr) {
            const auto rest = static_cast<Real>(1 - options.ema_momentum);
            launch_prepared(exec, args.n, AverageParameters<Real>{args, rest});
        }
    });
}

template <class Exec, class Real>
void assign_unless(const Exec& exec, const int* skip, const Block<const Real>& values,
                   Real* parameter) {
    launch_prepared(exec, values.cols, Assign<Real>{skip, values, parameter});
}

#define NENGINE_INSTANTIATE(Real)                                                      \
    template void optimizer_update(const ThisExec&, const AnyOptimizer&,               \
                                   const UpdateArgs<Real>&);                           \
    template void assign_unless(const ThisExec&, const int*, const Block<const Real>&, \
                                Real*);

NENGINE_INSTANTIATE(float)
NENGINE_INSTANTIATE(double)

}  // namespace nengine::kernels
