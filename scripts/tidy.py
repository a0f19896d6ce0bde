#!/usr/bin/env python3
"""clang-tidy on chosen sources: tidy.py BUILD [--changed] [--seconds N] [FILE...].

BUILD has the compile_commands.json. --changed: the sources that differ from where this
branch left origin/main (or main), on main itself from what it was a day before its last
commit; files that git does not know yet are among them, and the latest come first.
--seconds: no file is begun after that; what was left out is said.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
SECONDS_PER_DAY = 86400


def git(*arguments):
    done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True)
    return done.stdout.split("\n")[:-1] if done.returncode == 0 else None


def own_commits():
    """Those since this branch left main; on main, those of the day before the last."""
    head = git("rev-parse", "HEAD")
    if head is None:
        sys.exit("tidy: got no commit to compare with, needs a git checkout")
    for main in ("origin/main", "main"):
        base = git("merge-base", main, "HEAD")
        if base and base != head:
            return f"{base[0]}..HEAD"
    last = int(git("log", "-1", "--format=%ct")[0])
    older = git("rev-list", "-1", f"--before={last - SECONDS_PER_DAY}", "HEAD")
    return f"{older[0]}..HEAD" if older else "HEAD"


def changed_files():
    """Sources, the latest changes first."""
    names = git("ls-files", "--others", "--exclude-standard", "--", "*.cpp")
    names += git("diff", "--name-only", "HEAD", "--", "*.cpp")
    names += git("log", "--name-only", "--format=", own_commits(), "--", "*.cpp")
    return [name for name in dict.fromkeys(names) if (ROOT / name).exists()]


def write_commands(build, folder):
    """One command for each source into folder: clang-tidy looks once for each that it
    finds, and sources are compiled for several processors. Gives the sources."""
    commands = json.loads((build / "compile_commands.json").read_text())
    first = {}
    for command in commands:
        first.setdefault(pathlib.Path(command["file"]).resolve(), command)
    folder.mkdir(exist_ok=True)
    (folder / "compile_commands.json").write_text(json.dumps(list(first.values())))
    return set(first)


def tidy(folder, source):
    """What clang-tidy has to say; empty when nothing is wrong."""
    done = subprocess.run(
        ["clang-tidy-16", "-p", folder, "--quiet", "--warnings-as-errors=*",
         "--extra-arg=-Wno-unknown-warning-option", source],
        capture_output=True, text=True)
    return done.stdout + done.stderr if done.returncode != 0 else ""


def run(folder, sources, seconds):
    """Whether all sources that were looked at in time are clean."""
    start = time.monotonic()

    def look(source):
        if time.monotonic() - start > seconds:
            return None
        return tidy(folder, source)

    clean, left_out = True, 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for source, found in zip(sources, pool.map(look, sources)):
            if found is None:
                left_out += 1
            elif found:
                print(f"== {source.relative_to(ROOT)}\n{found}", flush=True)
                clean = False
    print(f"clang-tidy: {len(sources) - left_out} files in "
          f"{time.monotonic() - start:.0f} s"
          + (f"; no time for {left_out} more" if left_out else ""))
    return clean


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("files", nargs="*")
    parser.add_argument("--changed", action="store_true")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    chosen = parser.parse_intermixed_args()
    folder = chosen.build / "tidy"
    compiled = write_commands(chosen.build, folder)
    wanted = {(ROOT / name).resolve() for name in chosen.files}
    for source in sorted(wanted - compiled):
        sys.exit(f"tidy: {source}: not compiled in {chosen.build}")
    sources = sorted(wanted)
    if chosen.changed:
        changed = [(ROOT / name).resolve() for name in changed_files()]
        sources += [source for source in changed if source in compiled - wanted]
    sys.exit(0 if run(folder, sources, chosen.seconds) else 1)


if __name__ == "__main__":
    main()
