#!/usr/bin/env python3
"""Checks what a shared library exports: check_exports.py NM LIBRARY HEADERS.

Every name must be ours, and each part of it (nengine::Network::probe) must stand in
one of the public HEADERS (a folder); and what programs cannot do without must be there.
"""

import pathlib
import re
import subprocess
import sys

# Types that are thrown, and what users' neuron types call.
NEEDED = (
    "nengine::kernels::register_neuron",
    "nengine::kernels::CpuScratch::~CpuScratch",
    "typeinfo for nengine::Error",
    "typeinfo for nengine::FileError",
    "typeinfo for nengine::ValidationError",
    "vtable for nengine::ShapeError",
)
TABLES = r"(?:typeinfo(?: name)?|vtable|VTT|guard variable) for "


def parts(name):
    """The identifiers of a demangled name; none if it is not in namespace nengine."""
    match = re.match(rf"(?:{TABLES})?(nengine::[\w:~]*)", name)
    return re.findall(r"\w+", match[1]) if match else []


def faults(exported, headers, needed=NEEDED):
    """What is wrong with demangled names, given the text of the headers."""
    words = set(re.findall(r"\w+", headers))
    found = []
    for name in exported:
        of_name = parts(name)
        if not of_name:
            found.append(f"{name}: got a name that is not nengine's")
        for part in of_name:
            if part not in words:
                found.append(f"{name}: got {part}, which no public header has")
    for name in needed:
        if not any(one == name or one.startswith(name + "(") for one in exported):
            found.append(f"{name}: not exported")
    return found


def exported_names(nm, library):
    lines = subprocess.run(
        [nm, "--dynamic", "--defined-only", "--demangle", library],
        check=True, capture_output=True, text=True).stdout.splitlines()
    return [line.split(" ", 2)[2] for line in lines]


def main(nm, library, folder):
    headers = [path.read_text() for path in pathlib.Path(folder).rglob("*")
               if path.is_file()]
    names = exported_names(nm, library)
    found = faults(names, "\n".join(headers))
    print(f"{len(names)} names exported, {len(found)} faults")
    print(*found, sep="\n")
    return 1 if found or not headers else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
