"""NengoDL on the main job: a spiking convolutional network on MNIST-format images.

    ./install.sh VENV
    VENV/bin/python nengodl_main_job.py --data DIR [--epochs N] [--json FILE]

The same network, data, optimizer and test as samples/spiking_mnist.cpp. Pixels are
0..255, as in NengoDL's tutorial (its notebook only flattens the images); `--pixels 1`
divides them by 255, and then the first layer hardly fires in the spiking test.
"""
import argparse
import gzip
import json
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import nengo
import nengo_dl
import numpy as np
import tensorflow as tf


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="samples/data/mnist", help="folder of idx.gz")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--train", type=int, default=60000, help="images to train with")
    parser.add_argument("--test", type=int, default=10000, help="images to test with")
    parser.add_argument("--steps", type=int, default=30, help="of the spiking test")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minibatch", type=int, default=200)
    parser.add_argument("--pixels", type=float, default=255.0, help="largest pixel")
    parser.add_argument("--json", help="write all results to this file")
    parser.add_argument(
        "--export",
        help="write the trained parameters by name (parameters.npz) and what the "
        "network answers with them (answers.npz) to this folder",
    )
    return parser.parse_args()


def read_idx(path):
    """An array from a gzipped idx file of bytes."""
    with gzip.open(path, "rb") as f:
        raw = f.read()
    n_axes = raw[3]
    sizes = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(n_axes)]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * n_axes).reshape(sizes)


def read_set(folder, name, count, largest_pixel):
    """Images [count, 784] and labels [count]."""
    images = read_idx(f"{folder}/{name}-images-idx3-ubyte.gz")[:count]
    labels = read_idx(f"{folder}/{name}-labels-idx1-ubyte.gz")[:count]
    images = images.reshape(-1, 784).astype(np.float32) * (largest_pixel / 255.0)
    return images, labels.astype(np.int32)


def held(images, steps):
    """The same image in every step: [images, steps, 784]."""
    return np.tile(images[:, None, :], (1, steps, 1))


def build(seed):
    """The network, its raw probe and its filtered probe."""
    with nengo.Network(seed=seed) as net:
        net.config[nengo.Ensemble].max_rates = nengo.dists.Choice([100])
        net.config[nengo.Ensemble].intercepts = nengo.dists.Choice([0])
        net.config[nengo.Connection].synapse = None
        lif = nengo.LIF(amplitude=0.01)
        nengo_dl.configure_settings(stateful=False)
        h = nengo.Node(np.zeros(784))
        for filters, stride, shape in (
            (32, 1, (28, 28, 1)),
            (64, 2, (26, 26, 32)),
            (128, 2, (12, 12, 64)),
        ):
            conv = tf.keras.layers.Conv2D(filters, 3, strides=stride)
            h = nengo_dl.Layer(conv)(h, shape_in=shape)
            h = nengo_dl.Layer(lif)(h)
        out = nengo_dl.Layer(tf.keras.layers.Dense(10))(h)
        raw = nengo.Probe(out, label="out_p")
        filtered = nengo.Probe(out, synapse=0.1, label="out_p_filt")
    return net, raw, filtered


class EpochTimer(tf.keras.callbacks.Callback):
    """Seconds and loss of each epoch."""

    def __init__(self, results):
        super().__init__()
        self.results = results
        self.start = None

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.time()

    def on_epoch_end(self, epoch, logs=None):
        seconds, loss = time.time() - self.start, float(logs["loss"])
        self.results["epoch_seconds"].append(seconds)
        self.results["epoch_loss"].append(loss)
        print(f"epoch {epoch + 1}: {seconds:.2f} s, loss {loss:.4f}", flush=True)


def train(sim, probe, images, labels, epochs, results):
    loss = tf.losses.SparseCategoricalCrossentropy(from_logits=True)
    sim.compile(optimizer=tf.optimizers.RMSprop(0.001), loss={probe: loss})
    sim.fit(
        images[:, None, :],
        {probe: labels[:, None, None]},
        epochs=epochs,
        verbose=0,
        callbacks=[EpochTimer(results)],
    )


def rate_accuracy(sim, probe, images, labels):
    """Accuracy of the rate network, which NengoDL only has while it trains: hence fit
    with a learning rate of 0."""

    def accuracy(y_true, y_pred):
        best = tf.argmax(y_pred[:, -1], axis=-1)
        return tf.cast(tf.equal(tf.cast(y_true[:, -1, 0], tf.int64), best), tf.float32)

    loss = tf.losses.SparseCategoricalCrossentropy(from_logits=True)
    sim.compile(
        optimizer=tf.optimizers.SGD(0.0),
        loss={probe: loss},
        metrics={probe: [accuracy]},
    )
    targets = {probe: labels[:, None, None]}
    history = sim.fit(images[:, None, :], targets, epochs=1, verbose=0).history
    return float([v for k, v in history.items() if "accuracy" in k][0][-1])


def spiking_accuracy(sim, probe, images, labels, steps, minibatch):
    """Accuracy on the last step, and the seconds that it took."""

    def accuracy(y_true, y_pred):
        return tf.metrics.sparse_categorical_accuracy(y_true[:, -1], y_pred[:, -1])

    sim.compile(loss={probe: accuracy})
    x, y = held(images, steps), np.tile(labels[:, None, None], (1, steps, 1))
    # One minibatch first, so that making the graph is not in the time.
    sim.evaluate(x[:minibatch], {probe: y[:minibatch]}, verbose=0)
    start = time.time()
    value = float(sim.evaluate(x, {probe: y}, verbose=0)["loss"])
    return value, time.time() - start


def export(sim, net, raw, filtered, images, steps, folder):
    """Everything that is needed to compare another simulator with this one."""
    os.makedirs(folder, exist_ok=True)
    layers = ("conv_1", "conv_2", "conv_3", "dense")
    weights = [w for w in sim.keras_model.weights if "base_params" not in w.name]
    kernels = [w.numpy() for w in weights if "kernel" in w.name]
    biases = [w.numpy() for w in weights if "bias" in w.name]
    named = {}
    for layer, kernel, bias in zip(layers, kernels, biases, strict=True):
        named[f"{layer}.kernel"], named[f"{layer}.bias"] = kernel, bias
    for i, ensemble in enumerate(net.all_ensembles, start=1):
        built = sim.data[ensemble]
        voltage = sim.model.sig[ensemble.neurons]["voltage"].initial_value
        named[f"lif_{i}.bias"] = np.asarray(built.bias, np.float32)
        named[f"lif_{i}.gain"] = np.asarray(built.gain, np.float32)
        named[f"lif_{i}.voltage"] = np.asarray(voltage, np.float32)
    np.savez_compressed(f"{folder}/parameters.npz", **named)

    count = min(2000, len(images)) // sim.minibatch_size * sim.minibatch_size
    answers = sim.predict(held(images[:count], steps), verbose=0)
    np.savez_compressed(
        f"{folder}/answers.npz",
        filtered_last_step=answers[filtered][:, -1].astype(np.float32),
        filtered_first_20=answers[filtered][:20].astype(np.float32),
        raw_first_20=answers[raw][:20].astype(np.float32),
    )


def main():
    args = parse_arguments()
    images, labels = read_set(args.data, "train", args.train, args.pixels)
    test_images, test_labels = read_set(args.data, "t10k", args.test, args.pixels)
    tf.random.set_seed(args.seed)
    np.random.seed(args.seed)

    results = {"epoch_seconds": [], "epoch_loss": []}
    start = time.time()
    net, raw, filtered = build(args.seed)
    with nengo_dl.Simulator(
        net, minibatch_size=args.minibatch, seed=args.seed, progress_bar=False
    ) as sim:
        results["build_seconds"] = time.time() - start
        train(sim, raw, images, labels, args.epochs, results)
        if args.export:
            export(sim, net, raw, filtered, test_images, args.steps, args.export)
        results["rate_accuracy"] = rate_accuracy(sim, raw, test_images, test_labels)
        results["spiking_accuracy"], results["test_seconds"] = spiking_accuracy(
            sim, filtered, test_images, test_labels, args.steps, args.minibatch
        )
    print(json.dumps(results))
    if args.json:
        with open(args.json, "w") as f:
            json.dump(results, f, indent=1)


if __name__ == "__main__":
    main()
