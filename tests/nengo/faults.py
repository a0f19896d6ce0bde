"""Items that Nengo rejects, at once or when it builds the network."""


def ensembles():
    wrong = [
        {"n_neurons": 0},
        {"dimensions": 0},
        {"radius": 0.0},
        {"radius": -1.0},
        {"neuron_type": {"type": "LIF", "tau_rc": -0.01}},
        {"neuron_type": {"type": "LIF", "tau_ref": -0.001}},
        {"neuron_type": {"type": "RectifiedLinear", "amplitude": -1.0}},
        {"neuron_type": {"type": "AdaptiveLIF", "tau_n": 0.0}},
        {"neuron_type": {"type": "Sigmoid", "tau_ref": 0.0}},
        {"noise": {"type": "WhiteSignal", "period": 0.01, "high": 20}},
        {"encoders": {"type": "UniformHypersphere", "min_magnitude": 1.5}},
        {"intercepts": {"type": "Gaussian", "mean": 0.0, "std": -1.0}},
        {"intercepts": {"type": "Choice", "options": [0.1, 0.2], "weights": [1.0]}},
        {"intercepts": {"type": "PDF", "x": [0.0, 1.0], "p": [0.5, 0.2]}},
    ]
    return [
        {"type": "Ensemble", "name": "wrong", "n_neurons": 5, "dimensions": 1, **option}
        for option in wrong
    ]


def nodes():
    wrong = [
        {"size_in": -1},
        {"output": [0.1, 0.2], "size_in": 1},
        {"output": [[0.1, 0.2]]},
        {"output": [0.1, 0.2], "size_out": 3},
        {"output": {"type": "sines", "size": 2}, "size_in": 2},
        {"output": {"type": "PresentInput", "inputs": [], "presentation_time": 0.1}},
        {"output": {"type": "PresentInput", "inputs": [[1]], "presentation_time": 0}},
        {"output": {"type": "Piecewise", "data": [[0.1, [1]], [0.2, [1, 2]]]}},
    ]
    return [{"type": "Node", "name": "wrong", **option} for option in wrong]


def connections(path, has_neurons):
    wrong = [
        {"transform": [[1.0] * 7] * 5},
        {"transform": [1.0] * 9},
        {"synapse": {"type": "Lowpass", "tau": -0.1}},
        {"synapse": {"type": "Triangle", "t": -0.1}},
        {"solver": {"type": "LstsqL2", "reg": -0.1}},
        {"solver": {"type": "LstsqDrop", "drop": 1.5}},
        {"solver": {"type": "LstsqNoise", "noise": -0.5}},
        {"eval_points": [[1.0] * 7]},
        {"eval_points": 40},
        {"learning_rule_type": {"type": "PES", "learning_rate": -1.0}},
        {"learning_rule_type": {"type": "BCM"}},
        {"pre": {"of": path, "at": 9}},
        {"pre": {"of": path, "at": {"list": [0, 9]}}},
        {"pre": {"of": path, "at": {"mask": [True] * 9}}},
        {"pre": {"of": path, "at": {"slice": [2, 2, None]}}},
        {
            "transform": {
                "type": "Convolution",
                "n_filters": 2,
                "input_shape": [9, 9, 1],
                "kernel_size": [3, 3],
                "strides": [1, 1],
            }
        },
    ]
    if has_neurons:
        neurons = path + ".neurons"
        wrong += [
            {"learning_rule_type": {"type": "Voja"}, "pre": neurons},
            {"function": {"type": "square"}, "pre": neurons},
            {"pre": {"of": neurons, "at": 99}},
        ]
    return [
        {"type": "Connection", "name": "wrong", "pre": path, "post": path, **option}
        for option in wrong
    ]


def probes(path):
    wrong = [
        {"attr": "nothing"},
        {"attr": "voltage"},
        {"sample_every": 0.0},
        {"sample_every": -0.01},
        {"synapse": {"type": "Alpha", "tau": -1.0}},
        {"target": {"of": path, "at": 9}},
    ]
    return [{"type": "Probe", "target": path, **option} for option in wrong]


def faulty(dice, path, has_neurons):
    """A random one; those with ends have them at `path`."""
    kind = dice.choice(
        [ensembles(), nodes(), connections(path, has_neurons), probes(path)]
    )
    return dice.choice(kind)


def unbuildable(dice):
    """An ensemble that Nengo takes and then cannot build."""
    wrong = [
        {"max_rates": {"type": "Uniform", "low": 900, "high": 1000}},
        {"intercepts": [1.0] * 5},
        {"intercepts": [0.5] * 4},
        {"encoders": [[0.0]] * 5},
        {"encoders": [[0.0, 1.0]] * 5},
        {"eval_points": [[0.0, 1.0]] * 9},
        {"gain": {"type": "Uniform", "low": 1, "high": 2}},
        {"encoders": {"type": "Choice", "options": [[1.0, 1.0]]}},
        {"neuron_type": {"type": "LIF", "initial_state": {"voltage": [0.5] * 4}}},
        {"noise": {"type": "WhiteSignal", "period": 0.1, "high": 5000}},
        {"noise": {"type": "PresentInput", "inputs": [[1]], "presentation_time": 1}},
    ]
    item = {"type": "Ensemble", "name": "wrong", "n_neurons": 5, "dimensions": 1}
    return {**item, **dice.choice(wrong)}
