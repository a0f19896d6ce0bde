#!/usr/bin/env python3
"""The sample `attention` in PyTorch, eager: how long a minibatch takes to train.

Forward, backward and Adam's update for `--minibatch` sequences of `--steps` steps, which
are one batch here: attention sees each step by itself.
"""
import argparse
import json
import math
import time

import torch

TOKENS, CHANNELS = 16, 32


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minibatch", type=int, default=32)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--repetitions", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)

    n = options.minibatch * options.steps
    x, wanted = torch.randn(n, TOKENS, CHANNELS), torch.randn(n, CHANNELS)
    query, key, value = (
        (torch.randn(CHANNELS, CHANNELS) / math.sqrt(CHANNELS)).requires_grad_()
        for _ in range(3)
    )
    optimizer = torch.optim.Adam([query, key, value], lr=0.005)

    def attention(x):
        scores = (x @ query) @ (x @ key).transpose(1, 2)
        weights = torch.softmax(scores / math.sqrt(CHANNELS), dim=-1)
        return (weights @ (x @ value))[:, 0]

    def step():
        optimizer.zero_grad()
        loss = torch.mean((attention(x) - wanted) ** 2)
        loss.backward()
        optimizer.step()

    for _ in range(10):  # warm-up
        step()
    seconds = []
    for _ in range(options.repetitions):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    with open(options.json, "w") as file:
        json.dump(
            {"ms_per_minibatch": 1e3 * min(seconds), "version": torch.__version__}, file
        )


if __name__ == "__main__":
    main()
