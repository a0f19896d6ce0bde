#include "tests/support/random_network.hpp"

#include <cmath>

#include "api/objects/objects.hpp"

namespace nengine::test {

std::ostream& operator<<(std::ostream& out, const Make& make) {
    return out << '{' << make.what << ", " << make.from << ", " << make.to << ", "
               << make.size << ", " << make.option << '}';
}

/// What is listed twice is drawn twice as often.
const std::vector<RandomNetwork::Instruction>& RandomNetwork::instructions(
    Learning learning) {
    using R = RandomNetwork;
    static const std::vector<Instruction> plain = {&R::add_ensemble,
                                                   &R::add_ensemble,
                                                   &R::add_node,
                                                   &R::add_process,
                                                   &R::connect,
                                                   &R::connect,
                                                   &R::connect_slices,
                                                   &R::connect_lists,
                                                   &R::connect_function,
                                                   &R::connect_neurons,
                                                   &R::connect_weights,
                                                   &R::connect_sparse,
                                                   &R::enter_subnetwork,
                                                   &R::leave_subnetwork,
                                                   &R::set_defaults,
                                                   &R::add_convolution,
                                                   &R::add_transposed_convolution,
                                                   &R::add_layer,
                                                   &R::add_array,
                                                   &R::add_binding,
                                                   &R::add_memory,
                                                   &R::add_selection,
                                                   &R::add_dynamics,
                                                   &R::probe_object,
                                                   &R::probe_object,
                                                   &R::probe_ensemble,
                                                   &R::probe_connection};
    static const std::vector<Instruction> all = [] {
        std::vector<Instruction> result = plain;
        for (const Instruction one :
             {&R::learn_decoders, &R::learn_decoders, &R::learn_decoders,
              &R::learn_weights, &R::learn_weights, &R::learn_encoders,
              &R::connect_error, &R::probe_rule, &R::probe_rule,
              &R::probe_connection}) {
            result.push_back(one);
        }
        return result;
    }();
    return learning == Learning::yes ? all : plain;
}

rc::Gen<int> random_number(int end) {
    return rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, end));
}

rc::Gen<Program> programs(Learning learning) {
    const auto count = static_cast<int>(RandomNetwork::instructions(learning).size());
    const auto number = random_number(1000);
    return rc::gen::container<Program>(rc::gen::build<Make>(
        rc::gen::set(&Make::what, random_number(count)),
        rc::gen::set(&Make::from, number), rc::gen::set(&Make::to, number),
        rc::gen::set(&Make::size, number), rc::gen::set(&Make::option, number)));
}

RandomNetwork::RandomNetwork(const Program& program)
    : input(net.node(
          [](double t) {
              return std::vector{std::sin(90 * t), t};
          },
          {.label = "input"})),
      first(net.ensemble(7, 2, {.label = "first"})),
      objects_{{input, 0, 2}, {first, 2, 2, first}} {
    probes.push_back(net.probe(input));
    for (const Make& make : program) {
        (this->*instructions(Learning::yes).at(static_cast<std::size_t>(make.what)))(
            make);
    }
    probes.push_back(net.probe(first, {.synapse = 0.01}));
    for (const Object& object : objects_) {  // or else what no one sees is left out
        if (object.ensemble && program.size() % 2 == 0) {
            probes.push_back(net.probe(object.ensemble->neurons));
        }
    }
}

const detail::NetworkData& RandomNetwork::data() const {
    return *ObjectView(input).object()->network.lock();
}

const RandomNetwork::Object& RandomNetwork::any(int number) const {
    return objects_[static_cast<std::size_t>(number) % objects_.size()];
}

const RandomNetwork::Object& RandomNetwork::any_target(int number) const {
    const Object* object = &any(number);
    while (object->size_in == 0) {
        object = &any(++number);
    }
    return *object;
}

/// One with neurons.
const RandomNetwork::Object& RandomNetwork::any_ensemble(int number) const {
    const Object* object = &any(number);
    while (!object->ensemble) {
        object = &any(++number);
    }
    return *object;
}

void RandomNetwork::add(const ObjectView& view, std::int64_t size_in,
                        std::int64_t size_out) {
    objects_.push_back({view, size_in, size_out});
}

void RandomNetwork::add(const Ensemble& ensemble) {
    add(ensemble, ensemble.dimensions, ensemble.dimensions);
    if (ensemble.neurons.size() > 0) {
        objects_.back().ensemble = ensemble;
    }
}

NeuronModel RandomNetwork::noted(NeuronModel type) {
    if (std::holds_alternative<StochasticSpiking>(type) ||
        std::holds_alternative<PoissonSpiking>(type)) {
        items_differ = true;
    }
    return type;
}

Process RandomNetwork::noted(RandomProcess process) {
    items_differ = items_differ || process.drawn_for_each_item;
    return std::move(process.process);
}

/// None only from earlier to later objects: no loops.
Synapse RandomNetwork::synapse(const Make& make, const Object& from,
                               const Object& to) const {
    const bool instant = &from < &to && make.size % 3 == 0;
    return instant ? Synapse(None) : random_synapse(make.option);
}

Network RandomNetwork::behind(const Network& network) const {
    return network == where_ ? where_ : net;
}

void RandomNetwork::link(const ObjectView& from, const ObjectView& to,
                         const ConnectionOptions& options, bool has_weights) {
    links_.push_back({where_.connect(from, to, options), where_, has_weights});
}

void RandomNetwork::add_ensemble(const Make& make) {
    EnsembleOptions options{.radius = make.to % 2 == 0 ? 1.0 : 1.5,
                            .neuron_type = noted(random_neurons(make.option))};
    const std::int64_t size = 1 + make.size % 3, neurons = 5 + make.from % 9;
    if (std::holds_alternative<Izhikevich>(options.neuron_type.value())) {
        options.n_eval_points = 40;  // a simulated second each
    }
    if (make.to % 5 == 0) {
        const bool direct = std::holds_alternative<Direct>(options.neuron_type.value());
        options.noise = noted(random_process(make.size / 3, direct ? size : neurons));
    }
    add(where_.ensemble(neurons, size, options));
}

void RandomNetwork::add_node(const Make& make) {
    const std::int64_t size = 1 + make.size % 3;
    if (make.option % 2 == 0) {
        add(where_.node({.size_in = size}), size, size);
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
    add(node, size, size);
}

void RandomNetwork::add_process(const Make& make) {
    const std::int64_t size = 1 + make.size % 3;
    if (make.to % 4 == 0) {
        add(where_.node(noted(random_filter(make.option)),
                        {.size_in = size, .size_out = size}),
            size, size);
        return;
    }
    const Node node =
        where_.node(noted(random_process(make.option, size)), {.size_out = size});
    processes.push_back(node);
    add(node, 0, size);
}

void RandomNetwork::enter_subnetwork(const Make&) {
    where_ = where_.subnetwork();
}

void RandomNetwork::leave_subnetwork(const Make&) {
    where_ = net;
}

/// What networks leave to their surroundings.
void RandomNetwork::set_defaults(const Make& make) {
    if (make.size % 2 == 0) {
        where_.config.ensemble.neuron_type = noted(random_quick_neurons(make.option));
    } else {
        where_.config.connection.synapse = random_synapse(make.option);
    }
}

void RandomNetwork::connect(const Make& make) {
    const Object& from = any(make.from);
    const Object& to = any_target(make.to);
    link(from.view, to.view,
         {.transform = random_matrix(to.size_in, from.size_out, 0.7, make.option),
          .synapse = synapse(make, from, to)});
}

void RandomNetwork::connect_slices(const Make& make) {
    const Object& from = any(make.from);
    const Object& to = any_target(make.to);
    link(ObjectView(from.view, make.size % from.size_out), ObjectView(to.view, -1),
         {.transform = 0.5, .synapse = random_synapse(make.option)});
}

/// Lists, steps and repeats at both ends.
void RandomNetwork::connect_lists(const Make& make) {
    const Object& from = any(make.from);
    const Object& to = any_target(make.to);
    if (to.size_in > 1) {
        link(ObjectView(from.view, {make.size % from.size_out, 0}),
             make.option % 2 == 0 ? ObjectView(to.view, {to.size_in - 1, 0})
                                  : ObjectView(to.view, Slice{.start = 1, .step = -1}),
             {.transform = 0.4, .synapse = random_synapse(make.option)});
    }
}

/// From an ensemble, or of a node's output.
void RandomNetwork::connect_function(const Make& make) {
    const Object& from =
        make.size % 4 == 0 ? objects_.front() : any_ensemble(make.from);
    const Object& to = any_target(make.to);
    link(from.view, to.view,
         {.function = [](std::span<const double> x) { return x[0] * x[0] - x.back(); },
          .transform = random_matrix(to.size_in, 1, 1.0, make.option),
          .synapse = random_synapse(make.size)});
}

void RandomNetwork::connect_neurons(const Make& make) {
    const Object& from = any_ensemble(make.from);
    const Object& to = any_target(make.to);
    const bool into = to.ensemble.has_value() && make.size % 2 == 0;
    const std::int64_t size = into ? to.ensemble->n_neurons : to.size_in;
    link(from.ensemble->neurons, into ? ObjectView(to.ensemble->neurons) : to.view,
         {.transform = random_matrix(size, from.ensemble->n_neurons, 2e-3, make.option),
          .synapse = synapse(make, from, to)});
}

/// Full weights between two ensembles.
void RandomNetwork::connect_weights(const Make& make) {
    const Object& from = any_ensemble(make.from);
    const Object& to = any_ensemble(make.to);
    link(from.view, to.view,
         {.transform = random_matrix(to.size_in, from.size_out, 0.5, make.option),
          .synapse = random_synapse(make.option),
          .solver = LstsqL2{.weights = true}});
}

void RandomNetwork::connect_sparse(const Make& make) {
    const Object& from = any(make.from);
    const Object& to = any_target(make.to);
    const bool neurons = from.ensemble.has_value();
    const std::int64_t size = neurons ? from.ensemble->n_neurons : from.size_out;
    link(neurons ? ObjectView(from.ensemble->neurons) : from.view, to.view,
         {.transform =
              Sparse{.shape = {to.size_in, size},
                     .indices = {{0, size - 1}, {to.size_in - 1, 0}},
                     .init = neurons ? Array{5e-3, -2.5e-3} : Array{0.5, -0.25}},
          .synapse = random_synapse(make.option)});
}

}  // namespace nengine::test
