"""Recurrent cells of a class of one's own: alone, stacked with those of Keras, masked, backwards, stateful, by themselves.

test-fixtures/register.mjs says the same in JavaScript as `call` here.
"""

import keras
from keras import layers, ops

from case import Case

BATCH, STEPS, WIDTH = 3, 6, 4
registered = keras.saving.register_keras_serializable("cells")


@registered
class Leaky(layers.Layer):
    """One state, variables of its own, an output that is not the state."""

    def __init__(self, units, leak=0.3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.leak = leak
        self.state_size = units
        self.output_size = 2 * units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units), name="kernel")
        self.recurrent_kernel = self.add_weight(shape=(self.units, self.units), name="recurrent_kernel")
        self.bias = self.add_weight(shape=(self.units,), name="bias")

    def call(self, x, states):
        (h,) = states
        new = ops.tanh(x @ self.kernel + h @ self.recurrent_kernel + self.bias)
        h = (1 - self.leak) * h + self.leak * new
        return ops.concatenate([h, new], axis=-1), [h]

    def get_config(self):
        return {**super().get_config(), "units": self.units, "leak": self.leak}


@registered
class Peephole(layers.Layer):
    """Two states, and layers kept under attributes."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = [units, units]
        self.output_size = units
        self.gates = layers.Dense(3 * units, activation="sigmoid")
        self.candidate = layers.Dense(units, activation="tanh")

    def build(self, shape):
        self.gates.build((shape[0], shape[-1] + 2 * self.units))
        self.candidate.build((shape[0], shape[-1] + self.units))

    def call(self, x, states):
        h, c = states
        i, f, o = ops.split(self.gates(ops.concatenate([x, h, c], axis=-1)), 3, axis=-1)
        c = f * c + i * self.candidate(ops.concatenate([x, h], axis=-1))
        h = o * ops.tanh(c)
        return h, [h, c]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@registered
class Residual(layers.Layer):
    """A cell of Keras inside."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = [units, units]
        self.output_size = units
        self.cell = layers.LSTMCell(units)

    def build(self, shape):
        self.cell.build(shape)

    def call(self, x, states):
        y, states = self.cell(x, states)
        return x + y, states

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@registered
class Grid(layers.Layer):
    """A state with two axes: each step is a picture (size, size)."""

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.state_size = [size]
        self.output_size = size

    def call(self, x, states):
        (h,) = states
        h = 0.5 * h + ops.max(x, axis=-1)
        return h, [h]

    def get_config(self):
        return {**super().get_config(), "size": self.size}


def sequences(rng, *shape):
    return rng.normal(0, 1, (BATCH, STEPS, *(shape or (WIDTH,)))).astype("float32")


def rnn(cell, **settings):
    def build(rng):
        x = keras.Input((None, WIDTH), name="x")
        return Case(keras.Model(x, layers.RNN(cell(), name="rnn", **settings)(x)), sequences(rng))

    return build


def masked(cell, **settings):
    """Masked steps at the start, in the middle and at the end."""

    def build(rng):
        x = keras.Input((STEPS, WIDTH), name="x")
        y = layers.RNN(cell(), name="rnn", **settings)(layers.Masking()(x))
        array = sequences(rng)
        array[0, :2], array[1, 2:4], array[2, 4:] = 0, 0, 0
        return Case(keras.Model(x, y), array)

    return build


def stateful(rng):
    """Called twice: the second call goes on where the first has ended."""
    x = keras.Input(batch_shape=(BATCH, STEPS, WIDTH), name="x")
    model = keras.Model(x, layers.RNN(Peephole(5), stateful=True, return_state=True)(x))
    note = {"calls": 2, "inputs_per_call": 1, "outputs_per_call": 3}
    return Case(model, [sequences(rng), sequences(rng)], note)


def initial_state(rng):
    x, h, c = keras.Input((None, WIDTH), name="x"), keras.Input((5,), name="h"), keras.Input((5,), name="c")
    y = layers.RNN(Peephole(5), return_state=True)(x, initial_state=[h, c])
    states = [rng.normal(0, 1, (BATCH, 5)).astype("float32") for _ in range(2)]
    return Case(keras.Model([x, h, c], y), [sequences(rng), *states])


def bidirectional(rng):
    x = keras.Input((None, WIDTH), name="x")
    y = layers.Bidirectional(layers.RNN(Leaky(3), return_sequences=True), merge_mode="concat")(x)
    return Case(keras.Model(x, layers.Dense(2)(y)), sequences(rng))


def picture(rng):
    x = keras.Input((STEPS, 3, 2), name="x")
    return Case(keras.Model(x, layers.RNN(Grid(3), return_sequences=True)(x)), sequences(rng, 3, 2))


def by_themselves(rng):
    """Cells called as layers: with one step and the states."""
    x, h, c = keras.Input((WIDTH,), name="x"), keras.Input((WIDTH,), name="h"), keras.Input((WIDTH,), name="c")
    a, (h1, c1) = layers.LSTMCell(WIDTH)(x, [h, c])
    b, (h2, c2) = Residual(WIDTH)(a, [h1, c1])
    d, _ = layers.GRUCell(3)(b, [layers.Dense(3)(h2)])
    states = [rng.normal(0, 1, (BATCH, WIDTH)).astype("float32") for _ in range(3)]
    return Case(keras.Model([x, h, c], [d, c2]), states)


CASES = {
    "custom-cell": rnn(lambda: Leaky(5)),
    "custom-cell-sequences": rnn(lambda: Leaky(5, leak=0.9), return_sequences=True),
    "custom-cell-states": rnn(lambda: Peephole(5), return_sequences=True, return_state=True),
    "custom-cell-backwards": rnn(lambda: Peephole(5), return_sequences=True, go_backwards=True),
    "custom-cell-stateful": stateful,
    "custom-cell-stack": rnn(
        lambda: layers.StackedRNNCells([Leaky(3), layers.LSTMCell(5), Peephole(4), layers.GRUCell(2)]),
        return_sequences=True,
        return_state=True,
    ),
    "custom-cell-stack-backwards": rnn(
        lambda: layers.StackedRNNCells([layers.SimpleRNNCell(4), Leaky(3)]), return_sequences=True, go_backwards=True
    ),
    "custom-cell-wrapped": rnn(lambda: Residual(WIDTH), return_sequences=True),
    "custom-cell-masked": masked(lambda: Peephole(5), return_state=True),
    "custom-cell-masked-sequences": masked(lambda: Leaky(5), return_sequences=True),
    "custom-cell-masked-zero": masked(lambda: Leaky(5), return_sequences=True, zero_output_for_mask=True),
    "custom-cell-masked-backwards": masked(
        lambda: layers.StackedRNNCells([Leaky(5), layers.LSTMCell(3), Residual(3)]),
        return_sequences=True,
        go_backwards=True,
    ),
    "custom-cell-initial-state": initial_state,
    "custom-cell-bidirectional": bidirectional,
    "custom-cell-picture": picture,
    "custom-cell-by-themselves": by_themselves,
}
