"""NengoDL on a dense network, 784-128-10, as in its tutorial "from TensorFlow".

    ./install.sh VENV
    VENV/bin/python nengodl_dense.py --data DIR [--epochs N] [--json FILE]

The same network, data and optimizer as bench/programs/dense_training.cpp.
"""
import argparse
import json

import nengo
import nengo_dl
import numpy as np
import tensorflow as tf

from nengodl_main_job import EpochTimer, read_set


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="samples/data/mnist", help="folder of idx.gz")
    parser.add_argument("--optimizer", choices=("adam", "sgd"), default="adam")
    parser.add_argument("--train", type=int, default=60000, help="images to train with")
    parser.add_argument("--test", type=int, default=10000, help="images to test with")
    parser.add_argument("--minibatch", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", help="write all results to this file")
    return parser.parse_args()


def build(seed):
    """The network, its input and its probe."""
    with nengo.Network(seed=seed) as net:
        image = nengo.Node(np.zeros(784))
        dense = tf.keras.layers.Dense(128, activation=tf.nn.relu)
        hidden = nengo_dl.Layer(dense)(image)
        probe = nengo.Probe(nengo_dl.Layer(tf.keras.layers.Dense(10))(hidden))
        nengo_dl.configure_settings(stateful=False, use_loop=False)
    return net, image, probe


def main():
    args = parse_arguments()
    # TensorFlow computes in float32: float64 images would only be converted again.
    images, labels = read_set(args.data, "train", args.train, 1.0)
    test_images, test_labels = read_set(args.data, "t10k", args.test, 1.0)
    tf.random.set_seed(args.seed)
    np.random.seed(args.seed)
    results = {"epoch_seconds": [], "epoch_loss": []}
    net, image, probe = build(args.seed)
    with nengo_dl.Simulator(
        net, minibatch_size=args.minibatch, seed=args.seed, progress_bar=False
    ) as sim:
        optimizers = {"adam": tf.optimizers.Adam, "sgd": tf.optimizers.SGD}
        sim.compile(
            optimizer=optimizers[args.optimizer](),
            loss=tf.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        count = len(images) // args.minibatch * args.minibatch
        sim.fit(
            {image: images[:count, None, :]},
            {probe: labels[:count, None, None]},
            epochs=args.epochs,
            verbose=0,
            callbacks=[EpochTimer(results)],
        )
        count = len(test_images) // args.minibatch * args.minibatch
        scores = sim.evaluate(
            {image: test_images[:count, None, :]},
            {probe: test_labels[:count, None, None]},
            verbose=0,
        )
    results["accuracy"] = float(scores["probe_accuracy"])
    print(json.dumps(results))
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(results, f, indent=1)


if __name__ == "__main__":
    main()
