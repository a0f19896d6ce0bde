#!/usr/bin/env python3
"""Times the sample `attention` and its lines in PyTorch in turns; prints the ratio.

    compare_attention.py VENV [--ours PATH]

VENV is a virtual environment with torch. A minibatch is 32 sequences, of one step and of
100, which nengine folds into one. The fastest of all rounds counts.
"""
import argparse
import shlex

from programs import HERE, ours, processor_text, run

SHAPES = [(32, 1), (32, 100)]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("venv")
    parser.add_argument("--ours", default=ours("attention"), help="the built program")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()

    print(processor_text())
    for minibatch, steps in SHAPES:
        shape = ["--minibatch", str(minibatch), "--steps", str(steps)]
        # An epoch is one minibatch, so that the fastest of each is compared.
        sequences = ["--sequences", str(minibatch), "--epochs", "200"]
        mine, peer = [], []
        for _ in range(options.rounds):
            mine.append(
                run([*shlex.split(options.ours), *shape, *sequences])
            )
            peer.append(
                run([f"{options.venv}/bin/python", str(HERE / "torch_attention.py"),
                     *shape])
            )
        ms = [min(r["ms_per_minibatch"] for r in results) for results in (mine, peer)]
        print(
            f"minibatch {minibatch} x {steps} steps: nengine {ms[0]:.3f} ms, "
            f"PyTorch {peer[0]['version']} {ms[1]:.3f} ms: {ms[1] / ms[0]:.2f} times"
        )


if __name__ == "__main__":
    main()
