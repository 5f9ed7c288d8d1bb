"""Activation layers with parameters, and PReLU with weights."""

import keras
from keras import layers

from case import Case
from cases.sweeps import WIDTH, ordinary

PARAMETRISED = {
    "elu": lambda: layers.ELU(),
    "elu-alpha": lambda: layers.ELU(alpha=0.3),
    "leaky-relu": lambda: layers.LeakyReLU(0.3),
    "leaky-relu-zero": lambda: layers.LeakyReLU(0.0),
    "relu-max": lambda: layers.ReLU(max_value=2.5),
    "relu-max-6": lambda: layers.ReLU(max_value=6),
    "relu-max-threshold": lambda: layers.ReLU(max_value=4.0, threshold=1.0),
    "relu-slope": lambda: layers.ReLU(negative_slope=0.25),
    "relu-slope-max": lambda: layers.ReLU(max_value=2.0, negative_slope=0.1),
    "relu-slope-max-threshold": lambda: layers.ReLU(max_value=3.0, negative_slope=0.1, threshold=0.5),
    "relu-threshold": lambda: layers.ReLU(threshold=1.0),
    "prelu": lambda: layers.PReLU(),
}

ON_IMAGE = {
    "prelu-rank-4": lambda: layers.PReLU(),
    "prelu-shared-1-2": lambda: layers.PReLU(shared_axes=[1, 2]),
    "prelu-shared-3": lambda: layers.PReLU(shared_axes=[3]),
    "softmax-axis-1": lambda: layers.Softmax(axis=1),
    "softmax-axis-2": lambda: layers.Softmax(axis=2),
    "softmax": lambda: layers.Softmax(),
    "softmax-axes": lambda: layers.Softmax(axis=[1, 3]),
}

ON_SEQUENCE = {
    "prelu-shared-1": lambda: layers.PReLU(shared_axes=[1]),
    "prelu-shared-2": lambda: layers.PReLU(shared_axes=[2]),
}


def on_sweep(layer):
    def build(rng):
        return Case(keras.Sequential([keras.Input((WIDTH,)), layer()]), ordinary(rng))

    return build


def on_shape(layer, *shape):
    def build(rng):
        return Case(keras.Sequential([keras.Input(shape), layer()]), rng.normal(0, 2, (3, *shape)).astype("float32"))

    return build


CASES = {f"layer-{name}": on_sweep(layer) for name, layer in PARAMETRISED.items()}
CASES |= {f"layer-{name}": on_shape(layer, 4, 5, 3) for name, layer in ON_IMAGE.items()}
CASES |= {f"layer-{name}": on_shape(layer, 7, 5) for name, layer in ON_SEQUENCE.items()}
