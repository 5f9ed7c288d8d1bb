"""Input(24) -> Activation(name), for every name Keras has, and what fits behind a Dense."""

import keras
from keras.src.activations import ALL_OBJECTS

from case import Case
from cases.sweeps import WIDTH, finite, huge, large, nonfinite, ordinary

# threshold has two arguments without a default, so no string can name it: see activation_functions.py.
NAMES = sorted(function.__name__ for function in ALL_OBJECTS if function.__name__ != "threshold")

# straight lines between 8 and 1e4, where large would show nothing
PIECEWISE_LINEAR = {
    *["hard_shrink", "hard_sigmoid", "hard_tanh", "leaky_relu", "linear", "relu", "relu6"],
    *["soft_shrink", "sparse_sigmoid"],
}

# built from products or sums that can overflow on the way to a finite result
OVERFLOWING = [
    *["gelu", "glu", "hard_silu", "log_softmax", "mish", "silu", "softmax", "softsign"],
    *["squareplus", "tanh_shrink"],
]

FUSED = ["gelu", "glu", "relu", "softmax"]


def activation(name, sweep):
    def build(rng):
        inputs = keras.Input((WIDTH,), name="x")
        outputs = keras.layers.Activation(name, name="activation")(inputs)
        return Case(keras.Model(inputs, outputs, name="model"), sweep(rng))

    return build


def dense_then(name):
    def build(rng):
        model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(10, activation=name)])
        return Case(model, rng.normal(0, 1, (5, 6)).astype("float32"))

    return build


CASES = {f"activation-{name}": activation(name, ordinary) for name in NAMES}
# TensorFlow leaves zeros beside a NaN where NumPy and JAX make the whole row NaN: a case of its own.
CASES["activation-softmax"] = activation("softmax", finite)
CASES["activation-softmax-nonfinite"] = activation("softmax", nonfinite)
# Infinities and NaN, and values near the largest float32, come out differently in predict and in a direct call.
CASES["activation-sparsemax"] = activation("sparsemax", finite)
CASES |= {f"activation-{name}-large": activation(name, large) for name in NAMES if name not in PIECEWISE_LINEAR}
CASES |= {f"activation-{name}-huge": activation(name, huge) for name in OVERFLOWING}
CASES |= {f"dense-{name}": dense_then(name) for name in FUSED}
