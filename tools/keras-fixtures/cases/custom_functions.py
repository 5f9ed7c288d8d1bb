"""Activations and functions of one's own, which a file names but does not hold.

test-fixtures/register.mjs says the same in JavaScript.
"""

import keras
from keras import layers, ops

from case import Case

registered = keras.saving.register_keras_serializable("functions")


@registered
def gelu_new(x):
    """As in GPT-2, in Python."""
    return 0.5 * x * (1.0 + ops.tanh(0.7978845608 * (x + 0.044715 * x**3)))


@registered
def snake(x):
    return x + ops.square(ops.sin(x))


def behind(layer, *shape):
    def build(rng):
        x = keras.Input(shape, name="x")
        return Case(keras.Model(x, layer()(x)), rng.normal(0, 1, (3, *shape)).astype("float32"))

    return build


CASES = {
    "custom-function-dense": behind(lambda: layers.Dense(4, activation=gelu_new), 5, 3),
    "custom-function-conv": behind(lambda: layers.SeparableConv2D(3, 2, activation=snake), 4, 5, 2),
    "custom-function-activation": behind(lambda: layers.Activation(snake), 7),
    "custom-function-wrapped": behind(lambda: layers.TimeDistributed(layers.EinsumDense("ab,bc->ac", 4, activation=snake, bias_axes="c")), 3, 5),
}
