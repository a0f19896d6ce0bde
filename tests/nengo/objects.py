"""Random ensembles, nodes, networks and their defaults."""

import neuron_parts
import parts
import weight_parts


def defaults(scene):
    """Of a network's config; what fits objects of every size."""
    dice = scene.dice
    ensemble = dice.maybe(
        0.25,
        radius=lambda: dice.number(0.5, 2),
        neuron_type=lambda: neuron_parts.neuron_type(dice, direct=0),
        intercepts=lambda: parts.uniform(dice, (-0.8, 0), (0.1, 0.8)),
        max_rates=lambda: parts.uniform(dice, (210, 250), (260, 300)),
        encoders=lambda: parts.scattered(dice, surface=True),
        eval_points=lambda: parts.scattered(dice),
        n_eval_points=lambda: dice.randint(30, 100),
        normalize_encoders=lambda: dice.chance(0.5),
        noise=lambda: {"type": "WhiteNoise", "dist": parts.noise_distribution(dice)},
    )
    if dice.chance(0.1):
        ensemble.update(gain_and_bias(scene, ensemble))
    connection = dice.maybe(
        0.25,
        synapse=lambda: parts.synapse(dice),
        solver=lambda: weight_parts.solver(dice),
        scale_eval_points=lambda: dice.chance(0.5),
        transform=lambda: dice.number(-1, 1),
    )
    # These do not fit every connection.
    connection.update(
        dice.maybe(
            0.06,
            function=lambda: {"type": "square"},
            eval_points=lambda: parts.points_distribution(dice, 1),
            learning_rule_type=lambda: {"type": "PES"},
        )
    )
    probe = dice.maybe(
        0.25,
        synapse=lambda: parts.synapse(dice),
        sample_every=lambda: dice.choice([0.002, 0.0025]),
        solver=lambda: weight_parts.solver(dice),
    )
    kinds = {"Ensemble": ensemble, "Connection": connection, "Probe": probe}
    return {"type": "Config", **kinds}


def ensemble_options(scene, n_neurons, dimensions):
    dice = scene.dice
    neurons = dice.maybe(0.7, neuron_type=lambda: neuron_parts.neuron_type(dice))
    kind = neurons.get("neuron_type", scene.neuron_type)
    options = dice.maybe(
        0.2,
        radius=lambda: dice.number(0.5, 2),
        intercepts=lambda: intercepts(scene, n_neurons),
        max_rates=lambda: neuron_parts.max_rates(dice, kind),
        encoders=lambda: points(scene, n_neurons, dimensions),
        eval_points=lambda: points(scene, dice.randint(20, 50), dimensions),
        n_eval_points=lambda: dice.randint(30, 100),
        normalize_encoders=lambda: dice.chance(0.3),
    )
    if dice.chance(0.1):
        options.update(gain_and_bias(scene, options))
    return {
        **options,
        **neurons,
        **dice.maybe(0.15, noise=lambda: parts.process(dice, n_neurons)),
    }


def gain_and_bias(scene, options):
    """Instead of intercepts and rates."""
    options.pop("intercepts", None)
    options.pop("max_rates", None)
    return {
        "gain": parts.uniform(scene.dice, (0.5, 1), (1.1, 2)),
        "bias": parts.uniform(scene.dice, (0, 1), (1.1, 2)),
    }


def intercepts(scene, n_neurons):
    if scene.dice.chance(0.2):
        return scene.dice.numbers(-0.9, 0.8, n_neurons)
    return parts.number_distribution(scene.dice, n_neurons)


def points(scene, count, dimensions):
    if scene.dice.chance(0.3):
        return scene.dice.numbers(-1, 1, count, dimensions)
    return parts.points_distribution(scene.dice, dimensions)


def add_ensemble(scene):
    dice = scene.dice
    n_neurons, dimensions = dice.randint(5, 20), dice.randint(1, 3)
    item = scene.add(
        "Ensemble",
        name=scene.name("a"),
        n_neurons=n_neurons,
        dimensions=dimensions,
        **ensemble_options(scene, n_neurons, dimensions),
        **scene.seed(),
    )
    if dimensions == 1 and dice.chance(0.1):
        for name in ("radius", "encoders", "intercepts", "eval_points"):
            item.pop(name, None)
        item["with"] = separate_config(scene)
    scene.add_ensemble_place(
        item["name"], n_neurons, dimensions, item.get("neuron_type")
    )


def separate_config(scene):
    dice = scene.dice
    if dice.chance(0.3):
        return {"type": "Config", "Ensemble": {"radius": dice.number(0.5, 2)}}
    return {
        "type": "ThresholdingEnsembles",
        "threshold": dice.number(0.1, 0.4),
        **dice.maybe(0.5, intercept_width=lambda: 0.2, radius=lambda: 1.5),
    }


def add_node(scene):
    dice, size = scene.dice, scene.dice.randint(1, 3)
    kind = dice.choice(
        ["constant", "time", "function", "passthrough", "process", "filter", "sink"]
    )
    options, place = {
        "constant": lambda: ({"output": dice.numbers(-1, 1, size)}, (0, size)),
        "time": lambda: ({"output": {"type": "sines", "size": size}}, (0, size)),
        "function": lambda: (
            {"output": {"type": "tanh_plus_time"}, "size_in": size},
            (size, size),
        ),
        "passthrough": lambda: ({"size_in": size}, (size, size)),
        "process": lambda: (
            {"output": parts.process(dice, size), "size_out": size},
            (0, size),
        ),
        "filter": lambda: (
            {"output": dice.kind(parts.FILTERS), "size_in": size, "size_out": size},
            (size, size),
        ),
        "sink": lambda: ({"output": {"type": "nothing"}}, (0, 0)),
    }[kind]()
    if kind in ("time", "function"):
        options.update(dice.maybe(0.5, size_out=lambda: size))
    item = scene.add("Node", name=scene.name("u"), **options)
    scene.add_place(item["name"], *place)


def add_network(scene):
    name = scene.name("inner")
    item = scene.add("Network", name=name, **scene.seed(0.4))
    if scene.dice.chance(0.4):
        item["config"] = defaults(scene)
    scene.networks.append(name)
    scene.open = name


def leave_network(scene):
    scene.open = scene.dice.choice(scene.networks)


def add_image(scene, size, neurons):
    """A node or the neurons of an ensemble, of this size; its path."""
    dice = scene.dice
    if not neurons:
        item = scene.add("Node", name=scene.name("u"), size_in=size)
        scene.add_place(item["name"], size)
        return item["name"]
    described = neuron_parts.neuron_type(dice, direct=0)
    item = scene.add(
        "Ensemble",
        name=scene.name("a"),
        n_neurons=size,
        dimensions=1,
        neuron_type=described,
    )
    scene.add_ensemble_place(item["name"], size, 1, described)
    return item["name"] + ".neurons"
