#include "tests/golden/described/values.hpp"

namespace nengine::test::described {

namespace {

/// What LstsqDrop may be made of.
template <class Base>
Kinds<Base> basic_solvers() {
    return Kinds<Base>()
        .template add<Lstsq>("Lstsq",
                             {{"rcond", &Lstsq::rcond}, {"weights", &Lstsq::weights}})
        .template add<LstsqL2>("LstsqL2", {{"reg", &LstsqL2::reg},
                                           {"solver", &LstsqL2::solver},
                                           {"weights", &LstsqL2::weights}})
        .template add<LstsqL2nz>("LstsqL2nz", {{"reg", &LstsqL2nz::reg},
                                               {"solver", &LstsqL2nz::solver},
                                               {"weights", &LstsqL2nz::weights}})
        .template add<LstsqNoise>("LstsqNoise", {{"noise", &LstsqNoise::noise},
                                                 {"solver", &LstsqNoise::solver},
                                                 {"weights", &LstsqNoise::weights}})
        .template add<LstsqMultNoise>("LstsqMultNoise",
                                      {{"noise", &LstsqMultNoise::noise},
                                       {"solver", &LstsqMultNoise::solver},
                                       {"weights", &LstsqMultNoise::weights}})
        .template add<LstsqL1>("LstsqL1", {{"l1", &LstsqL1::l1},
                                           {"l2", &LstsqL1::l2},
                                           {"max_iter", &LstsqL1::max_iter},
                                           {"weights", &LstsqL1::weights}})
        .template add<Nnls>("Nnls", {{"weights", &Nnls::weights}})
        .template add<NnlsL2>("NnlsL2",
                              {{"reg", &NnlsL2::reg}, {"weights", &NnlsL2::weights}})
        .template add<NnlsL2nz>(
            "NnlsL2nz", {{"reg", &NnlsL2nz::reg}, {"weights", &NnlsL2nz::weights}})
        .template add<NoSolver>("NoSolver", {{"values", &NoSolver::values},
                                             {"weights", &NoSolver::weights}});
}

}  // namespace

const Kinds<Solver>& solvers() {
    static const auto kinds = basic_solvers<Solver>().add<LstsqDrop>(
        "LstsqDrop", {{"drop", &LstsqDrop::drop},
                      {"solver1", &LstsqDrop::solver1},
                      {"solver2", &LstsqDrop::solver2},
                      {"weights", &LstsqDrop::weights}});
    return kinds;
}

const Kinds<LeastSquaresSolver>& least_squares_solvers() {
    static const auto kinds =
        Kinds<LeastSquaresSolver>()
            .add<Cholesky>("Cholesky", {{"transpose", &Cholesky::transpose}})
            .add<SVD>("SVD")
            .add<Conjgrad>("Conjgrad",
                           {{"tol", &Conjgrad::tol}, {"maxiters", &Conjgrad::maxiters}})
            .add<BlockConjgrad>("BlockConjgrad", {{"tol", &BlockConjgrad::tol}})
            .add<ConjgradScipy>("ConjgradScipy", {{"tol", &ConjgradScipy::tol},
                                                  {"atol", &ConjgradScipy::atol}})
            .add<LSMRScipy>("LSMRScipy", {{"tol", &LSMRScipy::tol}})
            .add<RandomizedSVD>("RandomizedSVD",
                                {{"n_components", &RandomizedSVD::n_components},
                                 {"n_oversamples", &RandomizedSVD::n_oversamples},
                                 {"n_iter", &RandomizedSVD::n_iter}});
    return kinds;
}

template <>
Solver read<Solver>(const Json& from) {
    return solvers().make(from);
}

template <>
BasicSolver read<BasicSolver>(const Json& from) {
    static const auto kinds = basic_solvers<BasicSolver>();
    return kinds.make(from);
}

template <>
LeastSquaresSolver read<LeastSquaresSolver>(const Json& from) {
    return least_squares_solvers().make(from);
}

}  // namespace nengine::test::described
