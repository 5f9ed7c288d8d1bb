"""Causal models, which can be stepped through a sequence: recurrent layers and causal convolutions of every kind."""

import keras
from keras import layers

from case import Case

BATCH, STEPS, WIDTH = 2, 8, 4


def chain(*parts, shape=(None, WIDTH)):
    def build(rng):
        x = y = keras.Input(shape, name="x")
        for part in parts:
            y = part()(y)
        return Case(keras.Model(x, y), rng.normal(0, 1, (BATCH, STEPS, *shape[1:])).astype("float32"))

    return build


def mixed(rng):
    x = keras.Input((None, WIDTH), name="x")
    a = layers.Conv1D(6, 3, padding="causal", activation="relu")(x)
    b = layers.Conv1D(6, 2, padding="causal", dilation_rate=2)(a)
    c = layers.LayerNormalization()(layers.Add()([a, b]))
    d = layers.LSTM(5, return_sequences=True)(c)
    e = layers.TimeDistributed(layers.Dense(3, activation="tanh"))(d)
    model = keras.Model(x, [e, layers.GRU(4)(d), layers.Dense(2)(c)])
    return Case(model, rng.normal(0, 1, (BATCH, STEPS, WIDTH)).astype("float32"))


def masked(rng):
    indices = keras.Input((None,), dtype="int32", name="indices")
    y = layers.Embedding(7, WIDTH, mask_zero=True)(indices)
    y = layers.LSTM(5, return_sequences=True)(y)
    y = layers.SimpleRNN(3, return_sequences=True)(y)
    array = rng.integers(0, 7, (BATCH, STEPS)).astype("int32")
    array[:, :2] = 0
    return Case(keras.Model(indices, layers.Dense(2)(y)), array)


def shared(rng):
    """Layers and a model that stand at two places keep a state for each."""
    x = keras.Input((None, WIDTH), name="x")
    gru, conv = layers.GRU(WIDTH, return_sequences=True), layers.Conv1D(WIDTH, 3, padding="causal")
    inner = keras.Sequential([keras.Input((None, WIDTH)), layers.LSTM(WIDTH, return_sequences=True)])
    model = keras.Model(x, inner(inner(conv(conv(gru(gru(x)))))))
    return Case(model, rng.normal(0, 1, (BATCH, STEPS, WIDTH)).astype("float32"))


CASES = {
    "stream-lstm": chain(lambda: layers.LSTM(9, return_sequences=True)),
    "stream-gru-last": chain(lambda: layers.GRU(7)),
    "stream-gru-reset-before": chain(lambda: layers.GRU(5, reset_after=False, return_sequences=True)),
    "stream-stacked-cells": chain(lambda: layers.RNN([layers.LSTMCell(5), layers.GRUCell(4)], return_sequences=True)),
    "stream-conv-dilated": chain(lambda: layers.Conv1D(8, 3, padding="causal", dilation_rate=3)),
    "stream-conv-strided": chain(
        lambda: layers.Conv1D(8, 3, padding="causal", strides=2),
        lambda: layers.MaxPooling1D(2),
        lambda: layers.LSTM(3, return_sequences=True),
    ),
    "stream-conv-groups": chain(
        lambda: layers.Conv1D(8, 3, padding="causal", groups=2), layers.BatchNormalization, layers.ReLU
    ),
    "stream-conv-depthwise": chain(lambda: layers.Conv1D(4, 3, padding="causal", groups=4)),
    "stream-conv-lstm": chain(lambda: layers.ConvLSTM1D(3, 2, padding="same", return_sequences=True), shape=(None, 5, 2)),
    "stream-mixed": mixed,
    "stream-masked": masked,
    "stream-shared": shared,
}
