"""Small networks under every dtype policy of Keras, with integer inputs, and with layers of different policies."""

import keras
import numpy as np
from keras import layers

from case import Case

POLICIES = ["mixed_float16", "mixed_bfloat16", "float16", "bfloat16", "float64"]


def dense(x, policy):
    # Not gelu: in float64 TensorFlow divides by the root of 2 as a float32.
    x = layers.Dense(8, activation="relu", dtype=policy)(x)
    x = layers.BatchNormalization(dtype=policy)(x)
    x = layers.Dense(6, activation="silu", dtype=policy)(x)
    x = layers.LayerNormalization(dtype=policy)(x)
    x = layers.PReLU(dtype=policy)(x)
    return layers.Dense(4, activation="softmax", dtype=policy)(x)


def convolutional(x, policy):
    x = layers.ZeroPadding2D(1, dtype=policy)(x)
    x = layers.Conv2D(6, 3, strides=2, padding="same", activation="swish", dtype=policy)(x)
    x = layers.DepthwiseConv2D(3, padding="same", dtype=policy)(x)
    y = layers.SeparableConv2D(6, 3, padding="same", dtype=policy)(x)
    x = layers.Add(dtype=policy)([x, y])
    x = layers.UpSampling2D(2, dtype=policy)(x)
    x = layers.MaxPooling2D(2, dtype=policy)(x)
    x = layers.Conv2DTranspose(4, 2, strides=2, dtype=policy)(x)
    x = layers.GroupNormalization(2, dtype=policy)(x)
    x = layers.AveragePooling2D(2, dtype=policy)(x)
    return layers.GlobalAveragePooling2D(dtype=policy)(x)


def recurrent(x, policy):
    x = layers.Masking(0.0, dtype=policy)(x) if policy != "float64" else x
    x = layers.LSTM(5, return_sequences=True, dtype=policy)(x)
    x = layers.Bidirectional(layers.GRU(4, return_sequences=True, dtype=policy), dtype=policy)(x)
    return layers.SimpleRNN(3, go_backwards=True, dtype=policy)(x)


def tokens(x, policy):
    y = layers.Embedding(11, 6, dtype=policy)(x)
    z = layers.EinsumDense("abc,cd->abd", output_shape=(None, 4), bias_axes="d", dtype=policy)(y)
    z = layers.UnitNormalization(dtype=policy)(z)
    z = layers.Concatenate(dtype=policy)([y, z])
    z = layers.Permute((2, 1), dtype=policy)(z)
    z = layers.Flatten(dtype=policy)(z)
    return layers.Average(dtype=policy)([layers.Dense(3, dtype=policy)(z), layers.Dense(3, dtype=policy)(z)])


def attention(x, policy):
    y = layers.MultiHeadAttention(2, 4, dtype=policy)(x, x, use_causal_mask=True)
    y = layers.Add(dtype=policy)([x, y])
    y = layers.LayerNormalization(dtype=policy)(y)
    z = layers.AdditiveAttention(dtype=policy)([y, x])
    return layers.Attention(use_scale=True, dtype=policy)([z, y])


FLOAT64 = {"rtol": 1e-12, "atol": 1e-13, "reason": "computed in float64 from end to end"}
NETWORKS = {"dense": (dense, (7,)), "conv": (convolutional, (8, 9, 3)), "recurrent": (recurrent, (6, 3)), "tokens": (tokens, (5,)), "attention": (attention, (5, 6))}


def network(name, policy):
    make, shape = NETWORKS[name]

    def build(rng):
        whole = name == "tokens"
        # The input has the policy's compute dtype or, mixed, float32.
        dtype = "int32" if whole else keras.dtype_policies.DTypePolicy(policy).variable_dtype
        x = keras.Input(shape, name="x", dtype=dtype)
        values = rng.integers(0, 11, (2, *shape)) if whole else rng.normal(0, 1, (2, *shape))
        model = keras.Model(x, make(x, policy), name="model")
        for weight in model.weights:
            values32 = rng.normal(0, 0.4, weight.shape)
            weight.assign(np.abs(values32) + 0.3 if "variance" in weight.name else values32)
        array = np.asarray(keras.ops.convert_to_tensor(values, dtype))
        note = FLOAT64 if policy == "float64" else {}
        return Case(model, [array], note, direct=True)

    return build


def mixed(rng):
    """Layers of different policies one after the other: each casts what it gets."""
    x = keras.Input((5,), name="x")
    a = layers.Dense(4, dtype="mixed_float16")(x)
    b = layers.Dense(4, dtype="float32")(a)
    c = layers.Dense(4, dtype="float64")(b)
    d = layers.Dense(4, dtype="mixed_bfloat16")(c)
    model = keras.Model(x, [a, b, c, d, layers.Add(dtype="float32")([a, b, d])], name="model")
    return Case(model, [rng.normal(0, 1, (3, 5)).astype("float32")], direct=True)


def whole_numbers(rng):
    """Integers through layers that keep them and layers that do not."""
    x = keras.Input((4, 3), name="x", dtype="int32")
    y = keras.Input((4, 3), name="y", dtype="int64")
    b = keras.Input((4, 3), name="b", dtype="bool")
    outputs = [
        layers.Flatten()(x),
        layers.Flatten()(y),
        layers.Reshape((3, 4))(b),
        layers.Permute((2, 1))(y),
        layers.ZeroPadding1D(1)(x),
        layers.Cropping1D(1)(y),
        layers.RepeatVector(2)(layers.Flatten()(y)),
        layers.Concatenate()([x, y]),
        layers.Add()([x, x]),
        layers.Maximum()([x, y]),
        layers.Multiply()([y, y]),
        layers.Dropout(0.5)(x),
        layers.Dense(2)(x),
        layers.Identity()(b),
        layers.Activation("relu")(keras.ops.cast(x, "float32")),
    ]
    model = keras.Model([x, y, b], outputs, name="model")
    shape = (2, 4, 3)
    arrays = [rng.integers(-9, 9, shape).astype("int32"), rng.integers(-(2**40), 2**40, shape).astype("int64"), rng.random(shape) < 0.5]
    return Case(model, arrays, direct=True)


CASES = {f"policy-{policy}-{name}": network(name, policy) for policy in POLICIES for name in NETWORKS}
# TensorFlow has no kernel for a step of these.
del CASES["policy-bfloat16-recurrent"]
CASES |= {"policy-mixed-layers": mixed, "policy-whole-numbers": whole_numbers}
