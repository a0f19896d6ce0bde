"""Writes random networks, with what Nengo gives for them, as golden entries.

    random_networks.py --seed 7 --count 200 DIR
    random_networks.py --seed 7 --count 2000 --choose 40 DIR

The second keeps the smallest entries that together have every construct of the 2000.
"""

import argparse
import collections
import pathlib
import shutil

import describe
import record


def constructs(described, context=""):
    """What a description has, "LIF", "LIF.tau_rc" and so on, as C++ counts it
    (`constructs_of` in tests/golden/described_network.cpp)."""
    found = set()
    if isinstance(described, list):
        for part in described:
            found |= constructs(part, context)
    elif isinstance(described, dict) and "rejected" not in described:
        name = described.get("type", context)
        found.add(name)
        for key, part in described.items():
            path = f"{name}.{key}"
            found |= {path} | constructs(part, path)
    return found


def size_of(folder):
    return sum(path.stat().st_size for path in folder.iterdir())


def write_entries(args):
    """The entries by folder, each with its constructs."""
    entries, unusable = {}, collections.Counter()
    for number in range(args.count):
        folder = args.folder / f"random_{number}"
        try:
            network = describe.describe(args.seed, number)
            description, manifest = record.write_entry(folder, network)
            if manifest["kind"] == "network":
                entries[folder] = constructs(description)
            else:
                entries[folder] = {"rejected: " + manifest["rejected"]}
        except record.Unusable as reason:
            unusable[str(reason).splitlines()[0][:70]] += 1
    print(f"{len(entries)} networks; left out: {sum(unusable.values())}")
    for reason, count in unusable.most_common():
        print(f"{count:5} {reason}")
    return entries


def choose(entries, count):
    """Greedily the folders that add the most constructs for their size."""
    chosen, covered = [], set()
    while entries and len(chosen) < count:
        best = max(
            entries,
            key=lambda folder: len(entries[folder] - covered) / size_of(folder) ** 0.5,
        )
        chosen.append(best)
        covered |= entries.pop(best)
    missing = set().union(*entries.values()) - covered
    print(f"chosen: {len(chosen)} networks, {len(covered)} constructs")
    if missing:
        print("not among them:", *sorted(missing), sep="\n  ")
    return chosen


def keep(chosen, folder):
    """Removes all other entries and numbers the chosen ones."""
    for number, entry in enumerate(sorted(chosen)):
        entry.rename(folder / f"kept_{number}")
    for entry in folder.glob("random_*"):
        shutil.rmtree(entry)
    for entry in folder.glob("kept_*"):
        entry.rename(folder / entry.name.replace("kept", "random"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--choose", type=int, metavar="N", help="keep only N")
    parser.add_argument("folder", type=pathlib.Path)
    args = parser.parse_args()
    entries = write_entries(args)
    if args.choose:
        keep(choose(entries, args.choose), args.folder)


if __name__ == "__main__":
    main()
