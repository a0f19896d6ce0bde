#!/usr/bin/env python3
"""Writes tests/keras/data/optimizers.json: what Keras 2.12's optimizers make of a few
parameters in a few updates, and its schedules of learning rates, in float64.

    python3 -m venv VENV && VENV/bin/pip install tensorflow-cpu==2.12.1
    VENV/bin/python tests/keras/make_optimizers.py

Each case has the optimizer's name, the options that it was given, and the parameters
after each update; with `use_ema` their averages as well. Cases of `shaped` have parameters
of several shapes, and gradients of their own. Schedules have the rates of the
first updates. Numbers are written so that reading them gives the same float64.
"""

import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

DATA = pathlib.Path(__file__).resolve().parent / "data" / "optimizers.json"
UPDATES = 6
START = [0.5, -1.25, 2.0, 1e-3, 0.0]

CASES = [
    ("SGD", {}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True,
             "weight_decay": 0.05}),
    ("SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.9}),
    ("RMSprop", {}),
    ("RMSprop", {"learning_rate": 0.05, "rho": 0.8, "momentum": 0.5}),
    ("RMSprop", {"learning_rate": 0.05, "epsilon": 1e-3, "centered": True}),
    ("RMSprop", {"learning_rate": 0.05, "momentum": 0.5, "centered": True,
                 "weight_decay": 0.01}),
    ("Adam", {}),
    ("Adam", {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3}),
    ("Adam", {"learning_rate": 0.1, "beta_2": 0.5, "amsgrad": True,
              "weight_decay": 0.02}),
    ("Adam", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.5}),
    ("Adamax", {}),
    ("Adamax", {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.5, "epsilon": 1e-3,
                "weight_decay": 0.02}),
    ("Nadam", {}),
    ("Nadam", {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3,
               "weight_decay": 0.02}),
    ("Adagrad", {}),
    ("Adagrad", {"learning_rate": 0.1, "epsilon": 1e-2, "weight_decay": 0.02}),
    ("Adadelta", {}),
    ("Adadelta", {"learning_rate": 1.0, "rho": 0.5, "epsilon": 1e-3,
                  "weight_decay": 0.02}),
    ("Ftrl", {}),
    ("Ftrl", {"learning_rate": 0.1, "learning_rate_power": -0.75, "beta": 0.5}),
    ("Ftrl", {"learning_rate": 0.1, "l1": 0.5, "l2": 0.1, "l2_shrinkage": 0.25,
              "weight_decay": 0.02}),
    ("Ftrl", {"learning_rate": 0.1, "learning_rate_power": 0.0}),
    ("AdamW", {}),
    ("AdamW", {"learning_rate": 0.1, "amsgrad": True, "weight_decay": 0.05}),
    ("Adafactor", {}),
    ("Adafactor", {"learning_rate": 0.5, "beta_2_decay": -0.5, "epsilon_1": 1e-4,
                   "epsilon_2": 0.25, "clip_threshold": 0.5, "weight_decay": 0.02}),
]

SHAPES = [[3], [4, 3], [], [2, 3, 4], [1, 5], [5, 1], [2, 2, 3, 2]]
SHAPED = [
    ("Adafactor", {}),
    ("Adafactor", {"learning_rate": 0.9, "clip_threshold": 0.75}),
    ("Adafactor", {"learning_rate": 0.9, "relative_step": False}),
    ("Adafactor", {"learning_rate": 0.1, "beta_2_decay": -0.5, "epsilon_1": 1e-3,
                   "epsilon_2": 0.5, "weight_decay": 0.05, "use_ema": True,
                   "ema_momentum": 0.9}),
]

SCHEDULES = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7,
                          "decay_rate": 0.9}),
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7,
                          "decay_rate": 0.9, "staircase": True}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 7,
                          "decay_rate": 0.5}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 7,
                          "decay_rate": 0.5, "staircase": True}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7,
                         "end_learning_rate": 0.01, "power": 2.5, "cycle": True}),
    ("PiecewiseConstantDecay", {"boundaries": [3, 5, 11],
                                "values": [0.1, 0.05, 0.01, 0.001]}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 7}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 19, "alpha": 0.2}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 4}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 3,
                             "t_mul": 1.0, "m_mul": 0.5, "alpha": 0.1}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 3,
                             "t_mul": 1.5, "m_mul": 0.75}),
]
RATES = 30

# Keras's names for options where ours are shorter.
RENAMED = {"l1": "l1_regularization_strength", "l2": "l2_regularization_strength",
           "l2_shrinkage": "l2_shrinkage_regularization_strength"}


def gradients():
    """[updates, parameters]: of very different sizes, some 0, one parameter's always."""
    result = np.random.RandomState(0).randn(UPDATES, len(START))
    result *= [1.0, 1e-3, 30.0, 1.0, 0.0]
    result[2, 3] = result[0, 1] = 0.0
    return result


def keep_digits():
    """Keras casts Python's numbers by way of float32, which loses half of their digits."""
    module = sys.modules["keras.optimizers.nadam"].tf  # all of Keras has this one
    cast = module.cast
    module.cast = lambda x, dtype, **more: cast(
        tf.constant(x, tf.float64) if isinstance(x, float) else x, dtype, **more)


def run(name, options):
    for_keras = {RENAMED.get(key, key): value for key, value in options.items()}
    if name == "Ftrl":  # its default, which Keras would round to float32
        for_keras["initial_accumulator_value"] = np.float64(0.1)
    optimizer = getattr(tf.keras.optimizers, name)(jit_compile=False, **for_keras)
    parameters = tf.Variable(START, dtype=tf.float64)
    values = []
    for gradient in gradients():
        optimizer.apply_gradients([(tf.constant(gradient), parameters)])
        values.append(parameters.numpy().tolist())
    case = {"optimizer": name, "options": options, "parameters": values}
    if options.get("use_ema"):
        optimizer.finalize_variable_values([parameters])
        case["averages"] = parameters.numpy().tolist()
    return case


def run_shaped(name, options):
    rng = np.random.RandomState(len(options))
    optimizer = getattr(tf.keras.optimizers, name)(jit_compile=False, **options)
    start = [rng.randn(*shape) for shape in SHAPES]
    start[1] *= 1e-4  # smaller than epsilon_2
    gradients = [[rng.randn(*shape) * 10.0 ** rng.randint(-3, 3) for shape in SHAPES]
                 for _ in range(UPDATES)]
    parameters = [tf.Variable(one, dtype=tf.float64) for one in start]

    def flat(arrays):
        return np.concatenate([np.ravel(one) for one in arrays]).tolist()

    values = []
    for gradient in gradients:
        optimizer.apply_gradients(
            [(tf.constant(g, tf.float64), p) for g, p in zip(gradient, parameters)])
        values.append(flat([p.numpy() for p in parameters]))
    case = {"optimizer": name, "options": options, "shapes": SHAPES,
            "start": flat(start), "gradients": [flat(one) for one in gradients],
            "parameters": values}
    if options.get("use_ema"):
        optimizer.finalize_variable_values(parameters)
        case["averages"] = flat([p.numpy() for p in parameters])
    return case


def rates(name, options):
    doubles = {key: tf.constant(value, tf.float64) if isinstance(value, float) else value
               for key, value in options.items()}
    if name == "PiecewiseConstantDecay":
        doubles["values"] = [tf.constant(v, tf.float64) for v in options["values"]]
    schedule = getattr(tf.keras.optimizers.schedules, name)(**doubles)
    return {"schedule": name, "options": options,
            "rates": [float(schedule(tf.constant(update, tf.int64)))
                      for update in range(RATES)]}


def main():
    tf.keras.backend.set_floatx("float64")
    keep_digits()
    data = {"keras": tf.keras.__version__, "start": START,
            "gradients": gradients().tolist(),
            "cases": [run(*case) for case in CASES],
            "shaped": [run_shaped(*case) for case in SHAPED],
            "schedules": [rates(*schedule) for schedule in SCHEDULES]}
    lines = json.dumps(data)
    for start in ('{"optimizer"', '{"schedule"'):
        lines = lines.replace(", " + start, ",\n" + start).replace("[" + start,
                                                                    "[\n" + start)
    DATA.parent.mkdir(exist_ok=True)
    DATA.write_text(lines + "\n")


if __name__ == "__main__":
    main()
