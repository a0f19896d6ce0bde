"""What a description has so far, and how the next item is added to it."""

import dataclasses


@dataclasses.dataclass
class Place:
    """Where connections and probes may begin or end."""

    path: str
    size_in: int
    size_out: int
    n_neurons: int = 0  # of an ensemble that has neurons
    neurons: dict = None  # its neuron type
    dimensions: int = 0

    @property
    def is_ensemble(self):
        return self.dimensions > 0


class Scene:
    def __init__(self, dice):
        self.dice = dice
        self.items = []
        self.networks = ["network"]
        self.open = "network"
        self.places = []
        self.connections = []
        self.neuron_type = {"type": "LIF"}
        self.counts = {}

    def add(self, kind, **arguments):
        item = {"type": kind, "network": self.open, **arguments}
        self.items.append(item)
        return item

    def name(self, kind):
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return f"{kind}{self.counts[kind]}"

    def add_place(self, path, size_in, size_out=None):
        place = Place(path, size_in, size_in if size_out is None else size_out)
        self.places.append(place)
        return place

    def seed(self, probability=0.2):
        return self.dice.maybe(probability, seed=self.dice.seed_number)

    def slice(self, size):
        """A key into something of this size, or None, and the size of the view."""
        dice = self.dice
        if size < 1 or dice.chance(0.6):
            return None, size
        kind = dice.choice(
            ["int", "range", "step", "reverse", "list", "repeats", "mask"]
        )
        if kind == "int":
            return dice.randrange(-size, size), 1
        if kind == "range":
            start = dice.randrange(size)
            stop = dice.randint(start + 1, size)
            return {"slice": [start, stop, None]}, stop - start
        if kind == "step":
            return {"slice": [None, None, 2]}, (size + 1) // 2
        if kind == "reverse":
            return {"slice": [None, None, -1]}, size
        if kind == "mask":
            mask = [dice.chance(0.6) for _ in range(size)]
            return ({"mask": mask}, sum(mask)) if any(mask) else (None, size)
        count = dice.randint(1, min(size, 3))
        if kind == "list":
            return {"list": dice.sample(range(size), count)}, count
        return {
            "list": [dice.randrange(-size, size) for _ in range(count + 1)]
        }, count + 1

    def end(self, place, source, sliced=True):
        """A whole place, its neurons or a part of them, and the size."""
        path, size = place.path, place.size_out if source else place.size_in
        if place.n_neurons and self.dice.chance(0.25):
            path, size = path + ".neurons", place.n_neurons
        at, part_size = self.slice(size) if sliced else (None, size)
        return (path, size) if at is None else ({"of": path, "at": at}, part_size)

    def add_ensemble_place(self, path, n_neurons, dimensions, neurons=None):
        neurons = neurons or self.neuron_type
        has_neurons = neurons["type"] != "Direct"
        self.places.append(
            Place(
                path,
                dimensions,
                dimensions,
                n_neurons=n_neurons if has_neurons else 0,
                neurons=neurons,
                dimensions=dimensions,
            )
        )


def is_neurons(end):
    return (end if isinstance(end, str) else end["of"]).endswith(".neurons")


def is_mask(end):
    return isinstance(end, dict) and isinstance(end["at"], dict) and "mask" in end["at"]
