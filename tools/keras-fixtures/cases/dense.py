"""One Dense layer: sizes around every tile edge, ranks, batches, bias or none."""

import keras
from keras import layers

from case import Case


def dense(units, inputs, rows, rank=2, **options):
    """inputs: length of the last axis; middle axes of higher ranks are 3 and 2."""

    def build(rng):
        shape = (*[3, 2][: rank - 2], inputs)
        model = keras.Sequential([keras.Input(shape), layers.Dense(units, **options)])
        return Case(model, rng.normal(0, 1, (rows, *shape)).astype("float32"))

    return build


def special_values(rng):
    """NaN and infinities in single inputs: inf·0 and inf−inf inside the sum give NaN."""
    inputs = rng.normal(0, 1, (7, 5)).astype("float32")
    inputs[1, 2] = float("nan")
    inputs[2, 0] = float("inf")
    inputs[3, 4] = -float("inf")
    inputs[4, [1, 3]] = float("inf"), -float("inf")
    inputs[5] = 0.0
    inputs[6] = -0.0
    model = keras.Sequential([keras.Input((5,)), layers.Dense(9)])
    return Case(model, inputs)


def cancellation(rng):
    """Large terms of opposite sign: the order of the sum shows."""
    inputs = rng.normal(0, 1, (9, 128)).astype("float32")
    inputs[:, ::2] *= 1000
    model = keras.Sequential([keras.Input((128,)), layers.Dense(16)])
    return Case(model, inputs)


def unknown_middle_axis(rng):
    """Input (None, None, 6): only the last axis has a fixed length."""
    model = keras.Sequential([keras.Input((None, 6)), layers.Dense(5, activation="tanh")])
    return Case(model, rng.normal(0, 1, (3, 11, 6)).astype("float32"))


CASES = {f"dense-units-{units}": dense(units, inputs=5, rows=3) for units in [1, 7, 8, 9, 16, 33]}
CASES |= {f"dense-inputs-{inputs}": dense(9, inputs, rows=5) for inputs in [1, 3, 129, 1000]}
CASES |= {f"dense-rows-{rows}": dense(10, inputs=6, rows=rows) for rows in [1, 37, 129]}
CASES |= {
    "dense-1-1": dense(1, inputs=1, rows=1),
    "dense-no-bias": dense(9, inputs=6, rows=5, use_bias=False),
    "dense-no-bias-relu": dense(9, inputs=6, rows=5, use_bias=False, activation="relu"),
    "dense-rank-3": dense(9, inputs=5, rows=3, rank=3),
    "dense-rank-3-softmax": dense(7, inputs=5, rows=3, rank=3, activation="softmax"),
    "dense-rank-4": dense(8, inputs=5, rows=3, rank=4),
    "dense-rank-4-relu": dense(1, inputs=5, rows=3, rank=4, activation="relu"),
    "dense-special-values": special_values,
    "dense-cancellation": cancellation,
    "dense-unknown-middle-axis": unknown_middle_axis,
}
