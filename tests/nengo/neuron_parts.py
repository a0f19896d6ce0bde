"""Random neuron types, described."""

import parts

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
        return parts.uniform(dice, (260, 270), (300, 350))
    return parts.uniform(dice, (50, 80), (90, 120))


def states_of(neurons):
    states = list(STATES.get(neurons["type"], []))
    if neurons["type"] in ("RegularSpiking", "StochasticSpiking", "PoissonSpiking"):
        states += STATES.get(neurons["base_type"]["type"], [])
    return states
