#!/usr/bin/env python3
"""Times NengoDL and nengine training a dense network, in turns, and prints the ratio.

    compare_dense.py VENV [options]

VENV is what install.sh made. Both programs train 784-128-10 with the same data, optimizer,
minibatch size and number of epochs; the fastest epoch of each is compared.
"""
import argparse
import pathlib
import shlex

from programs import HERE, ROOT, fastest, ours, processor_text, run, write_json


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("venv", type=pathlib.Path, help="where NengoDL is installed")
    parser.add_argument(
        "--ours",
        default=ours("dense_training"),
        help="command that runs nengine's program, such as the built program's path",
    )
    digits = ROOT / "samples/data/mnist"
    parser.add_argument("--data", default=digits, type=pathlib.Path)
    parser.add_argument("--optimizer", choices=("adam", "sgd"), default="adam")
    parser.add_argument("--rounds", type=int, default=2, help="how often each one runs")
    parser.add_argument("--epochs", type=int, default=5, help="in each round")
    parser.add_argument("--train", type=int, default=60000, help="images to train with")
    parser.add_argument("--test", type=int, default=10000, help="images to test with")
    parser.add_argument("--minibatch", type=int, default=20)
    parser.add_argument("--device", default="cpu", help="of nengine")
    parser.add_argument("--json", type=pathlib.Path, help="write everything here")
    return parser.parse_args()


def commands(args):
    """The two programs, as lists of arguments."""
    common = ["--data", str(args.data.resolve()), "--optimizer", args.optimizer]
    for option in ("epochs", "train", "test", "minibatch"):
        common += [f"--{option}", str(getattr(args, option))]
    python = str(args.venv / "bin/python")
    return {
        "nengodl": [python, str(HERE / "nengodl_dense.py"), *common],
        "nengine": [*shlex.split(args.ours), "--device", args.device, *common],
    }


def print_table(args, results):
    print(processor_text())
    row = "{:<34}{:>12}{:>12}{:>10}"
    print(row.format(args.optimizer, "nengodl", "nengine", "ratio"))
    theirs, own = (
        fastest(results[name], 1000, "epoch_seconds") for name in ("nengodl", "nengine")
    )
    print(row.format("fastest epoch, s", f"{theirs:.3f}", f"{own:.3f}", f"{theirs / own:.1f}"))
    sums = [
        min(sum(r["epoch_seconds"]) for r in results[name])
        for name in ("nengodl", "nengine")
    ]
    print(
        row.format(
            f"{args.epochs} epochs, s", *(f"{s:.2f}" for s in sums), f"{sums[0] / sums[1]:.1f}"
        )
    )
    accuracies = [results[name][-1]["accuracy"] for name in ("nengodl", "nengine")]
    print(row.format("accuracy", *(f"{v:.4f}" for v in accuracies), ""))


def main():
    args = parse_arguments()
    results = {"nengodl": [], "nengine": []}
    for i in range(args.rounds):
        print(f"round {i + 1} of {args.rounds} ...", flush=True)
        for name, command in commands(args).items():
            results[name].append(run(command))
    print_table(args, results)
    if args.json:
        write_json(args.json, args, results)


if __name__ == "__main__":
    main()
