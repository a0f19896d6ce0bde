"""Random solvers, transforms, functions and learning rules, described."""

import parts


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
    return dice.maybe(0.5, **{name: lambda: parts.synapse(dice, 0.2) for name in names})


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
