#pragma once

// A neuron type of your own, in one header: what it is called, what one step does, and,
// if it has a rate curve, the curve and its derivative. It then merges, folds and
// trains like the built-in types. docs/custom-neurons.md goes through it line by line.
//
//     template <class Math>
//     struct Softplus {
//         using Real = typename Math::Real;
//         enum Param { amplitude, n_params };
//         static constexpr int n_states = 0, n_constants = n_params;
//         static constexpr nengine::NeuronDescription description{
//             .name = "Softplus", .params = {{"amplitude", 1.0}}};
//
//         NENGINE_HD static void prepare(const Real (&param)[n_params], Real dt,
//                                        Real* c);
//         NENGINE_HD static Real step(const Real* c, Real dt, Real current,
//                                     Real* state);
//         NENGINE_HD static Real rate(const Real* c, Real current);
//         NENGINE_HD static Real rate_derivative(const Real* c, Real current);
//     };
//
// One source file per compiler registers it, next to which this header is included:
//
//     NENGINE_REGISTER_NEURON(Softplus)
//
// compiled by the C++ compiler: for the CPU; the same line in a .cu file: for CUDA. In
// networks it is `CustomNeuron{.type = "Softplus", .params = {{"amplitude", 0.5}}}`.

#if !defined(NENGINE_LAUNCH_HEADER)
#if defined(__CUDACC__)
#define NENGINE_LAUNCH_HEADER "kernels/cuda/launch.cuh"
#else
#define NENGINE_LAUNCH_HEADER "kernels/cpu/launch.hpp"
#endif
#endif

// clang would say of each loop over neurons that it got no lanes where a user's functor
// calls a function of the library, such as std::cos.
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpass-failed"
#endif
#include "kernels/unified/register_neuron.hpp"
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

namespace nengine {

// What functors of users' own need.
using kernels::NeuronDescription;

}  // namespace nengine

/// Registers a functor template, before main, for what this file is compiled for.
#define NENGINE_REGISTER_NEURON(FUNCTOR)                                    \
    [[maybe_unused]] static const ::nengine::kernels::NeuronType            \
        nengine_registered_##FUNCTOR = ::nengine::kernels::register_neuron( \
            ::nengine::kernels::registration<FUNCTOR>())
