"""Writes losses.json: what TensorFlow 2.12's losses and metrics give for small arrays.

    python3 -m venv tf && tf/bin/pip install 'tensorflow-cpu==2.12.*'
    tf/bin/python tests/keras/make_losses.py

All in float64, but for places among the k best, which TensorFlow knows of float32 alone.
A case of `losses` is one item: `target` and `output` [samples, size], `values`, the
numbers before they are averaged, `mean`, what the Loss object gives for the item, and
`gradient`, that of the mean by the output; of metrics there is `mean` alone. A case of
`sums` has several items, each shown to the metric in a call of its own, and its `result`.
`tolerance` is relative, where it is not 1e-12. NaN and infinity are words.
"""

import json
import math
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

keras = tf.keras
keras.backend.set_floatx("float64")
rng = np.random.RandomState(20)


def rows(x):
    """Nested lists."""
    if isinstance(x, list):
        return [rows(one) for one in x]
    return x if math.isfinite(x) else str(x)


def plain(x):
    return rows(np.asarray(x, dtype=np.float64).tolist())


# ----- data, [samples, size]


def real(samples=5, size=3):
    """Numbers of both signs."""
    return rng.normal(size=(samples, size)).round(3)


def distributions(samples=5, size=4):
    """Positive rows with a sum of 1."""
    x = rng.uniform(0.05, 1, size=(samples, size))
    return x / x.sum(axis=-1, keepdims=True)


def classes(samples, size):
    """Rows with one 1."""
    return np.eye(size)[rng.randint(size, size=samples)]


def labels(samples, size):
    return rng.randint(size, size=(samples, 1)).astype(np.float64)


def bits(samples=5, size=3):
    return rng.randint(2, size=(samples, size)).astype(np.float64)


def shares(samples=5, size=3):
    """Numbers between 0 and 1."""
    return rng.uniform(0.02, 0.98, size=(samples, size)).round(3)


# Beyond what clipping leaves, at 0 and 1, and equal to the target.
edge_shares = np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 1e-9], [1.2, -0.2, 1 - 1e-9]])
edge_bits = np.array([[0.0, 1.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0]])
edge_logits = np.array([[0.0, 40.0, -40.0], [800.0, -800.0, 1.0], [0.0, 0.0, 0.0]])

losses = []
sums = []


def loss(name, function, target, output, tolerance=None):
    """`function` is a Loss object."""
    y = tf.constant(target[None], tf.float64)
    x = tf.constant(output[None], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        mean = function(y, x)
    case = {
        "name": name,
        "target": plain(target),
        "output": plain(output),
        "values": plain(function.call(y, x)[0]),
        "mean": plain(mean),
        "gradient": plain(tf.convert_to_tensor(tape.gradient(mean, x))[0]),
    }
    if tolerance is not None:
        case["tolerance"] = tolerance
    losses.append(case)


def metric(name, make, target, output, floatx="float64"):
    """`make()` is a metric that is a mean; it has no gradient."""
    keras.backend.set_floatx(floatx)
    function = make()
    function.update_state(target[None].astype(floatx), output[None].astype(floatx))
    keras.backend.set_floatx("float64")
    losses.append(
        {
            "name": name,
            "target": plain(target),
            "output": plain(output),
            "mean": plain(function.result()),
        }
    )


def summed(name, make, targets, outputs, floatx="float64"):
    """`make()` is a metric that adds up over items and has a last step."""
    keras.backend.set_floatx(floatx)
    function = make()
    for target, output in zip(targets, outputs):
        function.update_state(target[None].astype(floatx), output[None].astype(floatx))
    keras.backend.set_floatx("float64")
    case = {
        "name": name,
        "targets": [plain(one) for one in targets],
        "outputs": [plain(one) for one in outputs],
        "result": plain(function.result()),
    }
    if floatx == "float32":
        case["tolerance"] = 1e-6
    sums.append(case)


class NanMeanSquaredError(keras.losses.Loss):
    """NengoDL's nan_mse: no error where the target is NaN."""

    def call(self, target, output):
        error = tf.where(tf.math.is_nan(target), output, target) - output
        return tf.reduce_mean(error * error, axis=-1)


class Regularize(keras.losses.Loss):
    """NengoDL's: the norm of what a probe shows, whatever the target is."""

    def __init__(self, order=2, axis=None):
        super().__init__()
        self.order = order
        self.axis = axis

    def call(self, target, output):
        if self.axis is None:
            output = tf.reshape(output, (output.shape[0], output.shape[1], -1))
        axis = 2 if self.axis is None else self.axis + 2
        return tf.norm(output, axis=axis, ord=self.order)


def add_errors():
    of = keras.losses
    y, x = real(), real()
    x[0, 0] = y[0, 0]  # no error
    y[1, 1] = 0.0
    loss("mean_squared_error", of.MeanSquaredError(), y, x)
    loss("mean_absolute_error", of.MeanAbsoluteError(), y, x)
    loss("mean_absolute_percentage_error", of.MeanAbsolutePercentageError(), y, x)
    positive, near = np.abs(real()), np.abs(real())
    positive[0, 1], near[0, 2] = 0.0, 0.0
    near[2, 0] = -0.3  # as 1e-7
    loss("mean_squared_logarithmic_error", of.MeanSquaredLogarithmicError(),
         positive, near)
    near[2, 0] = 1e-9
    loss("poisson", of.Poisson(), positive, near)
    p, q = distributions(), distributions()
    p[0] = q[1] = [0.0, 1.0, 0.0, 0.0]
    loss("kullback_leibler_divergence", of.KLDivergence(), p, q)
    loss("huber", of.Huber(), y, x)
    loss("huber up to 0.25", of.Huber(delta=0.25), y, x)
    far = x.copy()
    far[2] = [1000.0, -1000.0, 1e-5]
    # Keras's log(2) has single precision.
    loss("logcosh", of.LogCosh(), y, far, 1e-8)
    loss("cosine_similarity", of.CosineSimilarity(), y, x)
    zero = x.copy()
    zero[3] = 0.0
    loss("cosine_similarity of zeros", of.CosineSimilarity(), y, zero)
    loss("cosine_similarity over samples", of.CosineSimilarity(axis=-2), y, x)


def add_nengo_dl():
    y, x = real(4, 2), real(4, 2)
    y[0, 0] = y[2, 1] = y[3, 0] = np.nan
    loss("nan_mse", NanMeanSquaredError(), y, x)
    zeros = np.zeros((4, 2))
    x = real(4, 3)
    x[1] = 0.0
    loss("regularize", Regularize(), zeros, x)
    loss("regularize 1", Regularize(order=1), zeros, x)
    x[2, 1] = 0.0
    loss("regularize 0.5", Regularize(order=0.5), zeros, x)
    loss("regularize 3 along an axis", Regularize(order=3.0, axis=0), zeros, x)
    loss("regularize inf", Regularize(order=np.inf), zeros, x)


def add_hinges():
    of = keras.losses
    for kind, y in [("", 2 * bits() - 1), (" of bits", bits()),
                    (" of -1, 0 and 1", np.array([[-1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]))]:
        x = real(len(y))
        x[0, 1] = y[0, 1]
        loss("hinge" + kind, of.Hinge(), y, x)
        loss("squared_hinge" + kind, of.SquaredHinge(), y, x)
    y, x = classes(5, 4), real(5, 4)
    x[0] = 0.5  # equal ones
    loss("categorical_hinge", of.CategoricalHinge(), y, x)


def add_binary():
    of = keras.losses
    for name, make in [("binary_crossentropy", of.BinaryCrossentropy),
                       ("binary_focal_crossentropy", of.BinaryFocalCrossentropy)]:
        loss(name, make(), bits(), shares())
        loss(name + " at edges", make(), edge_bits, edge_shares)
        loss(name + " smoothed", make(label_smoothing=0.2), bits(), shares())
        loss(name + " of logits", make(from_logits=True), bits(), real())
        loss(name + " of large logits", make(from_logits=True), edge_bits, edge_logits)
        loss(name + " over samples", make(axis=-2), bits(), shares())
    loss("binary_focal_crossentropy balanced",
         of.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.3, gamma=1.5),
         bits(), shares())


def add_categorical():
    of = keras.losses
    make = of.CategoricalCrossentropy
    name = "categorical_crossentropy"
    edges = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 3.0]])
    loss(name, make(), classes(5, 4), distributions())
    loss(name + " at edges", make(), np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]), edges)
    loss(name + " smoothed", make(label_smoothing=0.1), classes(5, 4), distributions())
    loss(name + " of logits", make(from_logits=True), classes(5, 4), 5 * real(5, 4))
    loss(name + " of large logits", make(from_logits=True), classes(3, 3), edge_logits)
    loss(name + " over samples", make(axis=-2, label_smoothing=0.1),
         classes(4, 4), distributions(4, 4))
    make = of.SparseCategoricalCrossentropy
    name = "sparse_categorical_crossentropy"
    loss(name, make(), labels(5, 4), distributions() * 1.5)
    loss(name + " at edges", make(), np.array([[0.0], [2.0]]), edges)
    loss(name + " of logits", make(from_logits=True), labels(5, 4), 5 * real(5, 4))
    loss(name + " of large logits", make(from_logits=True), labels(3, 3), edge_logits)
    ignored = np.array([[0.0], [-1.0], [3.0], [-1.0], [1.0]])
    loss(name + " ignoring -1", make(ignore_class=-1), ignored, distributions())
    loss(name + " of logits ignoring 3", make(from_logits=True, ignore_class=3),
         np.array([[0.0], [3.0], [2.0]]), real(3, 4))


def add_accuracies():
    of = keras.metrics
    y, x = bits(), shares()
    x[0, 0] = 0.5  # at the threshold
    metric("binary_accuracy", of.BinaryAccuracy, y, x)
    metric("binary_accuracy above 0.7", lambda: of.BinaryAccuracy(threshold=0.7), y, x)
    y, x = classes(32, 8), distributions(32, 8)  # means over 32 are exact
    x[0] = 0.125  # ties
    x[1, :4] = 0.2
    x[2, 4:] = 0.2
    label = y.argmax(axis=-1).astype(np.float64)[:, None]
    metric("categorical_accuracy", of.CategoricalAccuracy, y, x)
    metric("sparse_categorical_accuracy", of.SparseCategoricalAccuracy, label, x)
    metric("accuracy", of.SparseCategoricalAccuracy, label, x)
    metric("accuracy of classes", of.CategoricalAccuracy, y, x)
    metric("accuracy of one output", of.BinaryAccuracy, bits(8, 1), shares(8, 1))
    sparse_best = of.SparseTopKCategoricalAccuracy
    x = x.astype(np.float32)
    name = "sparse_top_k_categorical_accuracy"
    metric(name, sparse_best, label, x, "float32")
    metric(name + " 2", lambda: sparse_best(k=2), label, x, "float32")
    best = of.TopKCategoricalAccuracy
    metric("top_k_categorical_accuracy", best, y, x, "float32")
    metric("top_k_categorical_accuracy 2", lambda: best(k=2), y, x, "float32")
    wild = real(4, 6).astype(np.float32)
    wild[0, 1], wild[1, 2] = np.nan, np.inf
    metric(name + " of what is not finite", lambda: sparse_best(k=6),
           labels(4, 6), wild, "float32")
    metric("cosine_similarity as a metric", of.CosineSimilarity, real(), real())


def add_sums():
    of = keras.metrics
    y = [bits(6, 3) for _ in range(4)]
    x = [shares(6, 3).round(2) for _ in range(4)]
    x[0][0] = [0.5, 0.0, 1.0]
    x[1][:, 1] = x[1][:, 0]  # ties
    summed("root_mean_squared_error", of.RootMeanSquaredError, y, x)
    for name, make in [("precision", of.Precision), ("recall", of.Recall)]:
        summed(name, make, y, x)
        summed(name + " above 0.8", lambda: make(thresholds=0.8), y, x)
        summed(name + " of the best 2", lambda: make(top_k=2), y, x, "float32")
        summed(name + " of class 1", lambda: make(class_id=1), y, x)
        summed(name + " of class 2 among the best above 0.3",
               lambda: make(thresholds=0.3, top_k=1, class_id=2), y, x, "float32")
        summed(name + " of nothing", make, [0 * y[0]], [0 * x[0]])
    for name, make in [("true_positives", of.TruePositives),
                       ("true_negatives", of.TrueNegatives),
                       ("false_positives", of.FalsePositives),
                       ("false_negatives", of.FalseNegatives)]:
        summed(name, make, y, x)
        summed(name + " above 0.8", lambda: make(thresholds=0.8), y, x)
    summed("auc", of.AUC, y, x)
    summed("auc of 5", lambda: of.AUC(num_thresholds=5), y, x)
    for curve in ["ROC", "PR"]:
        for summation in ["interpolation", "minoring", "majoring"]:
            summed(f"auc {curve} {summation}",
                   lambda: of.AUC(num_thresholds=20, curve=curve,
                                  summation_method=summation), y, x)
    summed("auc of logits", lambda: of.AUC(from_logits=True), y, [real(6, 3)] * 4)
    summed("auc of nothing", of.AUC, [0 * y[0]], [x[0]])


add_errors()
add_nengo_dl()
add_hinges()
add_binary()
add_categorical()
add_accuracies()
add_sums()
# A case is a line.
text = ",\n".join('"%s": [\n%s\n]' % (name, ",\n".join(map(json.dumps, cases)))
                  for name, cases in [("losses", losses), ("sums", sums)])
text = '{\n"tensorflow": "%s",\n%s\n}\n' % (tf.__version__, text)
json.loads(text)
pathlib.Path(__file__).with_name("losses.json").write_text(text)
