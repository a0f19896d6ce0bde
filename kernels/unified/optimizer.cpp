#include "kernels/optimizer.hpp"

#include <cmath>

#include NENGINE_LAUNCH_HEADER
#include "kernels/optimizers/optimizers.hpp"

namespace nengine::kernels {
namespace {

NENGINE_HD bool is_set(const int* skip) {
    return skip != nullptr && *skip != 0;
}

template <class Real, bool has_velocity>
struct Sgd {
    UpdateArgs<Real> args;
    Real* velocity;
    Real momentum;
    bool nesterov;

    NENGINE_HD bool prepare() const { return is_set(args.skip); }
    NENGINE_HD void operator()(bool skip, Index i) const {
        if (skip) {
            return;
        }
        if constexpr (has_velocity) {
            sgd_step(args.learning_rate, momentum, nesterov, args.gradient[i],
                     args.parameter[i], velocity[i]);
        } else {
            args.parameter[i] -= args.learning_rate * args.gradient[i];
        }
    }
};

template <class Real, bool has_momentum, bool centered>
struct Rmsprop {
    UpdateArgs<Real> args;
    RmspropState<Real> state;
    Real rho, momentum, epsilon;

    NENGINE_HD bool prepare() const { return is_set(args.skip); }
    NENGINE_HD void operator()(bool skip, Index i) const {
        if (skip) {
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

/// One element: what the update of every parameter needs of its number.
template <class Real>
struct BeginAdamUpdate {
    const int* skip;
    AdamProgress<Real>* progress;
    double learning_rate, beta_1, beta_2;

    NENGINE_HD void operator()(Index) const {
        if (is_set(skip)) {
            return;
        }
        const Index t = progress->updates + 1;
        progress->updates = t;
        progress->rate = static_cast<Real>(
            learning_rate * adam_correction(beta_1, beta_2, static_cast<double>(t)));
    }
};

template <class Real>
struct Adam {
    UpdateArgs<Real> args;
    AdamState<Real> state;
    Real rest_1, rest_2, epsilon;

    struct Ready {
        bool skip;
        Real rate;
    };

    NENGINE_HD Ready prepare() const {
        return {is_set(args.skip), state.progress->rate};
    }
    NENGINE_HD void operator()(const Ready& ready, Index i) const {
        if (ready.skip) {
            return;
        }
        adam_step(ready.rate, rest_1, rest_2, epsilon, args.gradient[i],
                  args.parameter[i], state.m[i], state.v[i]);
    }
};

template <bool has_momentum, bool centered, class Exec, class Real>
void run_rmsprop(const Exec& exec, const UpdateArgs<Real>& args,
                 const RmspropState<Real>& state, Real rho, Real momentum,
                 Real epsilon) {
    launch_prepared(
        exec, args.n,
        Rmsprop<Real, has_momentum, centered>{args, state, rho, momentum, epsilon});
}

}  // namespace

template <class Exec, class Real>
void sgd_update(const Exec& exec, const UpdateArgs<Real>& args, Real* velocity,
                Real momentum, bool nesterov) {
    if (velocity != nullptr) {
        launch_prepared(exec, args.n,
                        Sgd<Real, true>{args, velocity, momentum, nesterov});
    } else {
        launch_prepared(exec, args.n,
                        Sgd<Real, false>{args, velocity, momentum, nesterov});
    }
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
void adam_update(const Exec& exec, const UpdateArgs<Real>& args,
                 const AdamState<Real>& state, double beta_1, double beta_2,
                 double epsilon) {
    const auto learning_rate = static_cast<double>(args.learning_rate);
    launch_each(exec, 1,
                BeginAdamUpdate<Real>{args.skip, state.progress, learning_rate, beta_1,
                                      beta_2});
    launch_prepared(
        exec, args.n,
        Adam<Real>{args, state, static_cast<Real>(1.0 - beta_1),
                   static_cast<Real>(1.0 - beta_2), static_cast<Real>(epsilon)});
}

#define NENGINE_INSTANTIATE(Real)                                                   \
    template void sgd_update(const ThisExec&, const UpdateArgs<Real>&, Real*, Real, \
                             bool);                                                 \
    template void rmsprop_update(const ThisExec&, const UpdateArgs<Real>&,          \
                                 const RmspropState<Real>&, Real, Real, Real);      \
    template void adam_update(const ThisExec&, const UpdateArgs<Real>&,             \
                              const AdamState<Real>&, double, double, double);

NENGINE_INSTANTIATE(float)
NENGINE_INSTANTIATE(double)

}  // namespace nengine::kernels
