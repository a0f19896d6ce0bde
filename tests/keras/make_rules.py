#!/usr/bin/env python3
"""Writes tests/keras/data/rules.json: what Keras 2.12 does with single parameters, in
float64.

    python3 -m venv VENV && VENV/bin/pip install tensorflow-cpu==2.12.1
    VENV/bin/python tests/keras/make_rules.py

`regularizers` have a parameter's shape and numbers, the penalty and its gradient;
`constraints` what a parameter becomes; `clippings` gradients of parameters of some shapes
before and after they are clipped; `models` what training of two dense layers makes of them
with all of these; `initializers` what random numbers these ask for. Numbers are written so that reading them gives the same float64.
"""

import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
from make_optimizers import keep_digits

keras = tf.keras
DATA = pathlib.Path(__file__).resolve().parent / "data" / "rules.json"
rng = np.random.RandomState(5)


def flat(x):
    return np.ravel(np.asarray(x, np.float64)).tolist()


def real(*shape):
    return rng.randn(*shape).round(3)


def some_zeros(*shape):
    x = real(*shape)
    x[0] = 0.0
    return x


def regularizer(name, options, w):
    x = tf.constant(w, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = getattr(keras.regularizers, name)(**options)(x)
    gradient = tape.gradient(
        value, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return {"name": name, "options": options, "shape": list(w.shape), "parameter": flat(w),
            "value": float(value), "gradient": flat(gradient)}


def constraint(name, options, w):
    value = getattr(keras.constraints, name)(**options)(tf.constant(w, tf.float64))
    return {"name": name, "options": options, "shape": list(w.shape), "parameter": flat(w),
            "value": flat(value)}


def regularizers():
    dense, kernel = some_zeros(4, 3), real(3, 2, 2, 4)
    yield from (regularizer(name, {}, w) for name in ("L1", "L2", "L1L2")
                for w in (dense, kernel, real(5)))
    yield regularizer("L1", {"l1": 0.3}, dense)
    yield regularizer("L2", {"l2": 0.3}, dense)
    yield regularizer("L1L2", {"l1": 0.2, "l2": 0.3}, kernel)
    for mode in ("rows", "columns"):
        options = {"mode": mode}
        yield regularizer("OrthogonalRegularizer", options, real(4, 3))
        yield regularizer("OrthogonalRegularizer", {"factor": 0.5, **options}, real(2, 5))
        yield regularizer("OrthogonalRegularizer", options, some_zeros(3, 3))


def constraints():
    dense, kernel = 2 * some_zeros(4, 3), real(3, 2, 2, 4)
    dense[:, 1] = 0.0  # a norm of 0
    for name in ("MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"):
        yield constraint(name, {}, dense)
        yield constraint(name, {}, real(6))
    for name in ("MaxNorm", "MinMaxNorm", "UnitNorm"):
        yield constraint(name, {"axis": [1]}, dense)
        yield constraint(name, {"axis": [0, 1, 2]}, kernel)
    yield constraint("MaxNorm", {"max_value": 0.5}, dense)
    yield constraint("MinMaxNorm", {"min_value": 1.5, "max_value": 2.0, "rate": 0.25},
                     dense)


def clipping(options, scales, longest=20):
    """One update of SGD by gradients of several parameters shows what is left of these."""
    shapes = [[3], [4, 3], [1], [longest], [2, 3, 4]]
    gradients = [scale * real(*shape) for scale, shape in zip(scales, shapes)]
    optimizer = keras.optimizers.SGD(
        1.0, jit_compile=False, **{key: tf.constant(value, tf.float64)
                                   for key, value in options.items()})
    parameters = [tf.Variable(np.zeros(shape)) for shape in shapes]
    optimizer.apply_gradients([(tf.constant(g), p)
                               for g, p in zip(gradients, parameters)])
    names = {"clipnorm": "norm", "global_clipnorm": "global_norm", "clipvalue": "value"}
    return {"clip": {names[key]: value for key, value in options.items()},
            "shapes": shapes, "gradients": [flat(g) for g in gradients],
            "clipped": [flat(-p.numpy()) for p in parameters]}


def clippings():
    some, small = [1.0, 0.01, 0.0, 3.0, 1.0], [1e-3] * 5
    for options in ({"clipnorm": 1.5}, {"global_clipnorm": 2.5}, {"clipvalue": 0.75}):
        yield clipping(options, some)
        yield clipping(options, small)
        if "clipvalue" not in options:
            yield clipping(options, some, longest=2100)


def model(optimizer, options, first, second, trainable=True):
    """Two dense layers, trained with an incomplete last minibatch. `first` and `second` are
    rules by the layers' members, each a name and its options."""

    def rules(of):
        return {key: getattr(keras.regularizers if "regularizer" in key
                             else keras.constraints, name)(**its_options)
                for key, (name, its_options) in of.items()}

    layers = [keras.layers.Dense(3, activation="tanh", trainable=trainable, **rules(first)),
              keras.layers.Dense(2, **rules(second))]
    network = keras.Sequential([keras.Input((4,)), *layers])
    start = [real(4, 3), real(3), real(3, 2), real(2)]
    layers[0].set_weights(start[:2])
    layers[1].set_weights(start[2:])
    x, y = real(10, 4), real(10, 2)
    network.compile(optimizer=getattr(keras.optimizers, optimizer)(
        jit_compile=False, **options), loss="mse", run_eagerly=True)
    history = network.fit(x, y, batch_size=4, epochs=3, shuffle=False, verbose=0,
                          validation_data=(x[:5], y[:5]))
    penalty = float(sum(network.losses))
    return {"optimizer": optimizer, "options": options, "first": first, "second": second,
            "trainable": trainable, "start": [flat(w) for w in start], "x": flat(x),
            "y": flat(y), "loss": history.history["loss"],
            "val_loss": history.history["val_loss"], "regularization": penalty,
            "end": [flat(w) for w in layers[0].get_weights() + layers[1].get_weights()]}


def models():
    l2, l1 = ("L2", {"l2": 0.05}), ("L1", {"l1": 0.02})
    orthogonal = ("OrthogonalRegularizer", {"factor": 0.3, "mode": "columns"})
    norm, positive = ("MaxNorm", {"max_value": 0.8}), ("NonNeg", {})
    sgd = {"learning_rate": 0.25}
    yield model("SGD", sgd, {"kernel_regularizer": l2, "bias_regularizer": l1},
                {"kernel_regularizer": orthogonal})
    yield model("SGD", {**sgd, "momentum": 0.5}, {"kernel_constraint": norm},
                {"kernel_constraint": ("UnitNorm", {"axis": [1]}),
                 "bias_constraint": positive})
    yield model("Adam", {"learning_rate": 0.05, "weight_decay": 0.01},
                {"kernel_regularizer": ("L1L2", {"l1": 0.1, "l2": 0.2}),
                 "kernel_constraint": norm},
                {"bias_regularizer": l2,
                 "kernel_constraint": ("MinMaxNorm", {"min_value": 0.5, "rate": 0.5})})
    yield model("SGD", sgd, {"kernel_regularizer": l2, "kernel_constraint": norm}, {},
                trainable=False)
    for clip in ({"clipnorm": 0.1}, {"global_clipnorm": 0.2}, {"clipvalue": 0.05}):
        yield model("SGD", {**sgd, **clip}, {"kernel_regularizer": l2}, {})
    yield model("SGD", {**sgd, "use_ema": True, "ema_momentum": 0.75},
                {"kernel_constraint": positive}, {})
    yield model("Adafactor", {"learning_rate": 0.5}, {}, {"kernel_regularizer": l1})


class Asked:
    """In the place of an initializer's random numbers: notes what it asks for."""

    def random_uniform(self, shape, low, high, *_):
        self.distribution = {"kind": "uniform", "low": float(low), "high": float(high)}

    def random_normal(self, shape, mean=0.0, stddev=1.0, *_, **__):
        self.distribution = {"kind": "normal", "mean": float(mean),
                             "stddev": float(stddev)}

    def truncated_normal(self, shape, mean, stddev, *_):
        self.random_normal(shape, mean, stddev)
        self.distribution["kind"] = "truncated"


def initializer(name, options, shape):
    of = getattr(keras.initializers, name)(**options)
    of._random_generator = asked = Asked()
    of(shape)
    return {"name": name, "options": options, "shape": shape, **asked.distribution}


def initializers():
    for shape in ([300, 200], [3, 5, 60, 40], [2, 4, 40, 60], [50000]):
        for name in ("GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal",
                     "LecunUniform", "LecunNormal"):
            yield initializer(name, {}, shape)
        for distribution in ("uniform", "truncated_normal", "untruncated_normal"):
            for mode in ("fan_in", "fan_out", "fan_avg"):
                yield initializer("VarianceScaling", {"scale": 3.0, "mode": mode,
                                                      "distribution": distribution}, shape)
    for name in ("RandomNormal", "RandomUniform", "TruncatedNormal"):
        yield initializer(name, {}, [300, 200])
    yield initializer("RandomNormal", {"mean": 1.0, "stddev": 0.5}, [300, 200])
    yield initializer("RandomUniform", {"minval": 1.0, "maxval": 3.0}, [300, 200])


def main():
    keras.backend.set_floatx("float64")
    keep_digits()
    data = {"keras": keras.__version__, "regularizers": list(regularizers()),
            "constraints": list(constraints()), "clippings": list(clippings()),
            "models": list(models()), "initializers": list(initializers())}
    lines = ",\n".join(
        json.dumps(key) + ": " + (json.dumps(value) if isinstance(value, str) else
                                  "[\n" + ",\n".join(map(json.dumps, value)) + "\n]")
        for key, value in data.items())
    DATA.parent.mkdir(exist_ok=True)
    DATA.write_text("{" + lines + "}\n")


if __name__ == "__main__":
    main()
