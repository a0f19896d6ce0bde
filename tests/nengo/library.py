"""Random networks of nengine's `networks.hpp`, most of which are Nengo's too."""

import objects
import neuron_parts
import parts
import weight_parts


def add_library_network(scene):
    adders = [
        add_ensemble_array,
        add_product,
        add_circular_convolution,
        add_basal_ganglia,
        add_thalamus,
        add_associative_memory,
        add_input_gated_memory,
        add_integrator,
        add_oscillator,
    ]
    scene.dice.choice(adders)(scene)


def add_from_library(scene, kind, places, **arguments):
    """`places`: the nodes inside by path, with their sizes."""
    item = scene.add(kind, name=scene.name("net"), **arguments, **scene.seed(0.5))
    for path, size in places.items():
        scene.add_place(f"{item['name']}.{path}", size)
    return item


def calls_of_ensemble_array(dice, places, n_neurons, count, dimensions):
    """Adds the nodes that they make to `places`."""
    calls = []
    if dice.chance(0.5):
        function = dice.choice(list(weight_parts.FUNCTIONS))
        options = dice.maybe(0.5, synapse=lambda: parts.synapse(dice))
        described = {"name": "more", "function": {"type": function}, **options}
        calls.append({"type": "add_output", **described})
        places["more"] = count * (weight_parts.FUNCTIONS[function] or dimensions)
    if dice.chance(0.4):
        calls.append({"type": "add_neuron_input"})
        places["neuron_input"] = n_neurons * count
    if dice.chance(0.4):
        calls.append({"type": "add_neuron_output"})
        places["neuron_output"] = n_neurons * count
    return calls


def add_ensemble_array(scene):
    dice = scene.dice
    n_neurons, count = dice.randint(5, 12), dice.randint(1, 3)
    dimensions = dice.randint(1, 2)
    places = {"input": count * dimensions, "output": count * dimensions}
    calls = calls_of_ensemble_array(dice, places, n_neurons, count, dimensions)
    neurons = neuron_parts.neuron_type(dice, direct=0)
    item = add_from_library(
        scene,
        "EnsembleArray",
        places,
        n_neurons=n_neurons,
        n_ensembles=count,
        ens_dimensions=dimensions,
        neuron_type=neurons,
        **dice.maybe(
            0.5,
            radius=lambda: dice.number(0.5, 2),
            intercepts=lambda: parts.number_distribution(dice, n_neurons),
            max_rates=lambda: neuron_parts.max_rates(dice, neurons),
            encoders=lambda: parts.scattered(dice, surface=True),
            eval_points=lambda: parts.scattered(dice),
            n_eval_points=lambda: dice.randint(30, 100),
            normalize_encoders=lambda: dice.chance(0.5),
            noise=lambda: parts.process(dice, n_neurons),
        ),
    )
    if dice.chance(0.2):
        item.update(objects.gain_and_bias(scene, item))
    if calls:
        item["calls"] = calls
    last = f"{item['name']}.ensembles.{count - 1}"
    scene.add_ensemble_place(last, n_neurons, dimensions, neurons)


def add_product(scene):
    size = scene.dice.randint(1, 2)
    add_from_library(
        scene,
        "Product",
        {"input_a": size, "input_b": size, "output": size},
        n_neurons=scene.dice.randint(8, 16),
        dimensions=size,
        **scene.dice.maybe(0.5, input_magnitude=lambda: 1.5),
    )


def add_circular_convolution(scene):
    dice, size = scene.dice, scene.dice.randint(1, 3)
    add_from_library(
        scene,
        "CircularConvolution",
        {"input_a": size, "input_b": size, "output": size},
        n_neurons=dice.randint(6, 10),
        dimensions=size,
        **dice.maybe(
            0.5,
            invert_a=lambda: dice.chance(0.7),
            invert_b=lambda: dice.chance(0.7),
            input_magnitude=lambda: 1.5,
        ),
    )


def add_basal_ganglia(scene):
    dice, size = scene.dice, scene.dice.randint(1, 3)

    def config():
        return {"type": "Config", "Connection": {"synapse": parts.synapse(dice, 0)}}

    add_from_library(
        scene,
        "BasalGanglia",
        {"input": size, "output": size},
        dimensions=size,
        n_neurons_per_ensemble=dice.randint(6, 10),
        **dice.maybe(
            0.5,
            output_weight=lambda: dice.number(-3, -1),
            input_bias=lambda: 0.2,
            ampa_config=config,
            gaba_config=config,
        ),
    )


def add_thalamus(scene):
    dice, size = scene.dice, scene.dice.randint(1, 3)
    add_from_library(
        scene,
        "Thalamus",
        {"input": size, "output": size},
        dimensions=size,
        n_neurons_per_ensemble=dice.randint(6, 12),
        **dice.maybe(
            0.5, mutual_inhib=lambda: dice.number(0.5, 2), threshold=lambda: 0.1
        ),
    )


def add_associative_memory(scene):
    dice = scene.dice
    count, size, other = dice.randint(2, 3), dice.randint(2, 3), dice.randint(1, 2)
    places = {"input": size, "output": size, "utilities": count}

    def outputs():
        places["output"] = other
        return dice.numbers(-1, 1, count, other)

    options = dice.maybe(
        0.5,
        output_vectors=outputs,
        threshold=lambda: dice.choice([0.2, dice.numbers(0.1, 0.5, count)]),
        input_scales=lambda: dice.choice([0.8, dice.numbers(0.5, 1, count)]),
        inhibitable=lambda: True,
    )
    if "inhibitable" in options:
        places["inhibit"] = 1
    item = add_from_library(
        scene,
        "AssociativeMemory",
        {},
        input_vectors=dice.numbers(-1, 1, count, size),
        n_neurons=dice.randint(6, 12),
        **options,
    )
    calls = calls_of_associative_memory(scene, places, count, size)
    if calls:
        item["calls"] = calls
    for path, extent in places.items():
        scene.add_place(f"{item['name']}.{path}", extent)


def calls_of_associative_memory(scene, places, count, size):
    dice, calls = scene.dice, []
    if dice.chance(0.4):
        vectors = dice.numbers(-1, 1, count, 2)
        calls.append(
            {
                "type": "add_input_mapping",
                "name": "cue",
                "input_vectors": vectors,
                **dice.maybe(0.5, input_scales=lambda: 0.7),
            }
        )
        places["cue"] = 2
    if dice.chance(0.4):
        vectors = dice.numbers(-1, 1, count, size)
        calls.append(
            {"type": "add_output_mapping", "name": "answer", "output_vectors": vectors}
        )
        places["answer"] = size
    if dice.chance(0.4):
        options = dice.maybe(
            0.5,
            inhibit_scale=lambda: 2.0,
            inhibit_synapse=lambda: parts.synapse(dice, 0),
        )
        calls.append({"type": "add_wta_network", **options})
    if dice.chance(0.4):
        options = dice.maybe(0.5, n_neurons=lambda: 8, min_activation_value=lambda: 0.4)
        vector = dice.numbers(-1, 1, places["output"])
        calls.append(
            {"type": "add_default_output_vector", "output_vector": vector, **options}
        )
    if dice.chance(0.4):
        options = {"n_neurons": 8, **dice.maybe(0.5, inhibit_scale=lambda: 8.0)}
        calls.append({"type": "add_threshold_to_outputs", **options})
    return calls


def add_input_gated_memory(scene):
    dice, size = scene.dice, scene.dice.randint(1, 2)
    add_from_library(
        scene,
        "InputGatedMemory",
        {"input": size, "gate": 1, "reset": 1, "output": size},
        n_neurons=dice.randint(6, 12),
        dimensions=size,
        **dice.maybe(
            0.5,
            feedback=lambda: 0.9,
            difference_gain=lambda: dice.number(0.5, 1.5),
            recurrent_synapse=lambda: dice.choice(
                [0.05, {"type": "Alpha", "tau": 0.05}]
            ),
            difference_synapse=lambda: 0.02,
        ),
    )


def add_integrator(scene):
    dice, size = scene.dice, scene.dice.randint(1, 2)
    item = add_from_library(
        scene,
        "Integrator",
        {"input": size},
        n_neurons=12,
        dimensions=size,
        neuron_type=neuron_parts.neuron_type(dice, direct=0),
        **dice.maybe(
            0.5, recurrent_tau=lambda: 0.05, radius=lambda: dice.number(0.5, 2)
        ),
    )
    path = f"{item['name']}.ensemble"
    scene.add_ensemble_place(path, 12, size, item["neuron_type"])


def add_oscillator(scene):
    dice = scene.dice
    item = add_from_library(
        scene,
        "Oscillator",
        {"input": 2},
        n_neurons=12,
        frequency=dice.number(3, 20),
        neuron_type=neuron_parts.neuron_type(dice, direct=0),
        **dice.maybe(
            0.5, recurrent_tau=lambda: 0.05, radius=lambda: dice.number(0.5, 2)
        ),
    )
    scene.add_ensemble_place(f"{item['name']}.ensemble", 12, 2, item["neuron_type"])
