"""Models that the inspector page ships as samples: small, and with something of everything to look at."""

import keras
from case import Case
from keras import layers


def residual_cnn(rng):
    """Residual blocks around a nested model that is called twice, in the manner of a small ResNet."""
    head = keras.Sequential(
        [
            keras.Input((16, 16, 8)),
            layers.Conv2D(8, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
        ],
        name="block",
    )
    image = keras.Input((32, 32, 3), name="image")
    x = layers.Rescaling(1 / 127.5, offset=-1)(image)
    x = layers.Conv2D(8, 5, strides=2, padding="same", activation="relu", name="stem")(x)
    x = layers.Add(name="residual_1")([x, head(x)])
    x = layers.Add(name="residual_2")([x, head(x)])
    x = layers.MaxPooling2D(2)(x)
    x = layers.SeparableConv2D(16, 3, activation="silu", name="separable")(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2)(x)
    scores = layers.Dense(10, activation="softmax", name="scores")(x)
    model = keras.Model(image, scores, name="residual_cnn")
    trained_like(model, rng)
    return Case(model, [rng.uniform(0, 255, (8, 32, 32, 3)).astype("float32")], adapted=True)


def attentive_sequence(rng):
    """Masked tokens through LSTM and attention to a label and a value."""
    tokens = keras.Input((12,), dtype="int32", name="tokens")
    x = layers.Embedding(60, 8, mask_zero=True, name="embedding")(tokens)
    x = layers.Bidirectional(layers.LSTM(6, return_sequences=True), name="lstm")(x)
    attended = layers.MultiHeadAttention(2, 4, name="attention")(x, x)
    x = layers.LayerNormalization(name="norm")(layers.Add(name="add")([x, attended]))
    x = layers.GlobalAveragePooling1D(name="pool")(x)
    label = layers.Dense(4, activation="softmax", name="label")(x)
    value = layers.Dense(1, name="value")(x)
    model = keras.Model(tokens, [label, value], name="attentive_sequence")
    sample = rng.integers(1, 60, (8, 12)).astype("int32")
    for row, length in enumerate((12, 9, 7, 12, 5, 3, 1, 10)):
        sample[row, length:] = 0
    trained_like(model, rng)
    return Case(model, [sample], adapted=True)


def trained_like(model, rng):
    """Weights as large as training leaves them, and variances that are none below zero."""
    for weight in model.weights:
        shape = tuple(weight.shape)
        if weight.name.endswith(("variance", "gamma")):
            weight.assign(rng.uniform(0.6, 1.4, shape))
        elif len(shape) < 2:
            weight.assign(rng.normal(0, 0.1, shape))
        else:
            weight.assign(rng.normal(0, (2 / max(1, int(weight.shape[-2]) * 4)) ** 0.5, shape))


CASES = {
    "showcase-residual-cnn": residual_cnn,
    "showcase-attentive-sequence": attentive_sequence,
}
