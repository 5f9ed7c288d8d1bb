"""Causal models, which can be stepped through a sequence: recurrent layers, causal convolutions and causal attention of
every kind."""

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


def attending(layer, steps=STEPS, dtype=None, **settings):
    """Self-attention of one layer between others, of any number of steps."""

    def build(rng):
        x = keras.Input((None, 6), name="x")
        y = layers.Dense(8, dtype=dtype)(x)
        attention = layer(dtype=dtype, **settings)
        inputs = ([y, y],) if layer is layers.Attention else (y, y)
        y = layers.LayerNormalization(dtype=dtype)(layers.Add(dtype=dtype)([y, attention(*inputs, use_causal_mask=True)]))
        model = keras.Model(x, layers.Dense(3, dtype=dtype)(y))
        return Case(model, rng.normal(0, 1, (BATCH, steps, 6)).astype("float32"))

    return build


def generator(rng):
    """A language model: indices, a table of positions, two blocks that share nothing, scores of the last index."""
    steps, vocabulary, width = 30, 13, 12
    indices = keras.Input((steps,), dtype="int32", name="indices")
    y = layers.Embedding(vocabulary, width)(indices)
    y = y + rng.normal(0, 1, (steps, width)).astype("float32")
    for _ in range(2):
        z = layers.LayerNormalization()(y)
        y = layers.Add()([y, layers.MultiHeadAttention(3, 4, dropout=0.1)(z, z, use_causal_mask=True)])
        z = layers.Dense(24, activation="gelu")(layers.LayerNormalization()(y))
        y = layers.Add()([y, layers.Dense(width)(z)])
    y = layers.LayerNormalization()(y)
    model = keras.Model(indices, [layers.Dense(vocabulary)(y), layers.Dense(vocabulary, activation="softmax")(y[:, -1, :])])
    return Case(model, rng.integers(0, vocabulary, (BATCH, steps)).astype("int32"))


def positions(rng):
    """Positions in the graph: an input of the model would be the caller's, a table of a layer's own is repeated."""
    x = keras.Input((STEPS, WIDTH), name="x")
    places = keras.ops.arange(STEPS, dtype="int32")
    embedded = keras.ops.expand_dims(keras.ops.cast(places, "float32"), -1) * keras.ops.ones((1, WIDTH))
    y = layers.Concatenate()([x, layers.Dense(WIDTH)(layers.Add()([x, x * embedded]))])
    attention = layers.GroupQueryAttention(4, 4, 2, use_bias=False)
    return Case(keras.Model(x, attention(y, y, use_causal_mask=True)), rng.normal(0, 1, (BATCH, STEPS, WIDTH)).astype("float32"))


def attending_twice(rng):
    """One layer at two places, after windows of two steps."""
    x = keras.Input((None, WIDTH), name="x")
    y = layers.MaxPooling1D(2)(layers.Conv1D(WIDTH, 3, padding="causal")(x))
    attention = layers.MultiHeadAttention(2, 5, value_dim=3)
    y = attention(y, y, use_causal_mask=True)
    y = attention(y, y, use_causal_mask=True)
    return Case(keras.Model(x, [y, layers.GRU(3)(y)]), rng.normal(0, 1, (BATCH, STEPS, WIDTH)).astype("float32"))


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
    "stream-attention": attending(layers.MultiHeadAttention, num_heads=2, key_dim=5),
    "stream-attention-long": attending(layers.MultiHeadAttention, steps=150, num_heads=1, key_dim=12),
    "stream-attention-half": attending(layers.MultiHeadAttention, num_heads=2, key_dim=4, dtype="mixed_float16"),
    "stream-attention-grouped": attending(
        layers.GroupQueryAttention, head_dim=4, num_query_heads=4, num_key_value_heads=2
    ),
    "stream-attention-dot": attending(layers.Attention, use_scale=True),
    "stream-attention-generator": generator,
    "stream-attention-positions": positions,
    "stream-attention-twice": attending_twice,
    "stream-mixed": mixed,
    "stream-masked": masked,
    "stream-shared": shared,
}
