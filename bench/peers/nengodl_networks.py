#!/usr/bin/env python3
"""One of NengoDL's benchmark networks, timed in NengoDL and, at batch 1, in Nengo.

    ./install.sh VENV
    VENV/bin/python nengodl_networks.py --network cconv --dimensions 128 \
        --neurons-per-d 64 --neuron-type relu --batch 1 [--json FILE]

The same measurement as `./dev run networks`: random numbers in every step of every item,
the fastest of some calls, host copies of input and recording included.
"""
import argparse
import json
import os
import time
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.filterwarnings("ignore")

import nengo
import nengo_dl
import numpy as np
from nengo_dl import benchmarks


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = ("cconv", "integrator", "pes", "basal_ganglia", "random_network")
    parser.add_argument("--network", choices=names, default="cconv")
    parser.add_argument("--dimensions", type=int, default=128)
    parser.add_argument("--neurons-per-d", type=int, default=64)
    parser.add_argument("--neuron-type", choices=("relu", "lif"), default="relu")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--ensembles", type=int, default=20)
    parser.add_argument("--connections", type=int, default=5)
    parser.add_argument("--json", help="write the results to this file")
    return parser.parse_args()


def make_network(args):
    neurons = nengo.LIF() if args.neuron_type == "lif" else nengo.RectifiedLinear()
    extra = (args.ensembles, args.connections) if args.network == "random_network" else ()
    make = getattr(benchmarks, args.network)
    return make(args.dimensions, args.neurons_per_d, neurons, *extra)


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def fastest_and_median(call, reps):
    times = [seconds(call) for _ in range(reps)]
    return {"seconds": min(times), "median": float(np.median(times))}


def inputs_of(net):
    return [net.inp_a, net.inp_b] if hasattr(net, "inp_a") else [net.inp]


def time_nengodl(net, args):
    start = time.perf_counter()
    with nengo_dl.Simulator(
        net, minibatch_size=args.batch, unroll_simulation=25, progress_bar=False
    ) as sim:
        build = time.perf_counter() - start
        rng = np.random.RandomState(0)
        data = {
            node: rng.randn(args.batch, args.steps, node.size_out)
            for node in inputs_of(net)
        }

        def call():
            sim.predict(data, n_steps=args.steps)

        first = seconds(call)
        return {
            "build_seconds": build,
            "first_seconds": first,
            **fastest_and_median(call, args.reps),
        }


def time_nengo(net, args):
    start = time.perf_counter()
    with nengo.Simulator(net, progress_bar=False) as sim:
        build = time.perf_counter() - start
        sim.run_steps(5)
        times = fastest_and_median(lambda: sim.run_steps(args.steps), args.reps)
        return {"build_seconds": build, **times}


def main():
    args = parse_arguments()
    nengo.rc["decoder_cache"]["enabled"] = "False"
    net = make_network(args)
    results = {"neurons": net.n_neurons, "nengo_dl": time_nengodl(net, args)}
    if args.batch == 1:
        results["nengo"] = time_nengo(net, args)
    print(json.dumps(results))
    if args.json:
        with open(args.json, "w") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
