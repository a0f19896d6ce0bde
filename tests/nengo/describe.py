"""Random networks, described; README.md says what a description is."""

import connections
import faults
import library
import objects
import parts
import probes
from scene import Scene


def describe(seed, number):
    """Network `number` of a series: a function of its arguments alone."""
    dice = parts.Dice(f"nengine {seed} {number}")
    scene = Scene(dice)
    description = {
        "seed": dice.seed_number(),
        "sim_seed": dice.randrange(1000),
        "dt": dice.choice([0.001, 0.001, 0.001, 0.0005, 0.002]),
        "n_steps": dice.choice([20, 30, 40]),
    }
    if dice.chance(0.4):
        description["config"] = objects.defaults(scene)
        ensembles = description["config"]["Ensemble"]
        scene.neuron_type = ensembles.get("neuron_type", scene.neuron_type)
    objects.add_ensemble(scene)
    for _ in range(dice.randint(4, 16)):
        add_something(scene)
    probes.add_probes_of_all(scene)
    return {**description, "items": scene.items}


def add_something(scene):
    adders = {
        objects.add_ensemble: 4,
        objects.add_node: 3,
        connections.add_connection: 9,
        probes.add_probe: 3,
        objects.add_network: 1,
        objects.leave_network: 1,
        library.add_library_network: 2,
        connections.add_convolution: 1,
        add_faulty: 1,
        add_unbuildable: 0.1,
    }
    scene.dice.choices(list(adders), adders.values())[0](scene)


def add_faulty(scene):
    """Something that Nengo rejects, and to which nothing refers."""
    place = scene.dice.choice(scene.places)
    item = faults.faulty(scene.dice, place.path, place.n_neurons > 0)
    scene.items.append({"network": scene.open, **item})


def add_unbuildable(scene):
    """So that Nengo rejects the whole network."""
    item = faults.unbuildable(scene.dice)
    scene.items.append({"network": scene.open, **item})
