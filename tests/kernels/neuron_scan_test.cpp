#include "kernels/neuron_scan.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "kernels/filter_scan.hpp"
#include "tests/kernels/neuron_population.hpp"
#include "tests/support/blocks.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

constexpr double dt = 0.001;

/// What a run leaves: every output and the states after the last step.
template <class Real>
struct Outcome {
    std::vector<Real> output, filtered, filter;
    std::vector<std::vector<Real>> states;
    bool operator==(const Outcome&) const = default;
};

enum class Fused { no, yes, filter_only };

class NeuronScan : public OnEachDevice {
protected:
    /// Runs the population, `chunk` steps per call.
    template <class Real>
    Outcome<Real> run(const Device& on, const Population<Real>& p, Index chunk,
                      Fused fused = Fused::no) const {
        const auto put = [&](const std::vector<Real>& values) {
            Buffer buffer = on.allocate(values.size() * sizeof(Real), "test");
            on.upload(buffer.data(), values.data(), buffer.bytes());
            return buffer;
        };
        const std::vector<Real> nothing(p.input.size(), Real(-7));
        const std::vector<Real> zero(static_cast<std::size_t>(p.batch * p.n), Real(0));
        const Buffer input = put(p.input), gain = put(p.gain), bias = put(p.bias);
        const Buffer output = put(nothing), filtered = put(nothing);
        std::vector<Real> a_and_b = p.a;
        a_and_b.insert(a_and_b.end(), p.b.begin(), p.b.end());
        const Buffer filter = put(zero), coefficients = put(a_and_b);
        std::vector<Buffer> params, states;

        NeuronScanArgs<Bound<Real>> args;
        args.type = p.type;
        args.gain = {gain.as<Real>(), 1};
        args.bias = {bias.as<Real>(), 1};
        for (std::size_t k = 0; k < p.params.size(); ++k) {
            params.push_back(put(p.params[k]));
            args.params[k] = {params[k].as<Real>(), 1};
        }
        args.math = p.math;
        args.dt = static_cast<Real>(dt);
        for (std::size_t k = 0; k < p.states.size(); ++k) {
            states.push_back(put(p.states[k]));
            args.states[k] = dense(states[k].as<Real>(), 1, p.batch, 1, p.n);
        }
        for (Index first = 0; first < p.steps; first += chunk) {
            const Index steps = std::min(chunk, p.steps - first);
            const auto rows = [&](const Buffer& buffer) {
                return dense(buffer.as<Real>() + first * p.batch * p.n, steps, p.batch,
                             1, p.n);
            };
            args.input = rows(input);
            args.output = fused == Fused::filter_only ? Block<Real>{} : rows(output);
            if (fused != Fused::no) {
                args.filter = {coefficients.as<Real>(), p.n, 1};
                args.filter_state = dense(filter.as<Real>(), 1, p.batch, 1, p.n);
                args.filtered = rows(filtered);
            }
            on.run([&](const auto& exec) { neuron_scan(exec, args); });
        }
        const auto get = [&](const Buffer& buffer) {
            std::vector<Real> values(buffer.bytes() / sizeof(Real));
            on.download(values.data(), buffer.data(), buffer.bytes());
            return values;
        };
        Outcome<Real> outcome{get(output), get(filtered), get(filter), {}};
        for (const Buffer& state : states) {
            outcome.states.push_back(get(state));
        }
        return outcome;
    }

    /// Compares with Nengo's equations in double. Rates agree within `tolerance`; spike
    /// counts to one spike, because rounding may move one over the end.
    template <class Real>
    void compare(const Population<Real>& p, double tolerance) {
        const Outcome<Real> got = run(device(), p, p.steps);
        const bool spiking = neuron_info(p.type).spiking;
        for (Index item = 0; item < p.batch; ++item) {
            for (Index i = 0; i < p.n; ++i) {
                auto neuron = p.reference_neuron(item, i);
                double total = 0, want_total = 0;
                for (Index t = 0; t < p.steps; ++t) {
                    const auto at =
                        static_cast<std::size_t>((t * p.batch + item) * p.n + i);
                    const auto c = static_cast<std::size_t>(i);
                    const Real current = p.gain[c] * p.input[at] + p.bias[c];
                    const double want = reference::step(neuron, dt, current);
                    const double value = got.output[at];
                    total += value * dt;
                    want_total += want * dt;
                    // Adaptation keeps a current at the threshold, where the curve is
                    // so steep that floats agree on the whole only.
                    if (!spiking && (p.states.empty() || tolerance < 1e-8)) {
                        ASSERT_NEAR(value, want, tolerance * (1 + std::fabs(want)))
                            << neuron_info(p.type).name << " current " << current;
                    }
                }
                ASSERT_NEAR(total, want_total, 1.01 * neuron.amplitude)
                    << neuron_info(p.type).name << " neuron " << i;
            }
        }
    }
};

TEST_P(NeuronScan, FollowsNengosEquationsInFloat) {
    for (const NeuronType type : built_in_neurons()) {
        for (const int degree : {0, 6, 8}) {
            compare(Population<float>(type, 100, 5, 257, {degree}), 2e-5);
        }
    }
}

TEST_P(NeuronScan, FollowsNengosEquationsInDouble) {
    for (const NeuronType type : built_in_neurons()) {
        compare(Population<double>(type, 100, 1, 257, {}), 1e-12);
    }
}

TEST_P(NeuronScan, SpikesWithNengoAtEveryStepInDouble) {
    for (const NeuronType type :
         {neuron_type("LIF"), neuron_type("SpikingRectifiedLinear")}) {
        const Population<double> p(type, 200, 2, 97, {});
        const auto got = run(device(), p, p.steps);
        Index spikes = 0;
        for (Index item = 0; item < p.batch; ++item) {
            for (Index i = 0; i < p.n; ++i) {
                auto neuron = p.reference_neuron(item, i);
                for (Index t = 0; t < p.steps; ++t) {
                    const auto at =
                        static_cast<std::size_t>((t * p.batch + item) * p.n + i);
                    const auto c = static_cast<std::size_t>(i);
                    const double want = reference::step(
                        neuron, dt, p.gain[c] * p.input[at] + p.bias[c]);
                    spikes += want > 0;
                    ASSERT_NEAR(got.output[at], want, 1e-9 * want) << t << ' ' << i;
                }
                const auto state = static_cast<std::size_t>(item * p.n + i);
                ASSERT_NEAR(got.states[0][state], neuron.voltage, 1e-9);
            }
        }
        EXPECT_GT(spikes, 50);
    }
}

TEST_P(NeuronScan, IsTheSameForAllStepsAtOnceAndOneByOne) {
    for (const NeuronType type : built_in_neurons()) {
        const Population<float> p(type, 13, 5, 261, {6});
        const auto at_once = run(device(), p, p.steps, Fused::yes);
        EXPECT_EQ(at_once, run(device(), p, 1, Fused::yes));
        EXPECT_EQ(at_once, run(device(), p, 4, Fused::yes));
    }
}

TEST_P(NeuronScan, FusedFilterEqualsTheFilterRunAfterwards) {
    for (const NeuronType type : {neuron_type("LIF"), neuron_type("RectifiedLinear")}) {
        const Population<float> p(type, 9, 5, 257, {6});
        const auto fused = run(device(), p, p.steps, Fused::yes);
        EXPECT_EQ(run(device(), p, p.steps).output, fused.output);
        EXPECT_EQ(run(device(), p, p.steps, Fused::filter_only).filtered,
                  fused.filtered);

        std::vector<float> coefficients;
        for (std::size_t i = 0; i < p.a.size(); ++i) {
            coefficients.insert(coefficients.end(), {p.a[i], p.b[i]});
        }
        const Buffer k = upload(coefficients), in = upload(fused.output);
        const Buffer state =
            upload(std::vector<float>(static_cast<std::size_t>(p.batch * p.n), 0.0F));
        const Buffer out = upload(fused.output);
        FilterScanArgs<Bound<float>> args;
        args.form = FilterForm::first_order;
        args.order = 1;
        args.coefficients = {k.as<float>(), 1, 2};
        args.input = dense(in.as<float>(), p.steps, p.batch, 1, p.n);
        args.state = dense(state.as<float>(), 1, p.batch, 1, p.n);
        args.output = dense(out.as<float>(), p.steps, p.batch, 1, p.n);
        device().run([&](const auto& exec) { filter_scan(exec, args); });
        EXPECT_EQ(download<float>(out), fused.filtered);
        EXPECT_EQ(download<float>(state), fused.filter);
    }
}

TEST_P(NeuronScan, DoesNotDependOnWhereANeuronStands) {
    const Population<float> p(neuron_type("LIF"), 20, 1, 300, {6});
    const auto all = run(device(), p, p.steps);
    Population<float> last = p;  // the last 37 neurons alone, another place in a vector
    constexpr Index n = 37;
    last.n = n;
    const auto tail = [&](const std::vector<float>& v) {
        return std::vector<float>(v.end() - n, v.end());
    };
    last.gain = tail(p.gain), last.bias = tail(p.bias);
    for (auto& state : last.states) {
        state = tail(state);
    }
    last.a = tail(p.a), last.b = tail(p.b);
    for (auto& param : last.params) {
        param = tail(param);
    }
    last.input.clear();
    std::vector<float> want;
    for (Index t = 0; t < p.steps; ++t) {
        const auto row = [&](const std::vector<float>& from, std::vector<float>& to) {
            to.insert(to.end(), from.begin() + (t + 1) * p.n - n,
                      from.begin() + (t + 1) * p.n);
        };
        row(p.input, last.input);
        row(all.output, want);
    }

    EXPECT_EQ(run(device(), last, p.steps).output, want);
}

TEST_P(NeuronScan, IsTheSameForAnyNumberOfThreads) {
    const Population<float> p(neuron_type("LIF"), 16, 5, 1031, {6});
    const auto one = run(Device::cpu(1, Device::Isa::avx2), p, p.steps, Fused::yes);
    for (const int threads : {2, 3}) {
        EXPECT_EQ(run(Device::cpu(threads, Device::Isa::avx2), p, p.steps, Fused::yes),
                  one);
    }
}

TEST_P(NeuronScan, PolynomialsSpikeWithTheLibrary) {
    Population<float> p(neuron_type("LIF"), 32, 1, 4099, {6});
    const auto polynomial = run(device(), p, p.steps);
    p.math = {};
    const auto library = run(device(), p, p.steps);
    double spikes = 0, differences = 0;
    for (std::size_t i = 0; i < library.output.size(); ++i) {
        spikes += library.output[i] > 0;
        differences += polynomial.output[i] != library.output[i];
    }
    EXPECT_GT(spikes, 1000);
    EXPECT_LE(differences, spikes / 500);
}

TEST_P(NeuronScan, ReadsHeldInputSharedParametersAndAnyStride) {
    constexpr Index steps = 7, batch = 3, n = 65;
    const auto current = uniform<float>(batch, 0.5, 4, 1);
    const Buffer input = upload(current);
    const Buffer params = upload(std::vector<float>{0.02F, 0.002F, 1.0F, 0.0F});
    const Buffer voltage = upload(std::vector<float>(2 * batch * n, 0.25F));
    const Buffer refractory = upload(std::vector<float>(batch * n, 0.0F));
    const Buffer output = upload(std::vector<float>(steps * batch * n, -1.0F));
    NeuronScanArgs<Bound<float>> args;
    args.type = neuron_type("LIF");
    args.dt = 0.001F;
    for (std::size_t k = 0; k < 4; ++k) {
        args.params[k] = {params.as<float>() + k, 0};
    }
    // one number per item, held over time and broadcast over neurons
    args.input = {input.as<float>(), steps, batch, 1, n, 0, 1, 0, 0};
    args.states[0] = {voltage.as<float>(), 1, batch, 1, n, 0, 2 * n, 0, 2};
    args.states[1] = dense(refractory.as<float>(), 1, batch, 1, n);
    args.output = dense(output.as<float>(), steps, batch, 1, n);
    device().run([&](const auto& exec) { neuron_scan(exec, args); });

    const auto got = download<float>(output);
    for (Index b = 0; b < batch; ++b) {
        reference::Neuron neuron;
        neuron.type = "LIF";
        neuron.voltage = 0.25;
        for (Index t = 0; t < steps; ++t) {
            const double want =
                reference::step(neuron, dt, current[static_cast<std::size_t>(b)]);
            for (Index i = 0; i < n; ++i) {
                ASSERT_NEAR(got[static_cast<std::size_t>((t * batch + b) * n + i)],
                            want, 1e-3);
            }
        }
    }
    // what lies between the strided states is untouched
    EXPECT_EQ(download<float>(voltage)[1], 0.25F);
}

TEST_P(NeuronScan, DoesNotHideNaN) {
    for (const NeuronType type : built_in_neurons()) {
        Population<float> p(type, 2, 1, 33, {6});
        p.input[0] = std::numeric_limits<float>::quiet_NaN();
        const auto got = run(device(), p, p.steps);
        EXPECT_TRUE(std::isnan(got.output[0]) ||
                    (!got.states.empty() && std::isnan(got.states[0][0])))
            << neuron_info(type).name;
        EXPECT_FALSE(std::isnan(got.output[1]));
    }
}

TEST_P(NeuronScan, WithoutNeuronsOrStepsDoesNothing) {
    const Population<float> no_neurons(neuron_type("LIF"), 3, 2, 0, {});
    EXPECT_TRUE(run(device(), no_neurons, 3).output.empty());
    const Population<float> no_steps(neuron_type("LIF"), 0, 2, 5, {});
    EXPECT_EQ(run(device(), no_steps, 1).states, no_steps.states);
}

INSTANTIATE_TEST_SUITE_P(Devices, NeuronScan, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test
