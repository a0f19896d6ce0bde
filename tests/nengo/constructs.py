"""What a description may name in "type" beside Nengo's own classes.

Functions are compared by what they compute, so each has a twin in
tests/golden/described/functions.cpp.
"""

import nengo
import numpy as np

# Of connections: of the vector that the connection carries.


def square():
    return lambda x: x * x


def sine():
    return lambda x: np.sin(3 * x)


def reverse():
    return lambda x: x[::-1]


def absolute_first():
    return lambda x: abs(x[0])


def sum_and_product():
    return lambda x: [np.sum(x), np.prod(x)]


def constant():
    return lambda x: [0.3, -0.2, 0.1]


# Of nodes: of the time, or of the time and the node's input.


def sines(size):
    return lambda t: [np.sin(20 * t + i) for i in range(size)]


def tanh_plus_time():
    return lambda t, x: np.tanh(x) + 0.1 * t


def nothing():
    return lambda t: None


def ramp():
    return lambda t: 10 * t


# JSON has no numbers as keys: points in time are given as pairs.


def Piecewise(data, **options):
    return nengo.processes.Piecewise(dict(list(data)), **options)


# Defaults that come before a network's own.


def set_defaults(config, defaults):
    """`defaults`: {"Ensemble": {"radius": 2.0}, ...}."""
    for kind, values in defaults.items():
        for name, default in values.items():
            name = {"function": "function_info"}.get(name, name)
            setattr(config[getattr(nengo, kind)], name, default)


def Config(**defaults):
    config = nengo.Config(nengo.Ensemble, nengo.Connection, nengo.Probe)
    set_defaults(config, defaults)
    return config


# Networks that nengine has and Nengo's releases no longer have.


class Integrator(nengo.Network):
    def __init__(
        self, n_neurons, dimensions, recurrent_tau=0.1, label=None, seed=None, **options
    ):
        super().__init__(label, seed)
        tau = recurrent_tau
        with self:
            self.input = nengo.Node(size_in=dimensions, label="input")
            self.ensemble = nengo.Ensemble(n_neurons, dimensions, **options)
            nengo.Connection(self.input, self.ensemble, transform=tau, synapse=tau)
            nengo.Connection(self.ensemble, self.ensemble, synapse=tau)


class Oscillator(nengo.Network):
    def __init__(
        self, n_neurons, frequency, recurrent_tau=0.1, label=None, seed=None, **options
    ):
        super().__init__(label, seed)
        turn = frequency * recurrent_tau
        matrix = [[1, -turn], [turn, 1]]
        with self:
            self.input = nengo.Node(size_in=2, label="input")
            self.ensemble = nengo.Ensemble(n_neurons, 2, **options)
            nengo.Connection(self.input, self.ensemble)
            nengo.Connection(
                self.ensemble, self.ensemble, transform=matrix, synapse=recurrent_tau
            )
