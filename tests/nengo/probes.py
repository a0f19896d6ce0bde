"""Random probes."""

import connections
import neuron_parts
import parts
import weight_parts

DECODED = ["decoded_output", "input", "scaled_encoders"]


def add_probe(scene):
    dice = scene.dice
    if scene.connections and dice.chance(0.4):
        target, attributes, size = probed_connection(scene)
    else:
        target, attributes, size = probed_place(scene)
    options = dice.maybe(
        0.25,
        synapse=lambda: parts.synapse(dice),
        sample_every=lambda: dice.choice([0.002, 0.0025, 0.01]),
        solver=lambda: weight_parts.solver(dice),
    )
    if "solver" in options and attributes != DECODED:
        del options["solver"]
    at, _ = scene.slice(size)
    if at is not None:
        target = {"of": target, "at": at}
    options.update(dice.maybe(0.8, attr=lambda: dice.choice(attributes)))
    scene.add("Probe", target=target, **options, **scene.seed())


def probed_connection(scene):
    """A target, its attributes, and the size by which it may be sliced."""
    item = scene.dice.choice(scene.connections)
    rules = connections.rule_paths(item["name"], item.get("learning_rule_type"))
    if rules and scene.dice.chance(0.7):
        path, kind = scene.dice.choice(rules)
        return path, weight_parts.PROBEABLE_OF_RULES[kind], 0
    attributes = ["output", "input"]
    transform = item.get("transform")
    # Nengo cannot probe sparse weights (docs/differences.md).
    if not (isinstance(transform, dict) and transform["type"] == "Sparse"):
        attributes.append("weights")
    return item["name"], attributes, 0


def probed_place(scene):
    place = scene.dice.choice(scene.places)
    if place.n_neurons and scene.dice.chance(0.5):
        states = neuron_parts.states_of(place.neurons)
        return place.path + ".neurons", ["output", "input", *states], place.n_neurons
    if place.is_ensemble:
        return place.path, DECODED, place.dimensions
    return place.path, ["output"], place.size_out


def add_probes_of_all(scene):
    """So that nothing that differs goes unseen."""
    scene.open = "network"
    for place in scene.places:
        if place.size_out:
            scene.add("Probe", target=place.path)
        if place.n_neurons and scene.dice.chance(0.5):
            scene.add("Probe", target=place.path + ".neurons")
