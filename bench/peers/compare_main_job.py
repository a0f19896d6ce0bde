#!/usr/bin/env python3
"""Times NengoDL and nengine on the main job, in turns, and prints the ratios.

    compare_main_job.py VENV [options]

VENV is what install.sh made. Both programs get the same data, number of epochs and
steps. A shared machine drifts by a factor of two within minutes, so they run in turns,
and the fastest epoch and the fastest test of each are compared. In turn with them runs a
benchmark that measures what an epoch's convolutions take alone, beside epochs.
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
        default=ours("spiking_mnist"),
        help="command that runs nengine's sample, such as the built program's path",
    )
    parser.add_argument(
        "--floor",
        default=ours("main_job_bench"),
        help="command that runs the benchmark with the convolutions alone",
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


def measure_floor(args):
    """Beside epochs, what their convolutions take."""
    name = f"train_epoch/{args.device}"
    command = [*shlex.split(args.floor), f"--benchmark_filter={name}"]
    found = run([*command, "--benchmark_out_format=json"], "--benchmark_out")
    return found["benchmarks"][0]


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
    least = min(results["floor"], key=lambda r: r["floor_ms_per_image"])
    print(f"an epoch's convolutions alone: {least['floor_ms_per_image']:.3f} ms per image;")
    print(f"an epoch beside them takes {least['time_vs_floor']:.2f} times as long")
    losses = zip(*(results[n][-1]["epoch_loss"] for n in ("nengodl", "nengine")))
    for i, pair in enumerate(losses, start=1):
        print(row.format(f"loss, epoch {i}", *(f"{v:.4f}" for v in pair), ""))


def main():
    args = parse_arguments()
    results = {"nengodl": [], "nengine": [], "floor": []}
    for i in range(args.rounds):
        print(f"round {i + 1} of {args.rounds} ...", flush=True)
        for name, command in commands(args).items():
            results[name].append(run(command))
        results["floor"].append(measure_floor(args))
    print_table(args, results)
    if args.json:
        write_json(args.json, args, results)


if __name__ == "__main__":
    main()
