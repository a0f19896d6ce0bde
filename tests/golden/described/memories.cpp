#include "tests/golden/described/items.hpp"

// AssociativeMemory, with what can be added to it, and InputGatedMemory.

namespace nengine::test::described {

namespace {

// What is called when a memory has been made, with its path.
using MemoryCall =
    std::function<void(Scope&, const std::string& path, AssociativeMemory&)>;

struct AddInputMapping {
    std::string name;
    Array input_vectors;
    Array input_scales = 1.0;

    void operator()(Scope& scope, const std::string& path,
                    AssociativeMemory& memory) const {
        scope.add(path + '.' + name, ObjectView(memory.add_input_mapping(
                                         name, input_vectors, input_scales)));
    }
};

struct AddOutputMapping {
    std::string name;
    Array output_vectors;

    void operator()(Scope& scope, const std::string& path,
                    AssociativeMemory& memory) const {
        scope.add(path + '.' + name,
                  ObjectView(memory.add_output_mapping(name, output_vectors)));
    }
};

struct AddDefaultOutputVector {
    std::vector<double> output_vector;
    std::int64_t n_neurons = 50;
    double min_activation_value = 0.5;

    void operator()(Scope&, const std::string&, AssociativeMemory& memory) const {
        memory.add_default_output_vector(output_vector, "output", n_neurons,
                                         min_activation_value);
    }
};

struct AddWtaNetwork {
    double inhibit_scale = 1.5;
    Synapse inhibit_synapse = 0.005;

    void operator()(Scope&, const std::string&, AssociativeMemory& memory) const {
        memory.add_wta_network(inhibit_scale, inhibit_synapse);
    }
};

struct AddThresholdToOutputs {
    std::int64_t n_neurons = 50;
    double inhibit_scale = 10.0;

    void operator()(Scope&, const std::string&, AssociativeMemory& memory) const {
        memory.add_threshold_to_outputs(n_neurons, inhibit_scale);
    }
};

const Kinds<MemoryCall>& memory_calls() {
    static const auto kinds =
        Kinds<MemoryCall>()
            .add<AddInputMapping>("add_input_mapping",
                                  {{"name", &AddInputMapping::name},
                                   {"input_vectors", &AddInputMapping::input_vectors},
                                   {"input_scales", &AddInputMapping::input_scales}})
            .add<AddOutputMapping>(
                "add_output_mapping",
                {{"name", &AddOutputMapping::name},
                 {"output_vectors", &AddOutputMapping::output_vectors}})
            .add<AddDefaultOutputVector>(
                "add_default_output_vector",
                {{"output_vector", &AddDefaultOutputVector::output_vector},
                 {"n_neurons", &AddDefaultOutputVector::n_neurons},
                 {"min_activation_value",
                  &AddDefaultOutputVector::min_activation_value}})
            .add<AddWtaNetwork>("add_wta_network",
                                {{"inhibit_scale", &AddWtaNetwork::inhibit_scale},
                                 {"inhibit_synapse", &AddWtaNetwork::inhibit_synapse}})
            .add<AddThresholdToOutputs>(
                "add_threshold_to_outputs",
                {{"n_neurons", &AddThresholdToOutputs::n_neurons},
                 {"inhibit_scale", &AddThresholdToOutputs::inhibit_scale}});
    return kinds;
}

struct AssociativeMemoryItem {
    std::string name;
    Array input_vectors;
    AssociativeMemoryOptions options;
    Json calls = Json::array();

    void operator()(Scope& scope) const {
        AssociativeMemory made(scope.network(), input_vectors, labelled(options, name));
        scope.add(name + ".input", ObjectView(made.input));
        scope.add(name + ".output", ObjectView(made.output));
        scope.add(name + ".utilities", ObjectView(made.utilities));
        if (made.inhibit) {
            scope.add(name + ".inhibit", ObjectView(made.inhibit));
        }
        for (const Json& call : calls) {
            memory_calls().make(call)(scope, name, made);
        }
    }
};

Parameters<AssociativeMemoryItem> associative_memory_parameters() {
    using Options = AssociativeMemoryOptions;
    const Parameters<Options> options = {{"output_vectors", &Options::output_vectors},
                                         {"n_neurons", &Options::n_neurons},
                                         {"threshold", &Options::threshold},
                                         {"input_scales", &Options::input_scales},
                                         {"inhibitable", &Options::inhibitable},
                                         {"seed", &Options::seed}};
    return Parameters<AssociativeMemoryItem>(
               {{"name", &AssociativeMemoryItem::name},
                {"input_vectors", &AssociativeMemoryItem::input_vectors},
                {"calls", &AssociativeMemoryItem::calls}})
        .with(&AssociativeMemoryItem::options, options);
}

struct InputGatedMemoryItem {
    std::string name;
    std::int64_t n_neurons = 0, dimensions = 0;
    InputGatedMemoryOptions options;

    void operator()(Scope& scope) const {
        const InputGatedMemory made(scope.network(), n_neurons, dimensions,
                                    labelled(options, name));
        scope.add(name + ".input", ObjectView(made.input));
        scope.add(name + ".gate", ObjectView(made.gate));
        scope.add(name + ".reset", ObjectView(made.reset));
        scope.add(name + ".output", ObjectView(made.output));
    }
};

Parameters<InputGatedMemoryItem> input_gated_memory_parameters() {
    using Options = InputGatedMemoryOptions;
    const Parameters<Options> options = {
        {"feedback", &Options::feedback},
        {"difference_gain", &Options::difference_gain},
        {"recurrent_synapse", &Options::recurrent_synapse},
        {"difference_synapse", &Options::difference_synapse},
        {"seed", &Options::seed}};
    return Parameters<InputGatedMemoryItem>(
               {{"name", &InputGatedMemoryItem::name},
                {"n_neurons", &InputGatedMemoryItem::n_neurons},
                {"dimensions", &InputGatedMemoryItem::dimensions}})
        .with(&InputGatedMemoryItem::options, options);
}

}  // namespace

void add_memories(Kinds<Item>& items) {
    items.add("AssociativeMemory", associative_memory_parameters())
        .add("InputGatedMemory", input_gated_memory_parameters());
}

const Names& names_of_memory_calls() {
    return memory_calls().names();
}

}  // namespace nengine::test::described
