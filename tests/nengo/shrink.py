"""Makes an entry whose test fails smaller, as long as it fails.

    shrink.py TEST_GOLDEN ENTRY DIR

TEST_GOLDEN is the test program, ENTRY a folder that random_networks.py has written. What
is left is written to DIR/random_0, and printed.
"""

import copy
import json
import os
import pathlib
import subprocess
import sys

import record

# What makes an item what it is.
NEEDED = {"type", "name", "network", "n_neurons", "dimensions", "pre", "post", "target"}


def fails(program, description, folder):
    """Whether the test of what Nengo makes of the description fails."""
    for item in description["items"]:
        item.pop("rejected", None)
    try:
        record.write_entry(folder / "random_0", description)
    except (record.Unusable, TypeError):  # of arguments that were needed
        return False
    environment = {**os.environ, "NENGINE_RANDOM_NETWORKS": str(folder)}
    command = [program, "--gtest_filter=golden.random_0"]
    done = subprocess.run(command, env=environment, capture_output=True)
    return done.returncode != 0


def smaller(description):
    """The description without one item, or without one argument of an item."""
    items = description["items"]
    for i in reversed(range(len(items))):
        yield {**description, "items": items[:i] + items[i + 1 :]}
    for i, item in enumerate(items):
        for key in set(item) - NEEDED:
            less = {name: value for name, value in item.items() if name != key}
            yield {**description, "items": [*items[:i], less, *items[i + 1 :]]}
    if "config" in description:
        yield {key: value for key, value in description.items() if key != "config"}


def shrunk(program, description, folder):
    for candidate in smaller(description):
        if fails(program, copy.deepcopy(candidate), folder):
            return shrunk(program, candidate, folder)
    return description


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    program, entry, folder = sys.argv[1], *map(pathlib.Path, sys.argv[2:])
    description = json.loads((entry / "network.json").read_text(encoding="utf-8"))
    description = shrunk(program, description, folder)
    fails(program, description, folder)  # writes it
    for item in description["items"]:
        print(json.dumps(item))


if __name__ == "__main__":
    main()
