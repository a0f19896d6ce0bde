"""What Nengo makes of a description, as an entry of golden data."""

import contextlib
import copy
import json
import warnings

import interpret
import nengo
import numpy as np
from nengo.builder.processes import SimProcess

nengo.rc["decoder_cache"]["enabled"] = "False"

# More rows of evaluation points are left out.
EVAL_POINTS = 16

# Noise of this size, relative to each number, stands in for another order of additions.
# Networks that turn it into more than LIMIT of what they record cannot be compared.
NOISE = 1e-12
LIMIT = 1e-8

# What diverges beyond this, squared, does not fit single precision.
SINGLE_RANGE = 1e15

ENSEMBLE_ARRAYS = "encoders scaled_encoders gain bias max_rates intercepts".split()


class Unusable(Exception):
    """Nothing can be compared with what Nengo made of a description."""


# ------------------------------------------------------------------- running Nengo
def make(description):
    """The network; what Nengo rejects is marked in the description's items."""
    interpreter = interpret.Interpreter(description)
    kept = []
    for item in description["items"]:
        try:
            interpreter.make(item)
        except interpret.MissingObject:
            continue
        except Exception as error:
            if interpret.is_network(item["type"]):  # a part of it has been made
                raise Unusable(f"rejected {item['type']}") from error
            item["rejected"] = type(error).__name__
        kept.append(item)
    description["items"] = kept
    return interpreter.network


def same_items(description):
    """The network again, of the items that Nengo took."""
    interpreter = interpret.Interpreter(description)
    for item in description["items"]:
        if "rejected" not in item:
            interpreter.make(item)
    return interpreter.network


@contextlib.contextmanager
def process_seeds():
    """Lists the processes and their seeds in the order in which they get them."""
    listed = []
    original = nengo.base.Process.get_rng

    def get_rng(self, rng):
        maximum = nengo.utils.numpy.maxint
        seed = rng.randint(maximum) if self.seed is None else self.seed
        listed.append((self, int(seed)))
        return np.random.RandomState(seed)

    nengo.base.Process.get_rng = get_rng
    try:
        yield listed
    finally:
        nengo.base.Process.get_rng = original


@contextlib.contextmanager
def noisy_rates(noise):
    """Decoders are solved for rates, and currents, with noise."""
    rng = np.random.RandomState(1)
    originals = {}

    def disturbed(values):
        values = np.asarray(values, dtype=nengo.rc.float_dtype)
        return values * (1 + noise * rng.uniform(-1, 1, size=values.shape))

    def disturb(rates):
        return lambda self, x, *args: disturbed(rates(self, disturbed(x), *args))

    kinds = [kind for kind in vars(nengo.neurons).values() if is_neuron_type(kind)]
    for kind in kinds:
        if noise and "rates" in vars(kind):
            originals[kind] = kind.rates
            kind.rates = disturb(kind.rates)
    try:
        yield
    finally:
        for kind, rates in originals.items():
            kind.rates = rates


def is_neuron_type(kind):
    return isinstance(kind, type) and issubclass(kind, nengo.neurons.NeuronType)


def disturb_signals(sim, noise):
    rng = np.random.RandomState(2)
    for array in sim.signals.values():
        if isinstance(array, np.ndarray) and array.dtype.kind == "f":
            writable = array.flags.writeable
            with contextlib.suppress(ValueError):  # a view of what is not writable
                array.setflags(write=True)
                array *= 1 + noise * rng.uniform(-1, 1, size=array.shape)
                array.setflags(write=writable)


def run(network, description, noise=0.0):
    """A simulator that has run."""
    with noisy_rates(noise):
        sim = nengo.Simulator(
            network,
            dt=description["dt"],
            seed=description["sim_seed"],
            optimize=False,
            progress_bar=False,
        )
    if noise:
        disturb_signals(sim, noise)
    with sim:
        sim.run_steps(description["n_steps"])
    return sim


def probed(sim):
    return [np.array(sim.data[probe], dtype=float) for probe in sim.model.probes]


def decoded(network, sim):
    weights = [sim.data[connection].weights for connection in network.all_connections]
    return [dense(array) for array in weights if array is not None]


def dense(array):
    return array.toarray() if hasattr(array, "toarray") else np.asarray(array)


# --------------------------------------------------------------------- sensitivity
def difference(wanted, got, least=1.0):
    """The largest difference between arrays, relative to the range of each."""
    worst = 0.0
    for want, other in zip(wanted, got):
        if want.size:
            scale = max(least, np.abs(want).max())
            worst = max(worst, np.abs(want - other).max() / scale)
    return worst


def check_sensitivity(network, sim, description):
    """Raises Unusable for what rounding alone may change."""
    for array in probed(sim):
        if not np.isfinite(array).all():
            raise Unusable("not finite")
        if array.size and np.abs(array).max() > SINGLE_RANGE:
            raise Unusable("diverges")
    again = same_items(description)
    try:
        disturbed = run(again, description, noise=NOISE)
    except (ArithmeticError, ValueError, RuntimeError) as error:
        raise Unusable("chaotic: an error appears") from error
    if difference(probed(sim), probed(disturbed)) > LIMIT:
        raise Unusable("chaotic")
    if difference(decoded(network, sim), decoded(again, disturbed), 1e-9) > LIMIT:
        raise Unusable("chaotic decoders")


def survives_single_precision(sim, description):
    """Whether Nengo's own single precision, and noise of that size, leave things as
    they are. The limits are a tenth of those of tests/golden/compare_simulation.cpp."""
    bits = nengo.rc["precision"]["bits"]
    try:
        with np.errstate(all="ignore"):
            noisy = run(same_items(description), description, noise=1e-6)
            nengo.rc["precision"]["bits"] = "32"
            single = run(same_items(description), description)
    except (ArithmeticError, ValueError, RuntimeError):
        return False  # some decoders need double precision to be solved for at all
    finally:
        nengo.rc["precision"]["bits"] = bits
    return all(similar(probed(sim), probed(other)) for other in (noisy, single))


def similar(wanted, got):
    for want, other in zip(wanted, got):
        if want.size == 0:
            continue
        error = np.abs(want - other)
        scale = max(1.0, np.abs(want).max())
        if not (error.max() <= 1e-5 * scale or error.mean() <= 2e-4 * scale):
            return False
    return True


# ----------------------------------------------------------------------- the entry
class Store:
    """The arrays of an entry: one flat file for each kind of object."""

    def __init__(self):
        self.parts = {}

    def add(self, file, array):
        array = np.ascontiguousarray(array, dtype="<f8")
        parts = self.parts.setdefault(file, [])
        offset = sum(part.size for part in parts)
        parts.append(array.ravel())
        shape = list(array.shape)
        return {"file": file, "offset": offset, "shape": shape, "dtype": "<f8"}

    def write(self, folder):
        for file, parts in self.parts.items():
            with open(folder / file, "wb") as out:
                np.lib.format.write_array(out, np.concatenate(parts), version=(1, 0))


class Names:
    """Paths of labels, "net1/more"; what has no label is counted."""

    def __init__(self, network):
        self.of = {network: ""}
        self.name_parts(network, "")

    def name_parts(self, network, prefix):
        for kind in ("ensembles", "nodes", "connections", "probes", "networks"):
            for i, part in enumerate(getattr(network, kind)):
                self.of[part] = prefix + (part.label or f"{kind[:-1]}#{i + 1}")
        for inner in network.networks:
            self.name_parts(inner, self.of[inner] + "/")


class Recorder:
    """Writes down what a simulator built and recorded."""

    def __init__(self, network, sim):
        self.sim = sim
        self.names = Names(network).of
        self.store = Store()
        self.objects = []
        self.visit(network)

    def add(self, kind, part, **more):
        model = self.sim.model
        self.objects.append(
            {
                "kind": kind,
                "name": self.names[part],
                "seed": int(model.seeds[part]),
                "seeded": bool(model.seeded[part]),
                **more,
            }
        )

    def visit(self, network):
        self.add("Network", network)
        for ensemble in network.ensembles:
            self.add("Ensemble", ensemble, **self.ensemble(self.sim.data[ensemble]))
        for node in network.nodes:
            self.add("Node", node)
        for connection in network.connections:
            built = self.sim.data[connection]
            self.add("Connection", connection, **self.connection(connection, built))
        for probe in network.probes:
            data = np.array(self.sim.data[probe])
            arrays = {"data": self.store.add("probes.npy", data)}
            self.add("Probe", probe, arrays=arrays)
        for inner in network.networks:
            self.visit(inner)

    def ensemble(self, built):
        arrays = {
            name: self.store.add("ensembles.npy", getattr(built, name))
            for name in ENSEMBLE_ARRAYS
            if getattr(built, name) is not None
        }
        rows = len(built.eval_points)
        name = "eval_points_head" if rows > EVAL_POINTS else "eval_points"
        points = built.eval_points[:EVAL_POINTS]
        arrays[name] = self.store.add("ensembles.npy", points)
        return {"eval_points_rows": rows, "arrays": arrays}

    def connection(self, connection, built):
        arrays = {}
        if built.weights is not None:
            arrays["weights"] = self.store.add("connections.npy", dense(built.weights))
        points = built.eval_points
        if connection.eval_points is not None and points is not None:
            if len(points) <= 4 * EVAL_POINTS:
                arrays["eval_points"] = self.store.add("connections.npy", points)
        more = {"arrays": arrays}
        if built.solver_info and "rmses" in built.solver_info:
            rmses = np.atleast_1d(built.solver_info["rmses"])
            more["solver_info"] = {"rmses": rmses.tolist()}
        return more

    def seeds(self, network, listed):
        """The seeds of processes; those of filters have no owner to name."""
        signals = self.sim.model.sig
        owners = {}
        for node in network.all_nodes:
            if isinstance(node.output, nengo.Process):
                owners[signals[node]["out"]] = "node " + self.names[node]
        for ensemble in network.all_ensembles:
            if ensemble.noise is not None:
                current = signals[ensemble.neurons]["in"]
                owners[current] = "noise of " + self.names[ensemble]
        steps = [step for step in self.sim.step_order if isinstance(step, SimProcess)]
        return [
            {
                "owner": owners.get(step.output, "filter"),
                "given": process.seed is not None,
                "seed": seed,
            }
            for step, (process, seed) in zip(steps, listed)
        ]


def rejected(description, error):
    """The manifest of a network that Nengo refuses to build or to run. For one reason:
    of two nengine may find the other one first."""
    items = [item for item in description["items"] if "rejected" not in item]
    right = [item for item in items if item.get("name") != "wrong"]
    if len(right) < len(items):
        try:
            run(same_items({**description, "items": right}), description)
        except Exception as other:
            raise Unusable("refused for several reasons") from other
    return {"kind": "rejected", "rejected": type(error).__name__}, Store()


def is_refusal(error):
    """Nengo's own errors; others say that it failed to notice something. SignalError
    is of numbers that are not finite."""
    if isinstance(error, nengo.exceptions.SignalError):
        return False
    ours = type(error).__module__ == "nengo.exceptions"
    return ours or isinstance(error, NotImplementedError)


def record(description):
    """Marks what Nengo rejects in the description; returns a manifest and the arrays.
    Raises Unusable where there is nothing to compare."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = make(description)
        try:
            with process_seeds() as listed:
                sim = run(network, description)
        except FloatingPointError as error:
            raise Unusable("not finite") from error
        except Exception as error:
            if is_refusal(error):
                return rejected(description, error)
            raise Unusable(f"{type(error).__name__} in Nengo: {error}") from error
        check_sensitivity(network, sim, description)
        single = survives_single_precision(sim, description)
    recorder = Recorder(network, sim)
    manifest = {
        "kind": "network",
        "dt": description["dt"],
        "n_steps": description["n_steps"],
        "sim_seed": int(sim.seed),
        "float32": "compared" if single else "chaotic",
        "process_seeds": recorder.seeds(network, listed),
        "step_order": [type(step).__name__ for step in sim.step_order],
        "objects": recorder.objects,
    }
    return manifest, recorder.store


# ------------------------------------------------------------------------- writing
def write_json(path, values):
    """One element of a list in each line."""
    lines = []
    for key, value in values.items():
        text = json.dumps(value)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            text = "[\n  " + ",\n  ".join(json.dumps(part) for part in value) + "\n ]"
        lines.append(f" {json.dumps(key)}: {text}")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def write_entry(folder, description):
    """Records a description in a folder of its own; Unusable if that is no use."""
    description = copy.deepcopy(description)
    manifest, store = record(description)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "manifest.json", manifest)
    write_json(folder / "network.json", description)
    store.write(folder)
    return description, manifest
