#!/usr/bin/env python3
"""Times NengoDL, Nengo and nengine on NengoDL's benchmark networks, in turns.

    compare_networks.py VENV [options]

VENV is what install.sh made. One row for each network and batch: seconds for 100 steps,
seconds to build, and how many times faster nengine is than the faster of the peers. The
floor is what moving the weights of all steps takes, where these are what a step is about.
"""
import argparse
import json
import pathlib
import shlex
import sys

from programs import HERE, ours, processor, processor_text, run

# network, dimensions, neurons per dimension, neuron type, batches
CASES = (
    ("cconv", 128, 64, "relu", (1, 64)),
    ("cconv", 128, 64, "lif", (1, 64)),
    ("integrator", 128, 32, "lif", (1, 64)),
    ("pes", 128, 32, "lif", (1,)),
    ("basal_ganglia", 128, 32, "lif", (1, 64)),
    ("random_network", 64, 32, "relu", (1, 64)),
)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("venv", type=pathlib.Path, help="where NengoDL is installed")
    parser.add_argument(
        "--ours",
        default=ours("networks"),
        help="command that runs nengine's program, such as the built program's path",
    )
    parser.add_argument("--only", help="names of networks, separated by commas")
    parser.add_argument("--rounds", type=int, default=1, help="how often each one runs")
    parser.add_argument("--reps", type=int, default=3, help="timed calls in each round")
    parser.add_argument("--device", default="cpu", help="of nengine")
    parser.add_argument("--json", type=pathlib.Path, help="write everything here")
    return parser.parse_args()


def faster(old, new):
    """The results with the smaller times of two runs."""
    return new if old is None else {k: min(old[k], new[k]) for k in new}


def compare(args, case, batch):
    name, dimensions, per_d, neuron_type, _ = case
    options = ["--network", name, "--dimensions", dimensions, "--neurons-per-d", per_d]
    options += ["--neuron-type", neuron_type, "--batch", batch, "--reps", args.reps]
    options = [str(option) for option in options]
    theirs = [str(args.venv / "bin/python"), str(HERE / "nengodl_networks.py")]
    own = [*shlex.split(args.ours), "--device", args.device]
    row = {"network": name, "neuron_type": neuron_type, "batch": batch}
    times = ("build_seconds", "first_seconds", "seconds", "weights_copy_seconds")
    for _ in range(args.rounds):
        peers = run([*theirs, *options])
        mine = run([*own, *options])
        row["neurons"] = peers["neurons"]
        if mine["neurons"] != peers["neurons"]:
            sys.exit(f"{name}: {mine['neurons']} neurons, {peers['neurons']} in NengoDL")
        peers["nengine"] = mine
        for tool in ("nengine", "nengo_dl", "nengo"):
            if tool in peers:
                found = {k: peers[tool][k] for k in times if k in peers[tool]}
                row[tool] = faster(row.get(tool), found)
    best = min(row[tool]["seconds"] for tool in ("nengo_dl", "nengo") if tool in row)
    row["ratio"] = best / row["nengine"]["seconds"]
    return row


def cell(row, tool, key):
    return f"{row[tool][key]:.4f}" if tool in row and key in row[tool] else "-"


def main():
    args = parse_arguments()
    rows = []
    print(processor_text() + "\n")
    print("| network | batch | nengine | Nengo | NengoDL | times faster "
          "| floor | first call | build | Nengo's build |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for case in CASES:
        if args.only and case[0] not in args.only.split(","):
            continue
        for batch in case[-1]:
            row = compare(args, case, batch)
            rows.append(row)
            print(
                f"| {case[0]} {case[1]} x {case[2]} {case[3]} | {batch} "
                f"| {cell(row, 'nengine', 'seconds')} | {cell(row, 'nengo', 'seconds')} "
                f"| {cell(row, 'nengo_dl', 'seconds')} | {row['ratio']:.1f} "
                f"| {cell(row, 'nengine', 'weights_copy_seconds')} "
                f"| {cell(row, 'nengine', 'first_seconds')} "
                f"| {cell(row, 'nengine', 'build_seconds')} "
                f"| {cell(row, 'nengo', 'build_seconds')} |",
                flush=True,
            )
    product = 1.0
    for row in rows:
        product *= row["ratio"]
    print(f"geometric mean of the ratios: {product ** (1 / max(len(rows), 1)):.1f}")
    if args.json:
        everything = {"processor": processor(), "rows": rows}
        args.json.write_text(json.dumps(everything, indent=1))


if __name__ == "__main__":
    main()
