#!/usr/bin/env python3
"""Packs what a machine with a GPU needs to run the tests and benchmarks of a build.

    pack.py BUILD [--archive FILE] [--fashion] [--limit MEGABYTES] [--preset N]

BUILD is the folder of a configuration with NENGINE_PORTABLE_BINARIES. The other machine
unpacks the archive and runs the programs with run.py, by python3 alone.
"""
import argparse
import io
import json
import lzma
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

import bundle

# Programs with something for a GPU to do; the others' results are the build machine's.
PROGRAMS = (
    "device_info",
    "networks",
    "spiking_mnist",
    "test_api",
    "test_conformance",
    "test_engine",
    "test_golden",
    "test_kernels",
    "test_samples",
)
FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")
# Every program holds the same library: a dictionary that reaches from one to the next
# packs it once.
DICTIONARY = 192 << 20
# Part of every system: what comes with the C and C++ compilers stays behind. The other
# machine's are at least as new, and its driver uses them.
SYSTEM = re.compile(r"/(ld-linux.*|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s))[-.][^/]*$")


def commit():
    """The commit that the tree is at, and whether it was changed since."""
    done = subprocess.run(
        ["git", "-C", bundle.ROOT, "describe", "--always", "--dirty", "--exclude", "*"],
        capture_output=True,
        text=True,
    )
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def copy_programs(build, folder):
    """Copies tests, samples and benchmarks without their symbols; returns the originals."""
    missing = [name for name in PROGRAMS if not (build / "bin" / name).is_file()]
    benches = sorted(p for p in (build / "bench").glob("*_bench") if p.is_file())
    if missing or not benches:
        sys.exit(f"{build}: has no {', '.join(missing) or 'benchmarks'}; build all of it first")
    programs = [build / "bin" / name for name in PROGRAMS] + benches
    for program in programs:
        copy = folder / program.parent.name / program.name
        copy.parent.mkdir(exist_ok=True)
        subprocess.run(["strip", "-o", copy, program], check=True)
    return programs


def copy_libraries(programs, folder):
    """Copies the shared libraries of the programs that another machine may lack."""
    listed = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=True).stdout
    if lost := re.findall(r"^\s*(\S+) => not found", listed, re.MULTILINE):
        sys.exit(f"libraries that are not found here: {', '.join(sorted(set(lost)))}")
    folder.mkdir()
    for path in sorted(set(re.findall(r"=> (/\S+)", listed))):
        if not SYSTEM.search(path):
            # Under the name that the programs know, whatever link it is here.
            shutil.copy(os.path.realpath(path), folder / pathlib.Path(path).name)


def copy_fashion(folder):
    """Copies Fashion-MNIST, which Debian packages."""
    files = sorted(FASHION.glob("*.gz"))
    if not files:
        sys.exit(f"{FASHION}: has no data; install dataset-fashion-mnist")
    folder.mkdir(parents=True)
    for path in files:
        shutil.copy(path, folder)


def write_archive(folder, archive, preset):
    """Packs `folder`, what was packed first."""
    packed = {
        "commit": commit(),
        "tree": bundle.tree_hash(),
        "packed": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()),
    }
    filters = [{"id": lzma.FILTER_LZMA2, "preset": preset, "dict_size": DICTIONARY}]
    with lzma.open(archive, "wb", filters=filters) as compressed:
        with tarfile.open(fileobj=compressed, mode="w") as tar:
            text = json.dumps(packed, indent=1).encode()
            head = tarfile.TarInfo(f"{bundle.FOLDER.name}/{bundle.ABOUT}")
            head.size = len(text)
            tar.addfile(head, io.BytesIO(text))
            for path in sorted(folder.rglob("*")):
                tar.add(path, f"{bundle.FOLDER.name}/{path.relative_to(folder)}", recursive=False)
    return packed


def largest(folder, count=8):
    """The largest files of `folder` before compression, a line each."""
    files = sorted((p for p in folder.rglob("*") if p.is_file()), key=lambda p: -p.stat().st_size)
    return "\n".join(
        f"  {path.stat().st_size / 1e6:7.1f} MB  {path.relative_to(folder)}"
        for path in files[:count]
    )


def main():
    parser = argparse.ArgumentParser(description="Packs programs for a machine with a GPU.")
    parser.add_argument("build", type=pathlib.Path, help="the folder of the build")
    parser.add_argument("--archive", type=pathlib.Path, default=bundle.ARCHIVE)
    parser.add_argument("--fashion", action="store_true", help="with Fashion-MNIST, 30 MB")
    parser.add_argument("--limit", type=float, default=45, help="of the archive, in MB")
    # 1 takes a minute; 6 had not ended after nine.
    parser.add_argument("--preset", type=int, default=1, help="of xz: how hard to try")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gpu-bundle.", dir=options.build) as temporary:
        folder = pathlib.Path(temporary)
        programs = copy_programs(options.build, folder)
        copy_libraries(programs, folder / "lib")
        if options.fashion:
            copy_fashion(folder / "data" / "fashion-mnist")
        options.archive.parent.mkdir(parents=True, exist_ok=True)
        packed = write_archive(folder, options.archive, options.preset)
        size = options.archive.stat().st_size / 1e6
        limit = options.limit + (30 if options.fashion else 0)
        if size > limit:
            options.archive.unlink()
            sys.exit(
                f"the bundle has {size:.1f} MB, needs at most {limit:g}; its largest files, "
                f"unpacked:\n{largest(folder)}"
            )
    print(f"packed: {options.archive}, {size:.1f} MB, commit {packed['commit']}")


if __name__ == "__main__":
    main()
