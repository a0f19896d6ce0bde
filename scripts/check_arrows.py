#!/usr/bin/env python3
"""Which folder may include which: checks the include lines of api/, engine/ and kernels/.

ALLOWED is the layering of docs/design.md, from the bottom up: a folder's row lists what
its files may include beside their own folder. Errors are: an include that no row allows,
a folder without a row, a row without a folder, and rows that allow a circle.

  scripts/check_arrows.py          say what is wrong, one line each; status 1 if anything is
  scripts/check_arrows.py --used   print the arrows that there are, with counts, as well
"""

import collections
import graphlib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# A name in a row that stands for several folders.
GROUPS = {
    "declared": ["kernels/base", "kernels/pointwise", "kernels/optimizers", "kernels"],
    "functors": ["kernels/neurons", "kernels/synapses", "kernels/losses"],
    "operators": ["engine/ir", "engine/operators"],
    "public": ["api/include/nengine"],
}

ALLOWED = {
    # All arithmetic. `kernels` itself declares the families that the engine calls.
    "kernels/base": "",
    "kernels/pointwise": "kernels/base",
    "kernels/optimizers": "kernels/base",
    "kernels": "kernels/base kernels/pointwise kernels/optimizers",
    "kernels/neurons": "declared",
    "kernels/synapses": "declared",
    "kernels/losses": "declared",
    "kernels/unified": "declared functors",
    "kernels/cpu": "declared",
    "kernels/cuda": "declared",
    "kernels/device": "declared kernels/cpu kernels/cuda",
    # What to compute, in which order, with which memory.
    "engine/io": "kernels/base",
    "engine/ir": "declared",
    "engine/program": "declared",
    "engine/operators": "engine/ir engine/program declared",
    "engine/trace": "operators engine/program declared",
    "engine/planner/graph": "operators declared",
    "engine/planner/normalise": "operators engine/planner/graph declared",
    "engine/planner/rewrite": "operators engine/planner/graph declared",
    "engine/planner/schedule": "operators engine/planner/graph declared",
    "engine/planner/memory": "operators engine/planner/graph declared",
    "engine/planner/emit": "operators engine/planner/graph engine/planner/memory declared",
    "engine/planner": "engine/ir engine/planner/graph engine/planner/normalise "
                      "engine/planner/rewrite engine/planner/schedule "
                      "engine/planner/memory engine/planner/emit",
    "engine/runtime": "engine/ir engine/planner engine/planner/memory declared",
    "engine/train": "engine/ir engine/planner engine/runtime declared",
    "engine/simulation": "engine/ir engine/runtime engine/train declared",
    # What users see.
    "api/include/nengine": "kernels/base kernels/pointwise kernels/optimizers "
                           "kernels/unified",
    "api/numerics": "public declared",
    "api/io": "public engine/io kernels/base",
    "api/expressions": "public api/numerics engine/trace declared",
    "api/losses": "public api/expressions engine/trace kernels/base",
    "api/metrics": "public kernels/base",
    "api/regularizers": "public api/numerics kernels/base",
    "api/objects": "public api/expressions api/numerics engine/trace declared",
    "api/objects/networks": "public api/objects",
    "api/builder/nengo_order": "public api/objects api/numerics kernels/base",
    "api/builder": "public api/objects api/expressions api/numerics "
                   "api/builder/nengo_order engine/trace operators kernels/base",
    "api/data": "public api/numerics engine/io kernels/base",
    "api/callbacks": "public api/numerics engine/io kernels/base",
    "api/simulator": "public api/objects api/expressions api/numerics api/builder "
                     "api/builder/nengo_order api/callbacks api/data operators engine/io "
                     "engine/simulation engine/train kernels/base "
                     "kernels/optimizers",
}

SUFFIXES = {".hpp", ".cpp", ".cu", ".cuh"}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def expand(row):
    """The folders that a row of the table names."""
    return {folder for name in row.split() for folder in GROUPS.get(name, [name])}


def row_of(folder):
    """The row of a folder, as the table names it: what users include is one."""
    inside = re.match(r"(api/include/)?nengine(/|$)", str(folder))
    return "api/include/nengine" if inside else str(folder)


def arrows(root):
    """(folder, included folder, file, header) for each include of the project's own."""
    for top in ("api", "engine", "kernels"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in SUFFIXES:
                file = path.relative_to(root)
                for header in INCLUDE.findall(path.read_text()):
                    yield (row_of(file.parent),
                           row_of(pathlib.PurePosixPath(header).parent), file, header)


def circle(allowed):
    """Folders that may include each other in a circle; empty if there are none."""
    try:
        graphlib.TopologicalSorter(
            {folder: expand(row) for folder, row in allowed.items()}).prepare()
        return []
    except graphlib.CycleError as error:
        return error.args[1]


def check(root, allowed):
    """What is wrong, one line each, and the arrows with their counts."""
    faults, used, unknown = [], collections.Counter(), set()
    for folder, target, file, header in arrows(root):
        if folder not in allowed:
            unknown.add(folder)
        elif folder != target:
            used[folder, target] += 1
            if target not in expand(allowed[folder]):
                faults.append(f'{file}: includes "{header}", needs a header of its own '
                              f'folder or of {", ".join(sorted(expand(allowed[folder])))}')
    faults += [f"{folder}: got a folder with headers, needs a row in ALLOWED"
               for folder in sorted(unknown)]
    faults += [f"{folder}: got a row in ALLOWED, needs a folder"
               for folder in allowed if not (root / folder).is_dir()]
    if ring := circle(allowed):
        faults.append(f"ALLOWED: got the circle {' <- '.join(ring)}, needs none")
    return faults, used


def main():
    faults, used = check(ROOT, ALLOWED)
    if "--used" in sys.argv[1:]:
        for (folder, target), count in sorted(used.items()):
            print(f"{folder} -> {target}  {count}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
