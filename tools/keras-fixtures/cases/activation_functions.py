"""Activations called as functions with their own arguments: op nodes in the graph."""

import keras
from keras import activations, ops

from case import Case
from cases.sweeps import WIDTH, huge, large, ordinary

FUNCTIONS = {
    "celu-alpha": lambda x: activations.celu(x, alpha=0.6),
    "elu-alpha": lambda x: activations.elu(x, alpha=0.4),
    "gelu-approximate-false": lambda x: ops.gelu(x, approximate=False),
    "gelu-approximate-true": lambda x: ops.gelu(x, approximate=True),
    "hard-shrink-threshold": lambda x: activations.hard_shrink(x, threshold=1.5),
    "leaky-relu-slope": lambda x: activations.leaky_relu(x, negative_slope=0.05),
    "relu-slope-max-threshold": lambda x: activations.relu(x, negative_slope=0.1, max_value=3.0, threshold=0.5),
    "soft-shrink-threshold": lambda x: activations.soft_shrink(x, threshold=1.5),
    "squareplus-b": lambda x: activations.squareplus(x, b=0.5),
    "threshold": lambda x: activations.threshold(x, 0.5, -2.0),
}

# on (batch, 3, 4, 6), along an axis that is not the last
ALONG_AXIS = {
    "glu-axis": lambda x: activations.glu(x, axis=2),
    "log-softmax-axis": lambda x: activations.log_softmax(x, axis=1),
    "softmax-axis": lambda x: activations.softmax(x, axis=2),
    "sparsemax-axis": lambda x: ops.sparsemax(x, axis=1),
}


def elementwise(function, sweep):
    def build(rng):
        inputs = keras.Input((WIDTH,))
        return Case(keras.Model(inputs, function(inputs)), sweep(rng))

    return build


def along_axis(function):
    def build(rng):
        inputs = keras.Input((3, 4, 6))
        return Case(keras.Model(inputs, function(inputs)), rng.normal(0, 2, (5, 3, 4, 6)).astype("float32"))

    return build


CASES = {f"op-{name}": elementwise(function, ordinary) for name, function in FUNCTIONS.items()}
CASES["op-gelu-approximate-true-large"] = elementwise(FUNCTIONS["gelu-approximate-true"], large)
CASES["op-gelu-approximate-true-huge"] = elementwise(FUNCTIONS["gelu-approximate-true"], huge)
CASES |= {f"op-{name}": along_axis(function) for name, function in ALONG_AXIS.items()}
