"""The models that are measured, by name: builders that make the same architecture under any floatx."""

import keras
import numpy as np
from keras import layers


def mnist_cnn():
    """The convolutional network of Keras's own MNIST example."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ],
        name="mnist_cnn",
    )


def lstm():
    """Two layers of LSTM(128) over 100 steps of 64 features."""
    return keras.Sequential(
        [
            keras.Input((100, 64)),
            layers.LSTM(128, return_sequences=True),
            layers.LSTM(128),
            layers.Dense(10),
        ],
        name="lstm",
    )


def transformer(width=256, heads=8, steps=128, vocabulary=8000, depth=6):
    """An encoder with learned positions, normalization after each block, as in BERT."""
    tokens = keras.Input((steps,), dtype="int32", name="tokens")
    x = layers.Embedding(vocabulary, width)(tokens)
    # A constant of the graph, which weights copied between two builds do not reach: so made the same in each.
    positions = np.random.default_rng(steps).uniform(-0.05, 0.05, (1, steps, width)).astype("float32")
    x = layers.Add()([x, keras.ops.convert_to_tensor(positions, keras.config.floatx())])
    for _ in range(depth):
        attended = layers.MultiHeadAttention(heads, width // heads)(x, x)
        x = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([x, attended]))
        hidden = layers.Dense(4 * width, activation="gelu")(x)
        x = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([x, layers.Dense(width)(hidden)]))
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(tokens, layers.Dense(2)(x), name="transformer")


def mobilenet_v2():
    return keras.applications.MobileNetV2(weights=None)


def efficientnet_v2_b0():
    return keras.applications.EfficientNetV2B0(weights=None)


def resnet50():
    return keras.applications.ResNet50(weights=None)


ARCHITECTURES = {
    "mnist-cnn": ("MNIST CNN", mnist_cnn),
    "lstm": ("2×LSTM(128), 100×64", lstm),
    "mobilenet-v2": ("MobileNetV2", mobilenet_v2),
    "efficientnet-v2-b0": ("EfficientNetV2B0", efficientnet_v2_b0),
    "resnet50": ("ResNet50", resnet50),
    "transformer": ("Transformer encoder, 6×256, 128 tokens", transformer),
}
