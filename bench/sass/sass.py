#!/usr/bin/env python3
"""Prints what the main kernels cost: instructions per element, registers, spills.

    sass.py BUILD TOOLS

reads the objects of the build folder BUILD (of `./dev build` with CUDA); cuobjdump is
taken from the path, or else installed into the folder TOOLS. Fails where a kernel is over
its bar (kernels.py) or is not found.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from disassembly import functions, loops, turns, whole_path
from kernels import KERNELS

_VERSION = "13.4.92"
_WHEELS = [f"nvidia-cuda-cuobjdump=={_VERSION}", f"nvidia-cuda-nvdisasm=={_VERSION}"]
_OBJECTS = "kernels/cuda/CMakeFiles/nengine_kernels_cuda.dir"


def find_tools(folder):
    """Puts cuobjdump and nvdisasm, which it calls, on the path."""
    if shutil.which("cuobjdump") and shutil.which("nvdisasm"):
        return
    if not list(folder.glob("**/nvdisasm")):
        print(f"installing {' '.join(_WHEELS)} into {folder}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps",
                        "--root-user-action=ignore", "--target", folder, *_WHEELS],
                       check=True)
    program = next(folder.glob("**/nvdisasm"))
    os.environ["PATH"] = f"{program.parent}{os.pathsep}{os.environ['PATH']}"


def short_name(demangled):
    """elements_kernel<Fill<float, 0>, int> of a kernel's whole signature."""
    name = re.sub(r"^void |nengine::|kernels::|cuda::|\(anonymous namespace\)::", "", demangled)
    name = re.sub(r"\((Columns|Keep|Known)\)", "", name)
    depth = 0
    for i, character in enumerate(name):
        depth += (character == "<") - (character == ">")
        if character == ">" and depth == 0:
            return name[:i + 1]
    return name.partition("(")[0]


def object_of(build, source):
    folder = build / _OBJECTS
    path = folder / (source[5:] if source.startswith("cuda/") else f"__/{source}")
    return path.with_name(path.name + ".o")


def kernels_of(path):
    """The functions of an object by their short names."""
    text = subprocess.run(["cuobjdump", "-sass", "-res-usage", path], check=True,
                          capture_output=True, text=True).stdout
    found = functions(text)
    names = subprocess.run(["c++filt"], input="\n".join(found), check=True,
                           capture_output=True, text=True).stdout.splitlines()
    return {short_name(name): function for name, function in zip(names, found.values())}


def path_of(kernel, function):
    """What an element's cost is measured on: (path, elements)."""
    if kernel.through is not None:
        found = turns(function, kernel.access, kernel.through, kernel.without)
        paths = sorted(found, key=len)[-1:]
    elif kernel.loop:
        paths = loops(function, kernel.access)
    else:
        paths = [whole_path(function, kernel.access)]
    path = max(paths, key=lambda p: (p.moved(kernel.access), -len(p)), default=None)
    if path is None or path.moved(kernel.access) == 0:
        raise ValueError(f"{kernel.name}: no {kernel.access}"
                         f"{' in a loop' if kernel.loop else ''}")
    return path, path.moved(kernel.access) / kernel.size


def report(build):
    """Prints the table; returns what is over its bar."""
    objects, failures = {}, []
    print(f"{'kernel':38} {'instr.':>7} {'bar':>5} {'slow':>5} {'calls':>5} {'regs':>4} "
          f"{'spills':>6}")
    for kernel in KERNELS:
        if kernel.source not in objects:
            objects[kernel.source] = kernels_of(object_of(build, kernel.source))
        function = objects[kernel.source].get(kernel.name)
        if function is None:
            failures.append(f"{kernel.what}: no {kernel.name} in {kernel.source}")
            continue
        path, elements = path_of(kernel, function)
        cost = len(path) / elements
        print(f"{kernel.what:38} {cost:7.1f} {kernel.bar:5} {path.slow / elements:5.1f} "
              f"{path.calls / elements:5.1f} {function.registers:4} "
              f"{function.spilled:6}")
        if cost > kernel.bar:
            failures.append(f"{kernel.what}: {cost:.1f} instructions per element, at most "
                            f"{kernel.bar} wanted")
        if function.registers > kernel.registers or function.spilled > kernel.stack:
            failures.append(f"{kernel.what}: {function.registers} registers and "
                            f"{function.spilled} bytes spilled, at most "
                            f"{kernel.registers} and {kernel.stack} wanted")
    return failures


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    find_tools(Path(sys.argv[2]).resolve())
    failures = report(Path(sys.argv[1]))
    for failure in failures:
        print(f"sass: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
