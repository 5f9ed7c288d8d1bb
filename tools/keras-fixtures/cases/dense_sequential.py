"""Sequential models of Dense layers and what stands between them without weights of its own."""

import keras
from keras import layers

from case import Case


def between(layer, shape=(6,), units=8):
    """Dense -> layer -> Dense"""

    def build(rng):
        model = keras.Sequential(
            [keras.Input(shape), layers.Dense(units, activation="tanh"), layer(), layers.Dense(3)]
        )
        return Case(model, rng.normal(0, 1, (5, *shape)).astype("float32"))

    return build


def built_by_calling(rng):
    """No Input and no names: the input shape is only in build_config."""
    model = keras.Sequential([layers.Dense(7, activation="relu"), layers.Dense(2)])
    return Case(model, rng.normal(0, 1, (3, 5)).astype("float32"))


def built_by_calling_rank_3(rng):
    model = keras.Sequential([layers.Dense(4), layers.Flatten(), layers.Dense(2)])
    return Case(model, rng.normal(0, 1, (3, 2, 5)).astype("float32"))


def input_shape_argument(rng):
    """The Keras 1 and 2 way to give a shape."""
    model = keras.Sequential([layers.Dense(7, input_shape=(5,), activation="relu"), layers.Dense(2)])
    return Case(model, rng.normal(0, 1, (3, 5)).astype("float32"))


def fixed_batch(rng):
    model = keras.Sequential([keras.Input(batch_shape=(4, 5)), layers.Dense(3)])
    return Case(model, rng.normal(0, 1, (4, 5)).astype("float32"))


def deep(rng):
    """Twelve layers, so that text sorting of their names (dense_10 before dense_2) shows."""
    hidden = [layers.Dense(8 + i % 3, activation="relu" if i % 2 else "tanh") for i in range(11)]
    return Case(keras.Sequential([keras.Input((4,)), *hidden, layers.Dense(2)]), rng.normal(0, 1, (5, 4)).astype("float32"))


def compiled(rng):
    """Trained for one step: the archive also holds compile_config and optimizer variables."""
    model = keras.Sequential([keras.Input((4,)), layers.Dense(6, activation="relu"), layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    inputs = rng.normal(0, 1, (8, 4)).astype("float32")
    model.fit(inputs, inputs[:, :1], verbose=0)
    return Case(model, inputs)


def long_names(rng):
    """All that TensorFlow allows in a name: A-Z a-z 0-9 _ . > -; and length."""
    model = keras.Sequential(
        [
            keras.Input((4,), name="input.0"),
            layers.Dense(3, name="dense.1->b"),
            layers.Dense(2, name="dense" + "_x" * 60),
        ],
        name="model.of-names",
    )
    return Case(model, rng.normal(0, 1, (3, 4)).astype("float32"))


def regularised(rng):
    """Initializers, regularizers and constraints in the config change nothing at inference."""
    layer = layers.Dense(
        5,
        kernel_initializer=keras.initializers.HeNormal(seed=1),
        bias_initializer=keras.initializers.Constant(0.5),
        kernel_regularizer=keras.regularizers.L1L2(1e-4, 1e-3),
        activity_regularizer="l2",
        kernel_constraint=keras.constraints.MaxNorm(2),
    )
    return Case(keras.Sequential([keras.Input((4,)), layer]), rng.normal(0, 1, (3, 4)).astype("float32"))


CASES = {
    "dense-built-by-calling": built_by_calling,
    "dense-built-by-calling-rank-3": built_by_calling_rank_3,
    "dense-compiled": compiled,
    "dense-deep": deep,
    "dense-fixed-batch": fixed_batch,
    "dense-input-shape-argument": input_shape_argument,
    "dense-names": long_names,
    "dense-regularised": regularised,
    "dense-activation-layer": between(lambda: layers.Activation("softmax")),
    "dense-activity-regularization": between(lambda: layers.ActivityRegularization(l2=0.01)),
    "dense-dropout": between(lambda: layers.Dropout(0.4, seed=1)),
    "dense-dropout-noise-shape": between(lambda: layers.Dropout(0.4, noise_shape=(None, 1), seed=1)),
    "dense-flatten": between(layers.Flatten, shape=(3, 4)),
    "dense-gaussian-noise": between(lambda: layers.GaussianNoise(0.3, seed=1)),
    "dense-identity": between(layers.Identity),
    "dense-rescaling": between(lambda: layers.Rescaling(1 / 127.5, offset=-1)),
    "dense-rescaling-per-channel": between(lambda: layers.Rescaling([0.5, 2.0, -1.0, 3.0], offset=[0.0, 1.0, 2.0, -1.0]), units=4),
    "dense-reshape": between(lambda: layers.Reshape((2, 4))),
    "dense-reshape-inferred": between(lambda: layers.Reshape((-1, 2)), shape=(3,)),
    "dense-reshape-inferred-flat": between(lambda: layers.Reshape((-1,)), shape=(3, 2)),
}
