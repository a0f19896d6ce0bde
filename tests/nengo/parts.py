"""Random values of arguments, described: what an object is made with."""

import random


class Dice(random.Random):
    def chance(self, probability):
        return self.random() < probability

    def number(self, low, high):
        return round(self.uniform(low, high), 3)

    def numbers(self, low, high, *shape):
        """Nested lists of numbers."""
        if not shape:
            return self.number(low, high)
        return [self.numbers(low, high, *shape[1:]) for _ in range(shape[0])]

    def seed_number(self):
        return self.randrange(2**31)

    def maybe(self, probability, **makers):
        """Some of the arguments, each made by a function if it is there at all."""
        return {
            name: make() for name, make in makers.items() if self.chance(probability)
        }

    def kind(self, makers, **fixed):
        """One of the kinds by name, with the arguments that its function makes."""
        name = self.choice(list(makers))
        return {"type": name, **makers[name](self, **fixed)}


# ------------------------------------------------------------------ distributions
def uniform(dice, low=(-1, 0), high=(0.1, 1)):
    return {
        "type": "Uniform",
        "low": dice.number(*low),
        "high": dice.number(*high),
        **dice.maybe(0.1, integer=lambda: False),
    }


def gaussian(dice):
    return {
        "type": "Gaussian",
        "mean": dice.number(-0.2, 0.2),
        "std": dice.number(0.1, 0.6),
    }


BASES = [{"type": "QuasirandomSequence"}, {"type": "Uniform", "low": 0, "high": 1}]


def scattered(dice, surface=None):
    return {
        "type": "ScatteredHypersphere",
        **dice.maybe(
            0.5,
            surface=lambda: dice.chance(0.5) if surface is None else surface,
            min_magnitude=lambda: dice.number(0, 0.6),
            base=lambda: dice.choice(BASES),
            method=lambda: dice.choice(["sct-approx", "sct", "tfww"]),
        ),
    }


def points_distribution(dice, dimensions):
    """Of vectors: encoders and evaluation points."""
    makers = {
        "Uniform": lambda dice: uniform(dice),
        "Gaussian": lambda dice: gaussian(dice),
        "Choice": lambda dice: {
            "options": dice.numbers(-1, 1, 3, dimensions),
            **dice.maybe(0.5, weights=lambda: dice.numbers(0.1, 1, 3)),
        },
        "UniformHypersphere": lambda dice: dice.maybe(
            0.5,
            surface=lambda: dice.chance(0.5),
            min_magnitude=lambda: dice.number(0, 0.6),
        ),
        "ScatteredHypersphere": lambda dice: scattered(dice),
        "QuasirandomSequence": lambda dice: {},
        "CosineSimilarity": lambda dice: {"dimensions": dice.randint(2, 5)},
    }
    return dice.kind(makers)


def number_distribution(dice, size=None):
    """Of numbers in [-1, 1), mostly; of `size` of them exact ones are possible too."""
    makers = {
        "Uniform": lambda dice: uniform(dice),
        "Gaussian": lambda dice: {"mean": -0.2, "std": dice.number(0.05, 0.3)},
        "Exponential": lambda dice: {
            "scale": dice.number(0.1, 0.5),
            "high": 0.8,
            **dice.maybe(0.5, shift=lambda: dice.number(-0.5, 0.2)),
        },
        "Choice": lambda dice: {
            "options": dice.numbers(-0.8, 0.8, 3),
            **dice.maybe(0.5, weights=lambda: dice.numbers(0.1, 1, 3)),
        },
        "PDF": lambda dice: {"x": [-0.5, 0.0, 0.7], "p": [0.25, 0.5, 0.25]},
        "SqrtBeta": lambda dice: {
            "n": dice.randint(1, 5),
            **dice.maybe(0.6, m=lambda: 2),
        },
        "SubvectorLength": lambda dice: {
            "dimensions": dice.randint(3, 6),
            **dice.maybe(0.5, subdimensions=lambda: 2),
        },
        "CosineSimilarity": lambda dice: {"dimensions": dice.randint(2, 5)},
    }
    if size is not None:
        makers["Samples"] = lambda dice: {"samples": dice.numbers(-0.8, 0.8, size)}
    return dice.kind(makers)


# ----------------------------------------------------------- synapses and processes
def linear_filter(dice):
    filters = [
        {"num": [1.0], "den": [0.03, 1.0]},
        {"num": [dice.number(0.001, 0.01), 1.0], "den": [0.0002, 0.02, 1.0]},
        {"num": [0.5, 1.0], "den": [0.03, 1.0]},
        {"num": [0.2], "den": [1.0, -0.8], "analog": False},
        {"num": [1.0], "den": [1e-6, 3e-4, 0.03, 1.0]},
    ]
    method = dice.maybe(0.3, method=lambda: dice.choice(DISCRETIZATIONS))
    return {**dice.choice(filters), **method}


DISCRETIZATIONS = ["zoh", "bilinear", "euler", "backward_diff"]


FILTERS = {
    "Lowpass": lambda dice: {"tau": dice.choice([0.002, 0.02])},
    "Alpha": lambda dice: {"tau": dice.choice([0.005, 0.02])},
    "Triangle": lambda dice: {"t": dice.choice([0.004, 0.0055, 0.01])},
    "LinearFilter": linear_filter,
}


def synapse(dice, none=0.2):
    if dice.chance(none):
        return None
    if dice.chance(0.2):
        return dice.choice([0.0, 0.005, 0.01, 0.03, 0.1])
    return dice.kind(FILTERS)


def noise_distribution(dice):
    if dice.chance(0.3):
        return uniform(dice, low=(-0.3, 0), high=(0.1, 0.3))
    return {"type": "Gaussian", "mean": 0.0, "std": dice.number(0.05, 0.3)}


def piecewise(dice, size):
    times = sorted({dice.number(0, 0.05) for _ in range(4)})
    data = [[time, dice.numbers(-1, 1, size)] for time in times]
    interpolations = ["zero", "linear", "nearest", "slinear", "quadratic", "cubic"]
    if size == 1 and dice.chance(0.3):
        data[0][1] = {"type": "ramp"}
        interpolations = ["zero"]
    return {
        "data": data,
        **dice.maybe(0.8, interpolation=lambda: dice.choice(interpolations)),
    }


def process(dice, size):
    def seed():
        return dice.maybe(0.4, seed=dice.seed_number)

    makers = {
        "WhiteNoise": lambda dice: {
            **dice.maybe(
                0.7,
                dist=lambda: noise_distribution(dice),
                scale=lambda: dice.chance(0.5),
            ),
            **seed(),
        },
        "FilteredNoise": lambda dice: {
            "dist": noise_distribution(dice),
            **dice.maybe(
                0.6, synapse=lambda: synapse(dice, 0), scale=lambda: dice.chance(0.5)
            ),
            **seed(),
        },
        "BrownNoise": lambda dice: {
            **dice.maybe(0.7, dist=lambda: noise_distribution(dice)),
            **seed(),
        },
        "WhiteSignal": lambda dice: {
            "period": dice.choice([0.05, 0.1, 0.033]),
            "high": dice.choice([50, 100, 200]),
            **dice.maybe(0.5, rms=lambda: dice.number(0.1, 0.6)),
            **dice.maybe(0.4, y0=lambda: dice.number(-0.3, 0.3)),
            **seed(),
        },
        "PresentInput": lambda dice: {
            "inputs": dice.numbers(-1, 1, 3, size),
            "presentation_time": dice.choice([0.01, 0.0035, 0.02]),
            **seed(),
        },
        "Piecewise": lambda dice: {**piecewise(dice, size), **seed()},
    }
    return dice.kind(makers)


# ------------------------------------------------------------------------- neurons
STATES = {
    "LIF": ["voltage", "refractory_time"],
    "AdaptiveLIF": ["voltage", "refractory_time", "adaptation"],
    "AdaptiveLIFRate": ["adaptation"],
    "SpikingRectifiedLinear": ["voltage"],
    "Izhikevich": ["voltage", "recovery"],
    "RegularSpiking": ["voltage", "rate_out"],
    "StochasticSpiking": ["rate_out"],
    "PoissonSpiking": ["rate_out"],
}

# Where the neurons start; "rate_out" starts at zero always.
STARTS = {"voltage": (0, 0.9), "refractory_time": (0, 0.003), "adaptation": (0, 0.3)}


def amplitude(dice):
    return dice.maybe(0.2, amplitude=lambda: dice.number(0.3, 2))


def initial_state(dice, kind):
    names = sorted(name for name in STATES[kind] if name in STARTS)

    def start(name):
        low, high = STARTS[name]
        if dice.chance(0.3):
            return {"type": "Choice", "options": [low, high / 3, high]}
        return {"type": "Uniform", "low": low, "high": high}

    return dice.maybe(
        0.2,
        initial_state=lambda: {name: start(name) for name in names if dice.chance(0.7)},
    )


def lif(dice):
    taus = dice.maybe(
        0.3,
        tau_rc=lambda: dice.choice([0.01, 0.03]),
        tau_ref=lambda: dice.choice([0.001, 0.0015]),
    )
    return {**taus, **amplitude(dice)}


def adaptive(dice):
    return dice.maybe(0.5, tau_n=lambda: 0.05, inc_n=lambda: 0.02)


def min_voltage(dice):
    return dice.maybe(0.2, min_voltage=lambda: -0.5)


def tau_ref(dice):
    return dice.maybe(0.3, tau_ref=lambda: dice.choice([0.002, 0.0022]))


RATE_NEURONS = {
    "LIFRate": lif,
    "RectifiedLinear": amplitude,
    "Sigmoid": tau_ref,
    "Tanh": tau_ref,
    "AdaptiveLIFRate": lambda dice: {
        **lif(dice),
        **adaptive(dice),
        **initial_state(dice, "AdaptiveLIFRate"),
    },
}


def spikes_of_rates(dice, kind):
    bases = dict(RATE_NEURONS)
    if kind == "PoissonSpiking":  # negative rates have no Poisson distribution
        del bases["Tanh"]
    base = dice.kind(bases)
    return {"base_type": base, **amplitude(dice), **initial_state(dice, kind)}


SPIKING_NEURONS = {
    "LIF": lambda dice: {
        **lif(dice),
        **min_voltage(dice),
        **initial_state(dice, "LIF"),
    },
    "AdaptiveLIF": lambda dice: {
        **lif(dice),
        **adaptive(dice),
        **min_voltage(dice),
        **initial_state(dice, "AdaptiveLIF"),
    },
    "SpikingRectifiedLinear": lambda dice: {
        **amplitude(dice),
        **initial_state(dice, "SpikingRectifiedLinear"),
    },
    # With other parameters the rates that Nengo counts for its decoders are chaotic.
    "Izhikevich": lambda dice: initial_state(dice, "Izhikevich"),
    "RegularSpiking": lambda dice: spikes_of_rates(dice, "RegularSpiking"),
    "StochasticSpiking": lambda dice: spikes_of_rates(dice, "StochasticSpiking"),
    "PoissonSpiking": lambda dice: spikes_of_rates(dice, "PoissonSpiking"),
}


def neuron_type(dice, direct=0.07):
    if dice.chance(direct):
        return {"type": "Direct"}
    if dice.chance(0.2):
        return {"type": "LIF", **SPIKING_NEURONS["LIF"](dice)}
    return dice.kind({**SPIKING_NEURONS, **RATE_NEURONS})


def max_rates(dice, neurons):
    """Those of Sigmoid have to be above the rate of no input."""
    base = neurons.get("base_type", neurons)["type"]
    if base == "Sigmoid":
        return uniform(dice, (260, 270), (300, 350))
    return uniform(dice, (50, 80), (90, 120))


def states_of(neurons):
    states = list(STATES.get(neurons["type"], []))
    if neurons["type"] in ("RegularSpiking", "StochasticSpiking", "PoissonSpiking"):
        states += STATES.get(neurons["base_type"]["type"], [])
    return states


# ------------------------------------------------------------------------- solvers
def subsolver(dice):
    makers = {
        "Cholesky": lambda dice: dice.maybe(0.5, transpose=lambda: dice.chance(0.5)),
        "SVD": lambda dice: {},
        "Conjgrad": lambda dice: {"tol": 1e-6, **dice.maybe(0.5, maxiters=lambda: 500)},
        "BlockConjgrad": lambda dice: {"tol": 1e-6},
        "ConjgradScipy": lambda dice: {
            "tol": 1e-9,
            **dice.maybe(0.5, atol=lambda: 1e-9),
        },
        "LSMRScipy": lambda dice: {"tol": 1e-9},
        "RandomizedSVD": lambda dice: dice.maybe(
            0.5, n_components=lambda: 50, n_oversamples=lambda: 8, n_iter=lambda: 1
        ),
    }
    return dice.kind(makers)


def least_squares(dice, **options):
    return {
        **dice.maybe(0.4, **{name: lambda: dice.number(0.05, 0.3) for name in options}),
        **dice.maybe(0.5, solver=lambda: subsolver(dice)),
    }


BASIC_SOLVERS = {
    "LstsqL2": lambda dice: least_squares(dice, reg=True),
    "Lstsq": lambda dice: dice.maybe(0.5, rcond=lambda: dice.choice([0.02, 0.05])),
    "LstsqL2nz": lambda dice: least_squares(dice, reg=True),
    "LstsqNoise": lambda dice: least_squares(dice, noise=True),
    "LstsqMultNoise": lambda dice: least_squares(dice, noise=True),
    "Nnls": lambda dice: {},
    "NnlsL2": lambda dice: dice.maybe(0.5, reg=lambda: dice.number(0.05, 0.3)),
    "NnlsL2nz": lambda dice: dice.maybe(0.5, reg=lambda: dice.number(0.05, 0.3)),
    "LstsqL1": lambda dice: dice.maybe(
        0.4, l1=lambda: 1e-3, l2=lambda: 1e-4, max_iter=lambda: 500
    ),
}


def drop(dice):
    def inner():
        names = ["LstsqL2", "LstsqL2nz", "NnlsL2"]
        return dice.kind({name: BASIC_SOLVERS[name] for name in names})

    return dice.maybe(
        0.5, drop=lambda: dice.number(0.1, 0.5), solver1=inner, solver2=inner
    )


def solver(dice, weights=False):
    """`weights`: a full weight matrix is possible."""
    if dice.chance(0.1):
        described = {"type": "LstsqDrop", **drop(dice)}
    elif dice.chance(0.1):
        described = {"type": "NoSolver"}
    else:
        described = dice.kind(BASIC_SOLVERS)
    if weights and dice.chance(0.45):
        described["weights"] = True
    return described


# ---------------------------------------------------------------------- transforms
def sparse(dice, rows, columns, scale):
    places = [[row, column] for row in range(rows) for column in range(columns)]
    count = dice.randint(1, min(len(places), 6))
    indices = dice.sample(places, count)
    init = dice.choice(
        [
            lambda: dice.number(-1, 1) * scale,
            lambda: [dice.number(-1, 1) * scale for _ in range(count)],
            lambda: {"type": "Uniform", "low": -scale, "high": scale},
        ]
    )
    shape = {"type": "Sparse", "shape": [rows, columns], "indices": indices}
    return {**shape, **dice.maybe(0.9, init=init)}


def transform(dice, rows, columns, scale=1.0, decoded=False):
    """None leaves the argument out. Decoded connections refuse sparse transforms."""
    makers = [
        lambda: [
            [dice.number(-1, 1) * scale for _ in range(columns)] for _ in range(rows)
        ],
        lambda: {"type": "Uniform", "low": -0.5 * scale, "high": 0.6 * scale},
    ]
    if dice.chance(0.1):
        deviation = {"type": "Gaussian", "mean": 0.0, "std": 0.5 * scale}
        makers.append(lambda: deviation)
    if not decoded or dice.chance(0.05):
        makers.append(lambda: sparse(dice, rows, columns, scale))
    if rows == columns:
        makers += 3 * [lambda: None]
        makers += [
            lambda: dice.number(-1, 1) * scale,
            lambda: [dice.number(-1, 1) * scale for _ in range(rows)],
        ]
    return dice.choice(makers)()


def convolution(dice, transposed):
    """The transform of an image of one or two dimensions."""
    axes = dice.choice([1, 2])
    space = [dice.randint(3, 4) for _ in range(axes)]
    groups = dice.choice([1, 1, 2]) if not transposed else 1
    channels = groups * dice.choice([1, 2])
    last = dice.chance(0.5)
    filters = groups * dice.randint(1, 2)
    kernel = [dice.randint(1, 3) for _ in range(axes)]
    described = {
        "type": "ConvolutionTranspose" if transposed else "Convolution",
        "n_filters": filters,
        "input_shape": space + [channels] if last else [channels] + space,
        "kernel_size": kernel,
        "strides": [dice.randint(1, 2) for _ in range(axes)],
        "channels_last": last,
        **dice.maybe(0.7, padding=lambda: dice.choice(["valid", "same"])),
        **dice.maybe(
            0.5,
            init=lambda: dice.choice(
                [
                    dice.numbers(-0.5, 0.5, *kernel, channels // groups, filters),
                    {"type": "Gaussian", "mean": 0.0, "std": 0.3},
                ]
            ),
        ),
    }
    if groups > 1:
        described["groups"] = groups
    if transposed and dice.chance(0.4):
        described["output_shape"] = larger_output(described)
    return described


def larger_output(described):
    """One more position along strided axes, from which a convolution leads back."""
    last = described["channels_last"]
    inputs = described["input_shape"]
    space = []
    for size, kernel, stride in zip(
        inputs[:-1] if last else inputs[1:],
        described["kernel_size"],
        described["strides"],
    ):
        valid = described.get("padding", "valid") == "valid"
        smallest = 1 + (size - 1) * stride + (kernel - 1 if valid else 0)
        space.append(smallest + stride - 1)
    channels = [described["n_filters"]]
    return space + channels if last else channels + space


# ------------------------------------------------------- functions, learning rules
# Functions of connections: the size of what they compute, None for that of their input.
FUNCTIONS = {
    "square": None,
    "sine": None,
    "reverse": None,
    "absolute_first": 1,
    "sum_and_product": 2,
    "constant": 3,
}


def filtered(dice, *names):
    return dice.maybe(0.5, **{name: lambda: synapse(dice, 0.2) for name in names})


RULES = {
    "PES": lambda dice: {
        "learning_rate": dice.choice([1e-3, 1e-4, 1e-5]),
        **filtered(dice, "pre_synapse"),
    },
    "RLS": lambda dice: {
        "learning_rate": dice.choice([1e-3, 1e-2]),
        **filtered(dice, "pre_synapse"),
    },
    "BCM": lambda dice: {
        "learning_rate": dice.choice([1e-9, 1e-8]),
        **filtered(dice, "pre_synapse", "post_synapse", "theta_synapse"),
    },
    "Oja": lambda dice: {
        "learning_rate": dice.choice([1e-7, 1e-6]),
        **dice.maybe(0.5, beta=lambda: dice.choice([0.5, 1.0])),
        **filtered(dice, "pre_synapse", "post_synapse"),
    },
    "Voja": lambda dice: {
        "learning_rate": dice.choice([1e-2, 1e-3]),
        **filtered(dice, "post_synapse"),
    },
}

PROBEABLE_OF_RULES = {
    "PES": ["error", "activities", "delta"],
    "RLS": ["pre_filtered", "error", "delta", "inv_gamma"],
    "BCM": ["theta", "pre_filtered", "post_filtered", "delta"],
    "Oja": ["pre_filtered", "post_filtered", "delta"],
    "Voja": ["post_filtered", "scaled_encoders", "delta"],
}


def rule(dice, names):
    return dice.kind({name: RULES[name] for name in names})
