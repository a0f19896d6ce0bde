// Counts calls of the C library's slow functions: what does not depend on an element or
// a step must not be computed for each of them. The linker sends the calls here
// (tests/sources.cmake).

#include <gtest/gtest.h>

#include <atomic>

#include "kernels/loss.hpp"
#include "kernels/optimizer.hpp"
#include "tests/kernels/neuron_population.hpp"
#include "tests/support/blocks.hpp"
#include "tests/support/on_each_device.hpp"
#include "tests/support/optimizer_run.hpp"

namespace {

std::atomic<long> calls{0};

}  // namespace

#define NENGINE_COUNT_CALLS(NAME, REAL)     \
    extern "C" REAL __real_##NAME(REAL);    \
    extern "C" REAL __wrap_##NAME(REAL x) { \
        return ++calls, __real_##NAME(x);   \
    }
#define NENGINE_COUNT_CALLS_OF_TWO(NAME, REAL)      \
    extern "C" REAL __real_##NAME(REAL, REAL);      \
    extern "C" REAL __wrap_##NAME(REAL x, REAL y) { \
        return ++calls, __real_##NAME(x, y);        \
    }

NENGINE_COUNT_CALLS(exp, double)
NENGINE_COUNT_CALLS(expf, float)
NENGINE_COUNT_CALLS(expm1, double)
NENGINE_COUNT_CALLS(expm1f, float)
NENGINE_COUNT_CALLS(log, double)
NENGINE_COUNT_CALLS(logf, float)
NENGINE_COUNT_CALLS(log1p, double)
NENGINE_COUNT_CALLS(log1pf, float)
NENGINE_COUNT_CALLS_OF_TWO(pow, double)
NENGINE_COUNT_CALLS_OF_TWO(powf, float)

namespace nengine::test {

using namespace kernels;
namespace {

class LibraryCalls : public OnEachDevice {
protected:
    long calls_of(const auto& work) const {
        const long before = calls;
        device().run(work);
        device().synchronize();
        return calls - before;
    }

    /// Of one update of `n` parameters by each optimizer.
    template <class Real>
    std::vector<long> calls_of_updates(Index n) const {
        const Buffer g = upload(uniform<Real>(n, 0.5, 1, 1));
        std::vector<long> result;
        for_each_optimizer([&](const auto& optimizer) {
            const OptimizerRun<Real> run(device(), optimizer,
                                         uniform<Real>(n, 0.5, 1, 2));
            result.push_back(calls_of([&](const auto& exec) {
                optimizer_update(exec, run.optimizer, run.args(g));
            }));
        });
        return result;
    }

    /// Of the cross-entropy of logits of 7 rows and 11 classes.
    template <class Real>
    long calls_of_logits(bool with_gradient) const {
        constexpr Index rows = 7, n = 11;
        const std::vector<Real> logits = uniform<Real>(rows * n, -3, 3, 1);
        const Buffer p = upload(logits), d = upload(logits);
        const Buffer label = upload(std::vector<Real>(rows, Real(3)));
        const Buffer loss = upload(std::vector<double>{0});
        LossArgs<Real> args{
            .prediction = dense<const Real>(p.as<Real>(), 1, rows, 1, n),
            .target = dense<const Real>(label.as<Real>(), 1, rows, 1, 1),
            .valid = rows,
            .scale = Real(1),
            .loss = loss.as<double>()};
        if (with_gradient) {
            args.dL_dprediction = dense(d.as<Real>(), 1, rows, 1, n);
        }
        return calls_of([&](const auto& exec) {
            sparse_categorical_crossentropy(exec, args, true);
        });
    }

    /// Of a scan of one item, with the polynomials that float32 takes.
    long calls_of_scan(NeuronType type, Index steps) const {
        constexpr Index n = 17;
        const Population<float> p(type, steps, 1, n, MathPolicy{.degree = 6});
        const Buffer input = upload(p.input), output = upload(p.input);
        const Buffer gain = upload(p.gain), bias = upload(p.bias);
        std::vector<Buffer> memory;
        const auto put = [&](const std::vector<float>& values) {
            memory.push_back(upload(values));
            return memory.back().as<float>();
        };
        NeuronScanArgs<Bound<float>> args;
        args.type = type;
        args.math = p.math;
        args.dt = 0.001F;
        args.input = dense<const float>(input.as<float>(), steps, 1, 1, n);
        args.output = dense(output.as<float>(), steps, 1, 1, n);
        args.gain = {gain.as<float>(), 1};
        args.bias = {bias.as<float>(), 1};
        for (std::size_t k = 0; k < p.params.size(); ++k) {
            args.params[k] = {put(p.params[k]), 1};
        }
        for (std::size_t k = 0; k < p.states.size(); ++k) {
            args.states[k] = dense(put(p.states[k]), 1, 1, 1, n);
        }
        return calls_of([&](const auto& exec) { neuron_scan(exec, args); });
    }
};

TEST_P(LibraryCalls, AreCounted) {
    volatile double x = 2.0;
    const long before = calls;
    EXPECT_GT(std::pow(x, x) + std::exp(x) + std::log1p(x), 0.0);
    EXPECT_EQ(calls - before, 3);
}

TEST_P(LibraryCalls, OfAnUpdateDoNotGrowWithTheParameters) {
    EXPECT_EQ(calls_of_updates<float>(1), calls_of_updates<float>(100003));
    EXPECT_EQ(calls_of_updates<double>(1), calls_of_updates<double>(100003));
}

TEST_P(LibraryCalls, OfALogitAreTheSameWhereItsGradientIsWanted) {
    EXPECT_EQ(calls_of_logits<float>(true), calls_of_logits<float>(false));
    EXPECT_EQ(calls_of_logits<double>(true), calls_of_logits<double>(false));
    if (!device().is_cuda()) {
        EXPECT_EQ(calls_of_logits<float>(true), 7 * 11 + 7);
    }
}

TEST_P(LibraryCalls, OfNeuronsDoNotGrowWithTheSteps) {
    if (device().is_cuda()) {
        GTEST_SKIP()
            << "there, steps of neurons without a state are side by side, each "
               "with its neuron's constants";
    }
    for (const NeuronType type : built_in_neurons()) {
        EXPECT_EQ(calls_of_scan(type, 1), calls_of_scan(type, 50))
            << neuron_info(type).name;
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, LibraryCalls, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
