"""Makes Nengo's objects from a description; README.md says what a description is."""

import contextlib

import constructs
import nengo
import numpy as np
from nengo.utils import least_squares_solvers

MODULES = (
    constructs,
    nengo,
    nengo.dists,
    nengo.processes,
    nengo.solvers,
    least_squares_solvers,
    nengo.networks,
    nengo.presets,
)

# What an item says of itself; its other keys are arguments.
OWN_KEYS = {"type", "name", "network", "with", "calls", "config", "rejected"}


class MissingObject(Exception):
    """An item refers to one that was rejected."""


def find(name):
    for module in MODULES:
        if hasattr(module, name):
            return getattr(module, name)
    raise KeyError(f"no module has {name}")


def is_network(name):
    kind = find(name)
    return isinstance(kind, type) and issubclass(kind, nengo.Network)


def value(described):
    """The value of an argument: a number, an array, an object, or several."""
    if isinstance(described, dict):
        arguments = {
            key: value(part) for key, part in described.items() if key != "type"
        }
        if "type" in described:
            return find(described["type"])(**arguments)
        return arguments
    if isinstance(described, list):
        try:
            np.array(described, dtype=float)
        except (TypeError, ValueError):  # not numbers, or rows of several lengths
            return [value(part) for part in described]
        return np.array(described)
    return described


def key_of(at):
    if isinstance(at, int):
        return at
    if "slice" in at:
        return slice(*at["slice"])
    if "mask" in at:
        return np.array(at["mask"], dtype=bool)
    return at["list"]


class Interpreter:
    """Makes the items of a description, one after the other."""

    def __init__(self, description):
        self.network = nengo.Network(seed=description["seed"])
        self.set_config(self.network, description)
        self.objects = {"network": self.network}
        self.parents = {"network": None}

    def make(self, item):
        """Raises what Nengo raises, or MissingObject."""
        arguments = self.arguments(item)
        with self.open(item["network"]):
            config = value(item["with"]) if "with" in item else contextlib.nullcontext()
            with config:
                made = find(item["type"])(**arguments)
            for call in item.get("calls", ()):
                options = {
                    key: value(part) for key, part in call.items() if key != "type"
                }
                getattr(made, call["type"])(**options)
        if item["type"] == "Network":
            self.set_config(made, item)
            self.parents[item["name"]] = item["network"]
        if "name" in item:
            self.objects[item["name"]] = made

    @staticmethod
    def set_config(network, described):
        if "config" in described:
            defaults = {k: v for k, v in described["config"].items() if k != "type"}
            constructs.set_defaults(network.config, value(defaults))

    def arguments(self, item):
        ends = {"pre", "post", "target"}
        arguments = {
            key: self.end(part) if key in ends else value(part)
            for key, part in item.items()
            if key not in OWN_KEYS
        }
        if item["type"] not in ("Connection", "Probe"):
            arguments["label"] = item["name"]
        return arguments

    def open(self, name):
        """Enters a network, and those around it first, as nested blocks do."""
        path = []
        while name is not None:
            if name not in self.objects:
                raise MissingObject(name)
            path.append(self.objects[name])
            name = self.parents[name]
        stack = contextlib.ExitStack()
        for network in reversed(path):
            stack.enter_context(network)
        return stack

    def end(self, described):
        """An object, or a view of it."""
        if isinstance(described, str):
            return self.part(described)
        return self.part(described["of"])[key_of(described["at"])]

    def part(self, path):
        """What a path leads to: "a", "a.neurons", "c.learning_rule.0"."""
        name, *steps = path.split(".")
        if name not in self.objects:
            raise MissingObject(name)
        found = self.objects[name]
        for step in steps:
            if step.isdecimal():
                found = found[int(step)]
            else:
                found = found[step] if isinstance(found, dict) else getattr(found, step)
        return found
