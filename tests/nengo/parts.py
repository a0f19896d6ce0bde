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
