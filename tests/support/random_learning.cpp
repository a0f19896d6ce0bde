#include "api/objects/objects.hpp"
#include "tests/support/random_network.hpp"

// The instructions that make learning rules and probes.

namespace nengine::test {

namespace {

const std::string& choose(const std::vector<std::string>& all, int number) {
    return all[static_cast<std::size_t>(number) % all.size()];
}

/// Some of what a probe records, where `number` says so.
ObjectView part_of(const ObjectView& whole, int number) {
    switch (number % 4) {
        case 0:
            return {whole, Slice{.step = -1}};
        case 1:
            return {whole, {0, -1, 0}};
        default:
            return whole;
    }
}

}  // namespace

/// Decoders of an ensemble, or a matrix from its neurons, to what is not neurons.
void RandomNetwork::learn_decoders(const Make& make) {
    const Object& from = any_ensemble(make.from);
    const Object& to = any_target(make.to);
    ConnectionOptions options;
    options.synapse = synapse(make, from, to);
    options.learning_rule = random_decoder_rules(make.option, to.ensemble.has_value());
    const auto matrix = [&](std::int64_t columns, double scale) {
        return random_matrix(to.size_in, columns, scale, make.option);
    };
    ObjectView pre = from.view, post = to.view;
    switch (make.size / 3 % 4) {
        case 0:
            pre = from.ensemble->neurons;
            options.transform = matrix(from.ensemble->n_neurons, 2e-3);
            break;
        case 1:
            pre = ObjectView(from.view, make.size % from.size_out);
            post = ObjectView(to.view, -1);
            break;
        case 2:
            options.function = [](std::span<const double> x) {
                return x[0] * x.back();
            };
            options.transform = matrix(1, 0.7);
            break;
        default:
            if (from.size_out != to.size_in || make.option % 2 == 0) {
                options.transform = matrix(from.size_out, 0.7);
            }
    }
    learn(make, where_.connect(pre, post, options));
}

/// Weights into neurons: all of them, some, or those that a solver finds.
void RandomNetwork::learn_weights(const Make& make) {
    const Object& from = any_ensemble(make.from);
    const Object& to = any_ensemble(make.to);
    ConnectionOptions options;
    options.synapse = synapse(make, from, to);
    const int way = make.size / 3 % 4;
    options.learning_rule = random_weight_rules(make.option, way != 1);
    if (way == 0) {
        options.solver = LstsqL2{.weights = true};
        options.transform = random_matrix(to.size_in, from.size_out, 0.5, make.option);
        learn(make, where_.connect(from.view, to.view, options));
        return;
    }
    const std::int64_t all = from.ensemble->n_neurons, rows = to.ensemble->n_neurons;
    if (way == 1) {
        options.transform = random_matrix((rows + 1) / 2, 2, 2e-3, make.option);
        learn(make, where_.connect(from.ensemble->neurons[{all - 1, 0}],
                                   to.ensemble->neurons[Slice{.step = 2}], options));
        return;
    }
    options.transform = random_matrix(rows, all, 2e-3, make.option);
    learn(make, where_.connect(from.ensemble->neurons, to.ensemble->neurons, options));
}

void RandomNetwork::learn_encoders(const Make& make) {
    const Object& from = any(make.from);
    const Object& to = any_ensemble(make.to);
    const bool part = make.option % 3 == 0;
    const std::int64_t rows = part ? 1 : to.size_in;
    learn(make, where_.connect(
                    from.view, part ? ObjectView(to.view, 0) : to.view,
                    {.transform = random_matrix(rows, from.size_out, 0.7, make.option),
                     .synapse = synapse(make, from, to),
                     .learning_rule = random_encoder_rules(make.option)}));
}

void RandomNetwork::learn(const Make& make, const Connection& connection) {
    links_.push_back({connection, where_, true});
    if (make.to % 2 == 0) {
        record(make, where_, connection, {.attr = "weights"});
    }
    const std::size_t count = connection.learning_rule_type.all().size();
    for (std::size_t i = 0; i < count; ++i) {
        rules_.push_back({connection.learning_rule.at(i), where_});
        if (make.size % 5 != 0) {
            teach(make, rules_.back());
        }
    }
}

/// An error or a learning signal, from anywhere: it takes effect one step later.
void RandomNetwork::teach(const Make& make, const Taught& taught) {
    const auto& [rule, network] = taught;
    const Object& from = any(make.size);
    const std::int64_t size = rule.size_in();
    if (size == 0) {
        return;
    }
    const Synapse synapse =
        make.option % 3 == 0 ? Synapse(None) : random_synapse(make.option);
    const bool part = make.to % 3 == 0;
    behind(network).connect(
        from.view, part ? rule[-1] : ObjectView(rule),
        {.transform = random_matrix(part ? 1 : size, from.size_out, 0.6, make.option),
         .synapse = synapse});
}

void RandomNetwork::connect_error(const Make& make) {
    if (!rules_.empty()) {
        teach(make, rules_[static_cast<std::size_t>(make.from) % rules_.size()]);
    }
}

void RandomNetwork::record(const Make& make, Network network, const ObjectView& target,
                           ProbeOptions options) {
    if (make.option % 3 != 0) {
        options.synapse = random_synapse(make.option);
    }
    if (make.to % 3 == 0) {
        options.sample_every = 0.0025;
    }
    options.keep_history = make.to % 7 != 1;
    probes.push_back(network.probe(target, options));
}

void RandomNetwork::probe_object(const Make& make) {
    const Object& object = any(make.from);
    const bool neurons = object.ensemble.has_value() && make.size % 2 == 0;
    const ObjectView whole =
        neurons ? ObjectView(object.ensemble->neurons) : object.view;
    record(make, where_, part_of(whole, make.size / 2), {});
}

/// What only ensembles have, and the states of their neurons.
void RandomNetwork::probe_ensemble(const Make& make) {
    const Object& object = any_ensemble(make.from);
    const ObjectView neurons = object.ensemble->neurons;
    if (make.size % 4 == 0) {
        record(make, where_, object.view,
               {.attr = make.option % 2 == 0 ? "input" : "scaled_encoders"});
        return;
    }
    std::vector<std::string> states =
        detail::neuron_states(object.ensemble->neuron_type, "probe");
    states.push_back("input");
    record(make, where_, part_of(neurons, make.size / 4),
           {.attr = choose(states, make.option / 3)});
}

void RandomNetwork::probe_connection(const Make& make) {
    if (links_.empty()) {
        return;
    }
    // The learned ones are the last.
    const auto& [connection, network, has_weights] =
        links_[links_.size() - 1 - static_cast<std::size_t>(make.from) % links_.size()];
    const std::string attr = has_weights && make.size % 2 == 0 ? "weights"
                             : make.size % 3 == 0              ? "input"
                                                               : "output";
    record(make, behind(network), part_of(connection, make.size / 6), {.attr = attr});
}

void RandomNetwork::probe_rule(const Make& make) {
    if (rules_.empty()) {
        return;
    }
    const auto& [rule, network] =
        rules_[static_cast<std::size_t>(make.from) % rules_.size()];
    const auto& type =
        rule.connection()
            .learning_rule_type.all()[ObjectView(rule).learning_rule().value()]
            .second;
    record(make, behind(network), part_of(rule, make.option / 3),
           {.attr = choose(detail::rule_attributes(type), make.size)});
}

}  // namespace nengine::test
