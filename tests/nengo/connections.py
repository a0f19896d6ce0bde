"""Random connections, with functions, transforms and learning rules."""

import interpret
import objects
import parts
import weight_parts
from scene import is_mask, is_neurons

ERROR_RULES = ("PES", "RLS", "Voja")


def add_connection(scene):
    dice = scene.dice
    pre = dice.choice([place for place in scene.places if place.size_out])
    post = dice.choice([place for place in scene.places if place.size_in])
    item = connection(scene, pre, post)
    name = item["name"] = scene.name("c")
    scene.items.append(item)
    scene.connections.append(item)
    for path, kind in rule_paths(name, item.get("learning_rule_type")):
        if kind in ERROR_RULES and dice.chance(0.8):
            add_error(scene, path, kind, post)


def connection(scene, pre, post):
    dice = scene.dice
    pre_end, mid = scene.end(pre, source=True)
    post_end, size = scene.end(post, source=False)
    of_neurons, to_neurons = is_neurons(pre_end), is_neurons(post_end)
    decoded = pre.n_neurons > 0 and not of_neurons
    item = {
        "type": "Connection",
        "network": scene.open,
        "pre": pre_end,
        "post": post_end,
    }
    if not of_neurons and dice.chance(0.35):
        mid = add_function(scene, item, pre, mid, decoded)
    scale = 0.01 if of_neurons or to_neurons else 1.0
    transform = weight_parts.transform(dice, size, mid, scale, decoded)
    if is_matrix(transform) and (is_mask(pre_end) or is_mask(post_end)):
        return connection(scene, pre, post)  # Nengo takes masks for repeated indices
    if transform is not None:
        item["transform"] = transform
    feedback = scene.places.index(pre) >= scene.places.index(post)
    item.update(
        dice.maybe(0.8, synapse=lambda: parts.synapse(dice, 0 if feedback else 0.25))
    )
    item.update(scene.seed())
    if decoded:
        add_decoding(scene, item, pre, post.is_ensemble and not to_neurons)
    if dice.chance(0.25):
        add_rules(scene, item, pre, post, size)
    return item


def add_function(scene, item, pre, size, decoded):
    """Of an ensemble sometimes as values at points. Returns the size."""
    dice = scene.dice
    if decoded and dice.chance(0.2):
        count, size = dice.randint(10, 30), dice.randint(1, 2)
        item["eval_points"] = dice.numbers(-1, 1, count, pre.dimensions)
        item["function"] = dice.numbers(-1, 1, count, size)
        return size
    name = dice.choice(list(weight_parts.FUNCTIONS))
    item["function"] = {"type": name}
    return weight_parts.FUNCTIONS[name] or size


def add_decoding(scene, item, pre, weights):
    dice = scene.dice
    item.update(
        dice.maybe(
            0.4,
            solver=lambda: weight_parts.solver(dice, weights),
        )
    )
    if dice.chance(0.15) and "eval_points" not in item:
        item["eval_points"] = objects.points(
            scene, dice.randint(20, 40), pre.dimensions
        )
    item.update(dice.maybe(0.15, scale_eval_points=lambda: dice.chance(0.3)))
    if item.get("solver") == {"type": "NoSolver"} and item.get("function") is None:
        pre_size = pre.dimensions if item["pre"] == pre.path else None
        if pre_size and dice.chance(0.5):
            item["solver"]["values"] = dice.numbers(
                -0.01, 0.01, pre.n_neurons, pre_size
            )


def add_rules(scene, item, pre, post, size):
    """One rule, or several in a list or with names."""
    dice = scene.dice
    names = possible_rules(item, pre, post)
    if not names:
        return
    if is_neurons(item["pre"]) and "transform" not in item and dice.chance(0.9):
        item["transform"] = dice.numbers(-0.01, 0.01, size, size)
    rules = [weight_parts.rule(dice, names) for _ in range(dice.choice([1, 1, 1, 2]))]
    if len(rules) == 1 or rules[0] == rules[1]:  # Nengo makes one of equal ones
        item["learning_rule_type"] = rules[0]
    elif dice.chance(0.5):
        item["learning_rule_type"] = rules
    else:
        item["learning_rule_type"] = dict(zip("pq", rules))


def possible_rules(item, pre, post):
    """Those that Nengo refuses, or cannot run, are left out."""
    of_neurons, to_neurons = is_neurons(item["pre"]), is_neurons(item["post"])
    full = item.get("solver", {}).get("weights", False)
    whole = isinstance(item["pre"], str) and isinstance(item["post"], str)
    if not pre.n_neurons:
        return []
    names = ["PES", "PES"]
    if (full or to_neurons) and whole:
        names += ["BCM", "Oja"]
    if not full and not to_neurons and (whole or not of_neurons):
        names.append("RLS")
    if post.n_neurons and not to_neurons and not of_neurons:
        names.append("Voja")
    return names


def rule_paths(name, rules):
    """The paths of a connection's rules, each with its kind."""
    path = f"{name}.learning_rule"
    if rules is None:
        return []
    if isinstance(rules, list):
        return [(f"{path}.{i}", rule["type"]) for i, rule in enumerate(rules)]
    if "type" not in rules:
        return [(f"{path}.{key}", rule["type"]) for key, rule in rules.items()]
    return [(path, rules["type"])]


def add_error(scene, path, kind, post):
    """What the rule learns from; of neurons it is their ensemble's size."""
    dice = scene.dice
    source = dice.choice([place for place in scene.places if place.size_out])
    item = scene.connections[-1]
    if kind == "Voja":
        size = 1
    elif isinstance(item["post"], str) or is_neurons(item["post"]):
        size = post.dimensions or post.size_in
    else:
        size = size_of_view(item["post"]["at"], post.size_in)
    scene.add(
        "Connection",
        pre=source.path,
        post=path,
        transform=dice.numbers(-1, 1, size, source.size_out),
        **dice.maybe(0.7, synapse=lambda: parts.synapse(dice, 0)),
    )


def size_of_view(at, size):
    if isinstance(at, int):
        return 1
    if "slice" in at:
        return len(range(size)[slice(*at["slice"])])
    return sum(at["mask"]) if "mask" in at else len(at["list"])


def add_convolution(scene):
    """From a new node or new neurons to others, of the sizes that it needs."""
    dice = scene.dice
    described = weight_parts.convolution(dice, transposed=dice.chance(0.4))
    transform = interpret.value(described)
    size_in, size_out = int(transform.size_in), int(transform.size_out)
    if not 0 < size_out <= 40:
        return
    pre = objects.add_image(scene, size_in, dice.chance(0.4))
    post = objects.add_image(scene, size_out, dice.chance(0.4))
    name = scene.name("c")
    item = scene.add(
        "Connection",
        name=name,
        pre=pre,
        post=post,
        transform=described,
        **dice.maybe(0.7, synapse=lambda: parts.synapse(dice)),
        **scene.seed(),
    )
    scene.connections.append(item)


def is_matrix(transform):
    if isinstance(transform, dict):
        return transform["type"] != "Sparse"
    return isinstance(transform, list) and isinstance(transform[0], list)
