#include "kernels/optimizer.hpp"

#include <cmath>

#include NENGINE_LAUNCH_HEADER
#include "kernels/optimizers/optimizers.hpp"

namespace nengine {
namespace {

NENGINE_HD bool skipped(const int* skip) {
    return skip != nullptr && *skip != 0;
}

template <class Real>
struct Sgd {
    UpdateArgs<Real> args;
    Real* velocity;
    Real momentum;
    bool nesterov;

    NENGINE_HD void operator()(Index i) const {
        if (skipped(args.skip)) {
            return;
        }
        Real none = 0;
        Real& v = velocity != nullptr ? velocity[i] : none;
        sgd_step(args.learning_rate, momentum, nesterov, args.gradient[i],
                 args.parameter[i], v);
    }
};

template <class Real, bool has_momentum, bool centered>
struct Rmsprop {
    UpdateArgs<Real> args;
    RmspropState<Real> state;
    Real rho, momentum, epsilon;

    NENGINE_HD void operator()(Index i) const {
        if (skipped(args.skip)) {
            return;
        }
        const Real g = args.gradient[i];
        Real mean = 0;
        if constexpr (centered) {
            mean = rho * state.mean[i] + (Real(1) - rho) * g;
            state.mean[i] = mean;
        }
        Real step =
            rmsprop_step(args.learning_rate, rho, epsilon, g, mean, state.square[i]);
        if constexpr (has_momentum) {
            step += momentum * state.momentum[i];
            state.momentum[i] = step;
        }
        args.parameter[i] -= step;
    }
};

template <class Real>
struct Adam {
    UpdateArgs<Real> args;
    Real *m, *v;
    const Index* count;
    Real beta_1, beta_2, epsilon;

    NENGINE_HD void operator()(Index i) const {
        if (skipped(args.skip)) {
            return;
        }
        const auto t = static_cast<Real>(*count + 1);
        const Real rate = args.learning_rate *
                          std::sqrt(Real(1) - std::pow(beta_2, t)) /
                          (Real(1) - std::pow(beta_1, t));
        adam_step(rate, beta_1, beta_2, epsilon, args.gradient[i], args.parameter[i],
                  m[i], v[i]);
    }
};

/// A launch of its own, after every element has read the count.
struct Count {
    const int* skip;
    Index* count;

    NENGINE_HD void operator()(Index) const { *count += skipped(skip) ? 0 : 1; }
};

template <bool has_momentum, bool centered, class Exec, class Real>
void run_rmsprop(const Exec& exec, const UpdateArgs<Real>& args,
                 const RmspropState<Real>& state, Real rho, Real momentum,
                 Real epsilon) {
    launch_each(
        exec, args.n,
        Rmsprop<Real, has_momentum, centered>{args, state, rho, momentum, epsilon});
}

}  // namespace

template <class Exec, class Real>
void sgd_update(const Exec& exec, const UpdateArgs<Real>& args, Real* velocity,
                Real momentum, bool nesterov) {
    launch_each(exec, args.n, Sgd<Real>{args, velocity, momentum, nesterov});
}

template <class Exec, class Real>
void rmsprop_update(const Exec& exec, const UpdateArgs<Real>& args,
                    const RmspropState<Real>& state, Real rho, Real momentum,
                    Real epsilon) {
    const bool has_momentum = state.momentum != nullptr;
    const bool centered = state.mean != nullptr;
    if (has_momentum && centered) {
        run_rmsprop<true, true>(exec, args, state, rho, momentum, epsilon);
    } else if (has_momentum) {
        run_rmsprop<true, false>(exec, args, state, rho, momentum, epsilon);
    } else if (centered) {
        run_rmsprop<false, true>(exec, args, state, rho, momentum, epsilon);
    } else {
        run_rmsprop<false, false>(exec, args, state, rho, momentum, epsilon);
    }
}

template <class Exec, class Real>
void adam_update(const Exec& exec, const UpdateArgs<Real>& args, Real* m, Real* v,
                 Index* count, Real beta_1, Real beta_2, Real epsilon) {
    launch_each(exec, args.n, Adam<Real>{args, m, v, count, beta_1, beta_2, epsilon});
    launch_each(exec, 1, Count{args.skip, count});
}

#define NENGINE_INSTANTIATE(Real)                                                     \
    template void sgd_update(const ThisExec&, const UpdateArgs<Real>&, Real*, Real,   \
                             bool);                                                   \
    template void rmsprop_update(const ThisExec&, const UpdateArgs<Real>&,            \
                                 const RmspropState<Real>&, Real, Real, Real);        \
    template void adam_update(const ThisExec&, const UpdateArgs<Real>&, Real*, Real*, \
                              Index*, Real, Real, Real);

NENGINE_INSTANTIATE(float)
NENGINE_INSTANTIATE(double)

}  // namespace nengine
