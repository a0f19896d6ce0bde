#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "kernels/neuron_scan.hpp"
#include "tests/reference/neurons.hpp"
#include "tests/support/blocks.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

constexpr Index steps = 3, batch = 5, n = 257;
constexpr Index rows = steps * batch;

std::vector<NeuronType> with_rate_curve() {
    std::vector<NeuronType> types;
    std::ranges::copy_if(built_in_neurons(), std::back_inserter(types),
                         [](NeuronType type) { return neuron_info(type).has_rate; });
    return types;
}

template <class Real>
struct Gradients {
    std::vector<Real> input, bias, gain;
    bool operator==(const Gradients&) const = default;
};

class NeuronRate : public OnEachDevice {
protected:
    /// Shared parameters, in NeuronInfo's order.
    static std::vector<double> params(NeuronType type) {
        std::vector<double> values;
        const NeuronInfo& info = neuron_info(type);
        for (int k = 0; k < info.n_params; ++k) {
            const auto name = info.params[static_cast<std::size_t>(k)];
            values.push_back(name == "tau_rc"           ? 0.02
                             : name == "tau_ref"        ? 0.003
                             : name == "amplitude"      ? 0.7
                             : name == "sigma"          ? 0.1
                             : name == "negative_slope" ? 0.3
                                                        : 0.0);
        }
        return values;
    }

    static reference::Neuron reference_neuron(NeuronType type) {
        reference::Neuron neuron;
        neuron.type = neuron_info(type).name;
        neuron.tau_ref = 0.003;
        neuron.amplitude = 0.7;
        neuron.sigma = 0.1;
        return neuron;
    }

    template <class Args, class Real>
    Args args(NeuronType type, MathPolicy math, const Buffer& input,
              const Buffer& param) const {
        Args a;
        a.type = type;
        a.math = math;
        a.input = dense(input.as<Real>(), steps, batch, 1, n);
        for (int k = 0; k < neuron_info(type).n_params; ++k) {
            a.params[static_cast<std::size_t>(k)] = {param.as<Real>() + k, 0};
        }
        return a;
    }

    template <class Real>
    std::vector<Real> rates(NeuronType type, MathPolicy math,
                            const std::vector<Real>& current) const {
        const Buffer input = upload(current),
                     param = upload(convert<Real>(params(type)));
        const Buffer output = upload(current);
        auto a = args<NeuronRateArgs<Bound<Real>>, Real>(type, math, input, param);
        a.output = dense(output.as<Real>(), steps, batch, 1, n);
        device().run([&](const auto& exec) { neuron_rate(exec, a); });
        return download<Real>(output);
    }

    template <class Real>
    Gradients<Real> gradients(const Device& on, NeuronType type, MathPolicy math,
                              const std::vector<Real>& x, const std::vector<Real>& gain,
                              const std::vector<Real>& bias,
                              const std::vector<Real>& dy, bool accumulate) const {
        const Buffer input = upload(x), param = upload(convert<Real>(params(type)));
        const Buffer g = upload(gain), b = upload(bias), d = upload(dy);
        const Buffer dx = upload(std::vector<Real>(x.size(), Real(0.5)));
        const Buffer db = upload(std::vector<Real>(gain.size(), Real(0)));
        const Buffer dg = upload(std::vector<Real>(gain.size(), Real(0)));
        auto a =
            args<NeuronRateBackwardArgs<Bound<Real>>, Real>(type, math, input, param);
        a.gain = {g.as<Real>(), 1};
        a.bias = {b.as<Real>(), 1};
        a.dL_doutput = dense(d.as<Real>(), steps, batch, 1, n);
        a.dL_dinput = dense(dx.as<Real>(), steps, batch, 1, n);
        a.accumulate_input = accumulate;
        a.dL_dbias = db.as<Real>();
        a.dL_dgain = dg.as<Real>();
        on.run([&](const auto& exec) { neuron_rate_backward(exec, a); });
        return {download<Real>(dx), download<Real>(db), download<Real>(dg)};
    }
};

TEST_P(NeuronRate, IsNengosRateCurve) {
    for (const NeuronType type : with_rate_curve()) {
        const auto neuron = reference_neuron(type);
        const auto current = uniform<double>(rows * n, -3, 30, 1);
        const auto exact = rates(type, {}, current);
        for (const int degree : {0, 6}) {
            const auto single = rates(type, {degree}, convert<float>(current));
            for (std::size_t i = 0; i < current.size(); ++i) {
                const double want = reference::rate(neuron, current[i]);
                const double want_single =
                    reference::rate(neuron, static_cast<float>(current[i]));
                ASSERT_NEAR(exact[i], want, 1e-12 * (1 + std::fabs(want)));
                ASSERT_NEAR(single[i], want_single, 2e-6 * (1 + std::fabs(want_single)))
                    << neuron_info(type).name << " current " << current[i];
            }
        }
    }
}

/// So many that a device's threads take several rows (t, b) of their column each.
TEST_P(NeuronRate, TakesManyRowsOfFewNeurons) {
    constexpr Index many_steps = 1001, many = 263, few = 3;
    const auto current = uniform<float>(many_steps * many * few, -3, 30, 1);
    const Buffer input = upload(current), output = upload(current);
    const Buffer param =
        upload(std::vector<float>{0.02F, 0.03F, 0.04F, 0, 0, 0, 1, 2, 3});
    NeuronRateArgs<Bound<float>> a;
    a.type = neuron_type("LIFRate");
    a.math = {6};
    a.input = dense(input.as<float>(), many_steps, many, 1, few);
    a.output = dense(output.as<float>(), many_steps, many, 1, few);
    for (std::size_t k = 0; k < 3; ++k) {
        a.params[k] = {param.as<float>() + 3 * k, 1};
    }
    device().run([&](const auto& exec) { neuron_rate(exec, a); });
    const auto got = download<float>(output);
    for (std::size_t i = 0; i < got.size(); ++i) {
        reference::Neuron neuron = reference_neuron(neuron_type("LIFRate"));
        neuron.tau_rc = 0.02 + 0.01 * static_cast<double>(i % few);
        neuron.tau_ref = 0;
        neuron.amplitude = 1.0 + static_cast<double>(i % few);
        const double want = reference::rate(neuron, current[i]);
        ASSERT_NEAR(got[i], want, 2e-6 * (1 + std::fabs(want))) << i;
    }
}

TEST_P(NeuronRate, IsExactNearTheThresholdAndFarFromIt) {
    const auto neuron = reference_neuron(neuron_type("LIFRate"));
    std::vector<float> current(static_cast<std::size_t>(rows * n), 0.0F);
    std::size_t i = 0;
    for (float j = 1.2e-7F; j < 1e30F; j *= 1.3F) {
        current[i++] = 1.0F + j;
    }
    const auto got = rates(neuron_type("LIFRate"), {4}, current);
    for (i = 0; i < current.size(); ++i) {
        const double want = reference::rate(neuron, current[i]);
        ASSERT_NEAR(got[i], want, 1e-6 * want) << current[i];
    }
}

TEST_P(NeuronRate, DerivativeIsThatOfTheCurve) {
    constexpr double h = 1e-6;
    for (const NeuronType type : with_rate_curve()) {
        const auto neuron = reference_neuron(type);
        const auto x = uniform<double>(rows * n, -2, 6, 1);
        const auto gain = uniform<double>(n, 0.5, 2, 2);
        const auto bias = uniform<double>(n, -1, 2, 3);
        const auto dy = uniform<double>(rows * n, -1, 1, 4);
        const auto got = gradients(device(), type, {}, x, gain, bias, dy, false);
        std::vector<double> dL_dbias(gain.size(), 0.0), dL_dgain(gain.size(), 0.0);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const std::size_t c = i % n;
            const double current = gain[c] * x[i] + bias[c];
            if (std::fabs(current - 1) < 1e-2 || std::fabs(current) < 1e-2) {
                dL_dbias[c] += got.input[i] / gain[c];
                dL_dgain[c] += got.input[i] / gain[c] * x[i];
                continue;  // corners, where the difference has no limit
            }
            const double slope = (reference::rate(neuron, current + h) -
                                  reference::rate(neuron, current - h)) /
                                 (2 * h);
            const double dJ = dy[i] * slope;
            ASSERT_NEAR(got.input[i], gain[c] * dJ, 2e-5 * (1 + std::fabs(slope)))
                << neuron_info(type).name << " current " << current;
            dL_dbias[c] += dJ;
            dL_dgain[c] += dJ * x[i];
        }
        for (std::size_t c = 0; c < gain.size(); ++c) {
            ASSERT_NEAR(got.bias[c], dL_dbias[c], 1e-3 * (1 + std::fabs(dL_dbias[c])));
            ASSERT_NEAR(got.gain[c], dL_dgain[c], 1e-3 * (1 + std::fabs(dL_dgain[c])));
        }
    }
}

TEST_P(NeuronRate, DerivativeInFloatIsTheOneInDouble) {
    for (const NeuronType type : with_rate_curve()) {
        for (const int degree : {0, 6}) {
            // values that floats hold exactly: both precisions see the same currents
            auto x = uniform<float>(rows * n, -40, 40, 1);
            for (float& value : x) {
                value = std::round(value * 64) / 64;
            }
            const std::vector<float> gain(n, 0.5F), bias(n, 1.25F);
            const auto dy = uniform<float>(rows * n, -1, 1, 4);
            const auto single =
                gradients(device(), type, {degree}, x, gain, bias, dy, false);
            const auto twice =
                gradients(device(), type, {}, convert<double>(x), convert<double>(gain),
                          convert<double>(bias), convert<double>(dy), false);
            for (std::size_t i = 0; i < x.size(); ++i) {
                ASSERT_NEAR(single.input[i], twice.input[i],
                            3e-6 * std::fabs(twice.input[i]) + 1e-12)
                    << neuron_info(type).name << " input " << x[i];
            }
        }
    }
}

TEST_P(NeuronRate, GradientsAreAddedWhereAskedFor) {
    const auto x = uniform<float>(rows * n, -2, 6, 1);
    const std::vector<float> gain(n, 1.5F), bias(n, 0.25F);
    const auto dy = uniform<float>(rows * n, -1, 1, 4);
    const auto set =
        gradients(device(), neuron_type("LIF"), {6}, x, gain, bias, dy, false);
    const auto added =
        gradients(device(), neuron_type("LIF"), {6}, x, gain, bias, dy, true);
    for (std::size_t i = 0; i < x.size(); ++i) {
        ASSERT_EQ(added.input[i], 0.5F + set.input[i]);
    }
    EXPECT_EQ(added.bias, set.bias);
}

TEST_P(NeuronRate, OnlyTheGradientsThatAreWantedAreWritten) {
    const auto x = uniform<float>(rows * n, -2, 6, 1);
    const Buffer input = upload(x), dy = upload(x);
    const Buffer param = upload(convert<float>(params(neuron_type("LIFRate"))));
    const Buffer db = upload(std::vector<float>(n, 2.0F));
    auto a = args<NeuronRateBackwardArgs<Bound<float>>, float>(neuron_type("LIFRate"),
                                                               {4}, input, param);
    a.dL_doutput = dense(dy.as<float>(), steps, batch, 1, n);
    a.dL_dbias = db.as<float>();
    device().run([&](const auto& exec) { neuron_rate_backward(exec, a); });

    const std::vector<float> ones(n, 1.0F), zeros(n, 0.0F);
    const auto all =
        gradients(device(), neuron_type("LIFRate"), {4}, x, ones, zeros, x, false);
    const auto got = download<float>(db);
    for (std::size_t c = 0; c < got.size(); ++c) {
        ASSERT_EQ(got[c], 2.0F + all.bias[c]);
    }
}

TEST_P(NeuronRate, GradientsAreTheSameForAnyNumberOfThreads) {
    const auto x = uniform<float>(rows * n, -2, 6, 1);
    const auto gain = uniform<float>(n, 0.5, 2, 2), bias = uniform<float>(n, -1, 2, 3);
    const auto with = [&](int threads) {
        return gradients(Device::cpu(threads, Device::Isa::avx2), neuron_type("LIF"),
                         {6}, x, gain, bias, x, false);
    };
    if (!device().is_cuda()) {
        EXPECT_EQ(with(1), with(2));
        EXPECT_EQ(with(1), with(3));
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, NeuronRate, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
