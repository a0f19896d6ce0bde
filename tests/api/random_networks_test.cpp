// The engine's headers come first: its optimizers share names with the front-end's.
#include "tests/support/model_runs.hpp"
// (kept apart from the includes below)
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <sstream>
#include <variant>

#include "api/builder/build.hpp"
#include "helpers.hpp"

// Random networks of the front-end, drawn as short programs: rapidcheck makes a failing
// one small by leaving out instructions.

namespace nengine::test {

namespace {

/// One instruction; numbers are taken modulo what there is.
struct Make {
    int what = 0, from = 0, to = 0, size = 0, option = 0;
};
using Program = std::vector<Make>;

std::ostream& operator<<(std::ostream& out, const Make& make) {
    return out << '{' << make.what << ", " << make.from << ", " << make.to << ", "
               << make.size << ", " << make.option << '}';
}

rc::Gen<Program> programs() {
    const auto number = rc::gen::inRange(0, 1000);
    return rc::gen::container<Program>(rc::gen::build<Make>(
        rc::gen::set(&Make::what, rc::gen::inRange(0, 16)),
        rc::gen::set(&Make::from, number), rc::gen::set(&Make::to, number),
        rc::gen::set(&Make::size, number), rc::gen::set(&Make::option, number)));
}

/// Runs a program: a network around one input of size 2.
class RandomNetwork {
public:
    explicit RandomNetwork(const Program& program) {
        probes.push_back(net.probe(input));
        for (const Make& make : program) {
            run(make);
        }
        probes.push_back(net.probe(first, {.synapse = 0.01}));
    }

    Network net{{.seed = 7}};
    Node input = net.node(
        [](double t) {
            return std::vector{std::sin(90 * t), t};
        },
        {.label = "input"});
    Ensemble first = net.ensemble(7, 2, {.label = "first"});
    std::vector<Probe> probes;

    const detail::NetworkData& data() const {
        return *ObjectView(input).object()->network.lock();
    }

private:
    struct Object {
        ObjectView view;
        Index size_in, size_out;
        std::optional<Ensemble> ensemble;  ///< if it has neurons
    };

    static NeuronModel neurons(int option) {
        static const std::vector<NeuronModel> types = {
            LIF{},
            LIFRate{},
            RectifiedLinear{},
            SpikingRectifiedLinear{},
            Sigmoid{},
            AdaptiveLIF{},
            Direct{},
            RegularSpiking{},
            Tanh{},
            AdaptiveLIFRate{.tau_n = 0.02},
            SoftLIFRate{},
            LeakyReLU{},
            SpikingLeakyReLU{},
            RegularSpiking{.base_type = Tanh{}, .amplitude = 0.5}};
        return types[static_cast<std::size_t>(option) % types.size()];
    }

    static Synapse synapse(int option) {
        static const std::vector<Synapse> synapses = {0.005, Lowpass{0.0}, Alpha{0.01},
                                                      Lowpass{0.02}};
        return synapses[static_cast<std::size_t>(option) % synapses.size()];
    }

    const Object& any(int number) const {
        return objects_[static_cast<std::size_t>(number) % objects_.size()];
    }

    static Array matrix(Index rows, Index columns, double scale, int option) {
        Array result({rows, columns},
                     std::vector<double>(static_cast<std::size_t>(rows * columns)));
        for (std::size_t i = 0; i < result.values.size(); ++i) {
            result.values[i] = scale * std::cos(static_cast<double>(i) * 1.7 + option);
        }
        return result;
    }

    void add_ensemble(const Make& make) {
        const Index size = 1 + make.size % 3;
        const auto ensemble = where_.ensemble(5 + make.from % 9, size,
                                              {.radius = make.to % 2 == 0 ? 1.0 : 1.5,
                                               .neuron_type = neurons(make.option)});
        const bool direct = std::holds_alternative<Direct>(ensemble.neuron_type);
        objects_.push_back(
            {ensemble, size, size, direct ? std::nullopt : std::optional(ensemble)});
    }

    void add_node(const Make& make) {
        const Index size = 1 + make.size % 3;
        if (make.option % 2 == 0) {
            objects_.push_back({where_.node({.size_in = size}), size, size, {}});
            return;
        }
        const auto node = where_.node(
            [](double t, std::span<const double> x) {
                std::vector<double> y(x.begin(), x.end());
                for (double& value : y) {
                    value = std::tanh(value) + 0.1 * t;
                }
                return y;
            },
            {.size_in = size});
        objects_.push_back({node, size, size, {}});
    }

    /// Without a synapse only from earlier to later objects: no loops.
    void connect(const Make& make, bool may_be_instant) {
        const Object& from = any(make.from);
        const Object& to = any(make.to);
        if (to.size_in == 0) {
            return;
        }
        const bool forward = &from < &to;
        const bool instant = may_be_instant && forward && make.size % 3 == 0;
        where_.connect(
            from.view, to.view,
            {.transform = matrix(to.size_in, from.size_out, 0.7, make.option),
             .synapse = instant ? Synapse(None) : synapse(make.option)});
    }

    void connect_slices(const Make& make) {
        const Object& from = any(make.from);
        const Object& to = any(make.to);
        if (to.size_in > 0) {
            where_.connect(ObjectView(from.view, make.size % from.size_out),
                           ObjectView(to.view, -1),
                           {.transform = 0.5, .synapse = synapse(make.option)});
        }
    }

    /// Lists, steps and repeats at both ends.
    void connect_lists(const Make& make) {
        const Object& from = any(make.from);
        const Object& to = any(make.to);
        if (to.size_in > 1) {
            where_.connect(ObjectView(from.view, {make.size % from.size_out, 0}),
                           make.option % 2 == 0
                               ? ObjectView(to.view, {to.size_in - 1, 0})
                               : ObjectView(to.view, Slice{.start = 1, .step = -1}),
                           {.transform = 0.4, .synapse = synapse(make.option)});
        }
    }

    void connect_function(const Make& make) {
        const Object& from = any(make.from);
        const Object& to = any(make.to);
        if (to.size_in > 0 && from.ensemble) {
            where_.connect(
                from.view, to.view,
                {.function =
                     [](std::span<const double> x) { return x[0] * x[0] - x.back(); },
                 .transform = matrix(to.size_in, 1, 1.0, make.option),
                 .synapse = synapse(make.size)});
        }
    }

    void connect_neurons(const Make& make) {
        const Object& from = any(make.from);
        const Object& to = any(make.to);
        if (!from.ensemble) {
            return;
        }
        const bool into = to.ensemble.has_value() && make.size % 2 == 0;
        const Index size = into ? to.ensemble->n_neurons : to.size_in;
        if (size > 0) {
            where_.connect(
                from.ensemble->neurons,
                into ? ObjectView(to.ensemble->neurons) : to.view,
                {.transform = matrix(size, from.ensemble->n_neurons, 2e-3, make.option),
                 .synapse = synapse(make.option)});
        }
    }

    /// Full weights between two ensembles.
    void connect_weights(const Make& make) {
        const Object& from = any(make.from);
        const Object& to = any(make.to);
        if (from.ensemble && to.ensemble) {
            where_.connect(
                from.view, to.view,
                {.transform = matrix(to.size_in, from.size_out, 0.5, make.option),
                 .synapse = synapse(make.option),
                 .solver = LstsqL2{.weights = true}});
        }
    }

    void connect_sparse(const Make& make) {
        const Object& from = any(make.from);
        const Object& to = any(make.to);
        if (to.size_in == 0 || from.ensemble) {
            return;
        }
        where_.connect(from.view, to.view,
                       {.transform = Sparse{.shape = {to.size_in, from.size_out},
                                            .indices = {{0, from.size_out - 1},
                                                        {to.size_in - 1, 0}},
                                            .init = {0.5, -0.25}},
                        .synapse = synapse(make.option)});
    }

    /// A convolution along the components, into a node of its own.
    void add_convolution(const Make& make) {
        const Object& from = any(make.from);
        if (from.ensemble) {
            return;
        }
        const Convolution transform{.n_filters = 2,
                                    .input_shape = {from.size_out, 1},
                                    .kernel_size = {std::min<Index>(2, from.size_out)},
                                    .strides = {1},
                                    .init = Uniform{-0.5, 0.5}};
        const Index size = transform.size_out();
        const auto node = where_.node({.size_in = size});
        where_.connect(
            from.view, node,
            {.transform = transform,
             .synapse = make.size % 2 == 0 ? Synapse(None) : synapse(make.option)});
        objects_.push_back({node, size, size, {}});
    }

    /// Their values pass in one step, from earlier to later objects.
    void add_array(const Make& make) {
        const Index size = 1 + make.size % 3;
        if (make.to % 2 == 0) {
            EnsembleArray array(where_, 4 + make.from % 5, size,
                                {.ensembles = {.neuron_type = neurons(make.option)}});
            objects_.push_back({array.input, size, size, {}});
            objects_.push_back({array.output, size, size, {}});
        } else {
            Product product(where_, 6 + make.from % 5, size);
            for (const Node& node :
                 {product.input_a, product.input_b, product.output}) {
                objects_.push_back({node, size, size, {}});
            }
        }
    }

    void probe(const Make& make) {
        const Object& object = any(make.from);
        ProbeOptions options;
        if (make.option % 3 != 0) {
            options.synapse = synapse(make.option);
        }
        if (make.to % 3 == 0) {
            options.sample_every = 0.0025;
        }
        const bool neurons = object.ensemble.has_value() && make.size % 2 == 0;
        probes.push_back(where_.probe(
            neurons ? ObjectView(object.ensemble->neurons) : object.view, options));
    }

    void run(const Make& make) {
        switch (make.what) {
            case 0:
                return add_ensemble(make);
            case 1:
                return add_node(make);
            case 2:
            case 3:
                return connect(make, true);
            case 4:
                return connect_slices(make);
            case 5:
                return connect_function(make);
            case 6:
                return connect_neurons(make);
            case 7:
                where_ = where_.subnetwork();
                return;
            case 8:
                where_ = net;
                return;
            case 9:
                return connect_lists(make);
            case 10:
                return connect_weights(make);
            case 11:
                return connect_sparse(make);
            case 12:
                return add_convolution(make);
            case 13:
                return add_array(make);
            default:
                return probe(make);
        }
    }

    Network where_ = net;
    std::vector<Object> objects_ = {{input, 0, 2, {}}, {first, 2, 2, first}};
};

/// The same networks in every run of the tests.
template <class Property>
void check(const std::string& claim, const Property& property) {
    rc::detail::TestParams params;
    params.seed = 1;
    params.maxSuccess = 60;
    params.maxSize = 30;
    rc::detail::TestMetadata metadata;
    metadata.id = metadata.description = claim;
    const auto result = rc::detail::checkTestable(property, metadata, params);
    std::ostringstream text;
    rc::detail::printResultMessage(result, text);
    EXPECT_TRUE(result.template is<rc::detail::SuccessResult>()) << text.str();
}

constexpr Index n_steps = 23;

PlanOptions plan_of(int number) {
    PlanOptions plan;
    plan.fold = number % 2 == 0;
    plan.merge = static_cast<PlanOptions::Merge>(number / 2 % 3);
    plan.simplify = number / 6 % 4 != 0;
    plan.fuse = number / 24 % 4 != 0;
    plan.layout = number / 96 % 4 != 0;
    plan.recorded = number % 5 != 0;
    plan.chunk_steps = number % 3 == 0 ? 0 : 1 + number % 7;
    return plan;
}

Recordings recorded(const Simulator& sim, const std::vector<Probe>& probes) {
    Recordings result;
    for (const Probe& probe : probes) {
        result.push_back(sim.data(probe).to_vector());
    }
    return result;
}

TEST(RandomNetworks, ArePlannedAsTheNaiveInterpreterRunsThem) {
    check("planned == naive", [] {
        const Program program = *programs();
        const int number = *rc::gen::inRange(0, 1000);
        const RandomNetwork random(program);
        const BuiltNetwork built = build(random.data(), 0.001);
        Recordings naive = run_naive(*built.model, 1, n_steps, {});
        SimulatorOptions options = quiet();
        options.plan = plan_of(number);
        Simulator sim(random.net, options);

        sim.run_steps(n_steps);

        Recordings want;
        for (const Probe& probe : random.probes) {
            for (std::size_t i = 0; i < built.probes.size(); ++i) {
                if (built.probes[i].get() == DataKey(probe).object()) {
                    want.push_back(naive[i]);
                }
            }
        }
        RC_ASSERT(near(recorded(sim, random.probes), want, 1e-9));
    });
}

/// Two numbers per step and item.
Tensor numbers(Index items) {
    std::vector<double> values;
    for (Index i = 0; i < items * n_steps * 2; ++i) {
        values.push_back(std::sin(static_cast<double>(i * i % 101)));
    }
    return Tensor({items, n_steps, 2}, values);
}

TEST(RandomNetworks, TreatEachItemOfABatchAsARunOfItsOwn) {
    check("item == single run", [] {
        const Program program = *programs();
        const RandomNetwork random(program);
        constexpr Index items = 3;
        const Tensor values = numbers(items);
        Simulator batch(random.net, quiet(items));
        batch.run_steps(n_steps, {.data = {{random.input, values}}});
        for (Index item = 0; item < items; ++item) {
            Simulator single(random.net, quiet(1));
            std::vector<double> part;
            for (Index k = 0; k < n_steps * 2; ++k) {
                part.push_back(values(item, k / 2, k % 2));
            }
            single.run_steps(n_steps,
                             {.data = {{random.input, Tensor({1, n_steps, 2}, part)}}});
            Recordings got, want = recorded(single, random.probes);
            for (const Probe& probe : random.probes) {
                const Tensor all = batch.data(probe);
                const auto whole = all.to_vector();
                const auto each = static_cast<std::ptrdiff_t>(whole.size()) / items;
                got.emplace_back(whole.begin() + item * each,
                                 whole.begin() + (item + 1) * each);
            }
            RC_ASSERT(near(got, want, 1e-9));
        }
    });
}

TEST(RandomNetworks, RunTheSameInPiecesAndAfterAReset) {
    check("pieces == whole == again", [] {
        const Program program = *programs();
        const RandomNetwork random(program);
        Simulator sim(random.net, quiet());
        sim.run_steps(n_steps);
        const Recordings whole = recorded(sim, random.probes);

        sim.reset();
        sim.run_steps(5);
        sim.step();
        sim.run_steps(n_steps - 6);

        RC_ASSERT(near(recorded(sim, random.probes), whole, 1e-9));
    });
}

}  // namespace

}  // namespace nengine::test
