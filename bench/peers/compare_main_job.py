#!/usr/bin/env python3
"""Times NengoDL and nengine on the main job, in turns, and prints the ratios.

    compare_main_job.py VENV [options]

VENV is what install.sh made. Both programs get the same data, number of epochs and
steps. A shared machine drifts by a factor of two within minutes, so they run in turns,
and the fastest epoch and the fastest test of each are compared.
"""
import argparse
import json
import pathlib
import shlex

from programs import HERE, ROOT, ours, processor, processor_text, run


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("venv", type=pathlib.Path, help="where NengoDL is installed")
    parser.add_argument(
        "--ours",
        default=ours("spiking_mnist"),
        help="command that runs nengine's sample, such as the built program's path",
    )
    digits = ROOT / "samples/data/mnist"
    parser.add_argument("--data", default=digits, type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=2, help="how often each one runs")
    parser.add_argument("--epochs", type=int, default=2, help="in each round")
    parser.add_argument("--train", type=int, default=8000, help="images to train with")
    parser.add_argument("--test", type=int, default=1000, help="images to test with")
    parser.add_argument("--steps", type=int, default=30, help="of the spiking test")
    parser.add_argument("--minibatch", type=int, default=200)
    parser.add_argument("--device", default="cpu", help="of nengine")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=pathlib.Path, help="write everything here")
    return parser.parse_args()


def commands(args):
    """The two programs, as lists of arguments."""
    common = []
    for option in ("data", "epochs", "train", "test", "steps", "minibatch", "seed"):
        value = getattr(args, option)
        common += [f"--{option}", str(value.resolve() if option == "data" else value)]
    python = str(args.venv / "bin/python")
    return {
        "nengodl": [python, str(HERE / "nengodl_main_job.py"), *common],
        "nengine": [
            *shlex.split(args.ours), "--dataset", "mnist", "--device", args.device,
            *common,
        ],
    }


def fastest(rounds, images, key):
    """The fastest epoch or test of all rounds, in ms per image."""
    times = [r[key] for r in rounds]
    flat = [t for some in times for t in (some if isinstance(some, list) else [some])]
    return min(flat) / images * 1e3


def print_table(args, results):
    print(processor_text())
    row = "{:<34}{:>12}{:>12}{:>10}"
    print(row.format("", "nengodl", "nengine", "ratio"))
    for title, images, key in (
        ("fastest epoch, ms per image", args.train, "epoch_seconds"),
        (f"{args.steps}-step test, ms per image", args.test, "test_seconds"),
    ):
        theirs, ours = (
            fastest(results[name], images, key) for name in ("nengodl", "nengine")
        )
        print(row.format(title, f"{theirs:.3f}", f"{ours:.3f}", f"{theirs / ours:.1f}"))
    for key in ("spiking_accuracy", "rate_accuracy"):
        values = [results[name][-1][key] for name in ("nengodl", "nengine")]
        print(row.format(key.replace("_", " "), *(f"{v:.4f}" for v in values), ""))
    losses = zip(*(results[n][-1]["epoch_loss"] for n in ("nengodl", "nengine")))
    for i, pair in enumerate(losses, start=1):
        print(row.format(f"loss, epoch {i}", *(f"{v:.4f}" for v in pair), ""))


def main():
    args = parse_arguments()
    results = {"nengodl": [], "nengine": []}
    for i in range(args.rounds):
        for name, command in commands(args).items():
            print(f"round {i + 1} of {args.rounds}: {name} ...", flush=True)
            results[name].append(run(command))
    print_table(args, results)
    if args.json:
        settings = {k: str(v) for k, v in vars(args).items()}
        everything = {"processor": processor(), "settings": settings, **results}
        args.json.write_text(json.dumps(everything, indent=1))


if __name__ == "__main__":
    main()
