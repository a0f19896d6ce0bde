#!/usr/bin/env python3
"""Which folder may include which: checks the include lines of api/, engine/ and kernels/.

The table below is the layering of docs/design.md, from the bottom up: a folder's row lists
what its files may include beside their own folder. What a folder is not allowed, a file in
it cannot use by accident. A folder without a row, and a row without a folder, are errors.

  scripts/check_arrows.py [--used]     --used: print the arrows that are there, with counts
"""

import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What a row names stands for these folders too.
GROUPS = {
    "operators": "engine/ir engine/operators",
    "functors": "kernels/neurons kernels/synapses kernels/losses kernels/optimizers",
    "kernels": "kernels/base kernels",
}

ALLOWED = {
    # All arithmetic. `kernels` itself declares the families that the engine calls.
    "kernels/base": "",
    "kernels": "kernels/base",
    "kernels/neurons": "kernels",
    "kernels/synapses": "kernels",
    "kernels/losses": "kernels",
    "kernels/optimizers": "kernels",
    "kernels/unified": "kernels functors",
    "kernels/cpu": "kernels",
    "kernels/cuda": "kernels",
    "kernels/device": "kernels kernels/cpu kernels/cuda",
    # What to compute, in which order, with which memory.
    "engine/io": "kernels/base",
    "engine/ir": "kernels",
    "engine/operators": "engine/ir kernels",
    "engine/planner/graph": "operators kernels",
    "engine/planner/normalise": "operators engine/planner/graph kernels",
    "engine/planner/rewrite": "operators engine/planner/graph kernels",
    "engine/planner/schedule": "operators engine/planner/graph kernels",
    "engine/planner/memory": "operators engine/planner/graph kernels",
    "engine/planner/emit": "operators engine/planner/graph engine/planner/memory kernels",
    "engine/planner": "operators engine/planner/graph engine/planner/memory "
                      "engine/planner/emit engine/planner/schedule kernels",
    "engine/runtime": "engine/ir kernels",
    "engine/train": "engine/ir engine/runtime kernels",
    "engine/session": "engine/ir engine/planner engine/planner/memory engine/runtime "
                      "engine/train kernels kernels/device",
    # What users see.
    "api/include/nengine": "kernels/base kernels/unified",
    "api/numerics": "api/include/nengine kernels",
    "api/io": "api/include/nengine engine/io",
    "api/objects": "api/include/nengine api/numerics kernels",
    "api/objects/networks": "api/include/nengine api/objects",
    "api/builder/nengo_order": "api/include/nengine api/objects api/numerics kernels",
    "api/builder": "api/include/nengine api/objects api/numerics api/builder/nengo_order "
                   "operators kernels",
    "api/simulator": "api/include/nengine api/objects api/numerics api/builder "
                     "api/builder/nengo_order operators engine/io engine/session kernels",
}

SUFFIXES = {".hpp", ".cpp", ".cu", ".cuh"}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def expand(row):
    """The folders that a row of the table allows."""
    names = row.split()
    return set(names) | {f for name in names for f in GROUPS.get(name, "").split()}


def target_folder(include):
    """The folder of an include, as it is written in the table."""
    folder = str(pathlib.PurePosixPath(include).parent)
    return "api/include/nengine" if folder == "nengine" else folder


def arrows():
    """(folder, included folder, "file: include") for every include of a project's header."""
    for top in ("api", "engine", "kernels"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix not in SUFFIXES:
                continue
            name = path.relative_to(ROOT)
            for include in INCLUDE.findall(path.read_text()):
                if "/" in include:
                    yield (str(name.parent), target_folder(include),
                           f'{name}: includes "{include}"')


def check():
    """What is wrong, a line each, and the arrows with their counts."""
    faults, used, folders = [], collections.Counter(), set()
    for folder, target, where in arrows():
        folders.add(folder)
        if folder == target:
            continue
        used[folder, target] += 1
        if folder not in ALLOWED:
            faults.append(f"{folder}: a folder without a row in {__file__}")
        elif target not in expand(ALLOWED[folder]):
            faults.append(f"{where}, which {folder} may not")
    faults += [f"{folder}: a row without a folder" for folder in ALLOWED
               if not (ROOT / folder).is_dir()]
    return sorted(set(faults)), used


def main():
    faults, used = check()
    if "--used" in sys.argv[1:]:
        for (folder, target), count in sorted(used.items()):
            print(f"{folder} -> {target}  {count}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
