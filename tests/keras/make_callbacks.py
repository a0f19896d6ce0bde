#!/usr/bin/env python3
"""What Keras 2.12's callbacks decide on random courses of a value.

  python make_callbacks.py OUT.npz     needs tensorflow-cpu==2.12.*

OUT.npz is what tests/api/callbacks/keras_decisions_test.cpp reads as
tests/keras/callbacks.npz. Values are multiples of 1/64 and rates powers of two, so that
both programs compute with the same numbers. Arrays, a row for each of COUNT cases:

  values       [cases, epochs]  64 times the value; NAN: not a number; NONE: no such value
  early        [cases, 7]       name, mode, 64 min_delta, patience, 64 baseline or NONE,
                                start_from_epoch, restore_best_weights
  early_ends   [cases, 2]       how many epochs ran, whose parameters were there then
  reduce       [cases, 6]       name, mode, 64 min_delta, patience, cooldown, log2 min_lr
  reduce_rates [cases, epochs]  log2 of the rate after each epoch, from 1 by factor 0.5
  best         [cases, 3]       name, mode, 64 initial_value_threshold or NONE
  best_saved   [cases, epochs]  whether the epoch was saved

Names and modes are indices into NAMES and MODES. Once EarlyStopping has ended the
training, the other two go on all the same.
"""

import os
import sys
import types

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

NAMES = ["val_loss", "val_accuracy", "p_acc", "p_auc", "auc_p", "accuracy_p", "fmeasure",
         "fmeasure_acc", "p_fmeasure", "acc_loss"]
MODES = ["auto", "min", "max"]
COUNT, EPOCHS = 1000, 16
NAN, NONE = -32768, -32767


class Model:
    """As much of a model as callbacks see; its weights are the number of the epoch."""

    def __init__(self):
        self.stop_training = False
        self.weights = [np.array(-1)]
        self.optimizer = types.SimpleNamespace(lr=tf.Variable(1.0, dtype=tf.float32))
        self.distribute_strategy = tf.distribute.get_strategy()
        self.saves = 0

    def get_weights(self):
        return list(self.weights)

    def set_weights(self, weights):
        self.weights = list(weights)

    def save(self, path, **options):
        self.saves += 1


def number(code):
    return float("nan") if code == NAN else code / 64


def course(rng):
    """A value that wanders, with plateaus, and now and then none or NaN."""
    steps = rng.integers(-4, 5, EPOCHS) * rng.integers(0, 2, EPOCHS)
    values = int(rng.integers(-20, 20)) + np.cumsum(steps)
    odd = rng.random(EPOCHS)
    values[odd < 0.02] = NAN
    values[odd > 0.97] = NONE
    return values


def prepared(callback, model):
    callback.set_model(model)
    callback.on_train_begin({})
    return callback


def logs_of(name, code):
    """Empty logs would be other logs: there is always something else."""
    return {"other": 1.0} | ({} if code == NONE else {name: number(code)})


def run_early(row, values):
    name, mode, delta, patience, baseline, start, restore = row
    model = Model()
    callback = prepared(tf.keras.callbacks.EarlyStopping(
        monitor=NAMES[name], min_delta=delta / 64, patience=int(patience),
        mode=MODES[mode], baseline=None if baseline == NONE else baseline / 64,
        restore_best_weights=bool(restore), start_from_epoch=int(start)), model)
    for epoch, code in enumerate(values):
        model.weights = [np.array(epoch)]
        callback.on_epoch_end(epoch, logs_of(NAMES[name], code))
        if model.stop_training:
            break
    return [epoch + 1, int(model.weights[0])]


def run_reduce(row, values):
    name, mode, delta, patience, cooldown, least = row
    model = Model()
    callback = prepared(tf.keras.callbacks.ReduceLROnPlateau(
        monitor=NAMES[name], factor=0.5, patience=int(patience), mode=MODES[mode],
        min_delta=delta / 64, cooldown=int(cooldown), min_lr=2.0 ** least), model)
    rates = []
    for epoch, code in enumerate(values):
        callback.on_epoch_end(epoch, logs_of(NAMES[name], code))
        rates.append(int(np.log2(model.optimizer.lr.numpy())))
    return rates


def run_best(row, values):
    name, mode, threshold = row
    model = Model()
    callback = prepared(tf.keras.callbacks.ModelCheckpoint(
        "unused", monitor=NAMES[name], save_best_only=True, mode=MODES[mode],
        initial_value_threshold=None if threshold == NONE else threshold / 64), model)
    saved = []
    for epoch, code in enumerate(values):
        before = model.saves
        callback.on_epoch_end(epoch, logs_of(NAMES[name], code))
        saved.append(model.saves > before)
    return saved


def main():
    rng = np.random.default_rng(1)

    def one_of(*choices):
        return int(rng.choice(choices))

    arrays = {key: [] for key in ("values", "early", "early_ends", "reduce",
                                  "reduce_rates", "best", "best_saved")}
    for _ in range(COUNT):
        values = course(rng)
        name, mode = int(rng.integers(len(NAMES))), one_of(0, 0, 1, 2)
        early = [name, mode, one_of(0, 0, 1, 3, -2), one_of(0, 1, 2, 3, 5),
                 one_of(NONE, NONE, -8, 0, 8), one_of(0, 0, 0, 1, 4), one_of(0, 1)]
        reduce = [name, mode, one_of(0, 1, 3), one_of(0, 1, 2, 4), one_of(0, 0, 1, 3),
                  one_of(-2, -4, -20)]
        best = [name, mode, one_of(NONE, NONE, -10, 10)]
        arrays["values"].append(values)
        arrays["early"].append(early)
        arrays["early_ends"].append(run_early(early, values))
        arrays["reduce"].append(reduce)
        arrays["reduce_rates"].append(run_reduce(reduce, values))
        arrays["best"].append(best)
        arrays["best_saved"].append(run_best(best, values))
    np.savez_compressed(sys.argv[1], **{key: np.asarray(rows, dtype=np.int32)
                                        for key, rows in arrays.items()})


if __name__ == "__main__":
    main()
