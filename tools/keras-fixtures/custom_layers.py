"""Models with classes of their own: what `registerLayer` is tested with, made into packages/converter/test-data.

register.mjs beside the models says the same in JavaScript as `call` here.
"""

import keras
import numpy as np
from keras import layers, ops

registered = keras.saving.register_keras_serializable("my")


@registered
class Gated(layers.Layer):
    """Layers kept under attributes, and a variable of its own."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.gate = layers.Dense(units, activation="sigmoid")
        self.value = layers.Dense(units)

    def build(self, shape):
        self.gate.build(shape)
        self.value.build(shape)
        self.scale = self.add_weight(shape=(self.units,), name="scale")

    def call(self, x):
        return self.gate(x) * self.value(x) * self.scale

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@registered
class Linear(layers.Layer):
    """Variables of its own that mean those of a Dense layer."""

    def __init__(self, units, activation="linear", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], self.units))
        self.b = self.add_weight(shape=(self.units,))

    def call(self, x):
        return self.activation(ops.matmul(x, self.w) + self.b)

    def compute_output_shape(self, shape):
        return (*shape[:-1], self.units)

    def get_config(self):
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "units": self.units, "activation": activation}


@registered
class Blocks(layers.Layer):
    """A list of layers, and one that is part of the config."""

    def __init__(self, count=2, inner=None, **kwargs):
        super().__init__(**kwargs)
        self.count = count
        self.blocks = [layers.Dense(4, activation="relu") for _ in range(count)]
        self.inner = inner or layers.Dense(3, activation="tanh")

    def build(self, shape):
        for block in self.blocks:
            block.build(shape)
            shape = (*shape[:-1], 4)
        self.inner.build(shape)

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return self.inner(x)

    def get_config(self):
        inner = keras.saving.serialize_keras_object(self.inner)
        return {**super().get_config(), "count": self.count, "inner": inner}

    @classmethod
    def from_config(cls, config):
        inner = keras.saving.deserialize_keras_object(config["inner"])
        return cls(**{**config, "inner": inner})


@registered
class Mix(layers.Layer):
    """Two inputs, the second by keyword."""

    def call(self, a, b=None):
        return a + 2 * b


@registered
class Subclassed(keras.Model):
    def __init__(self, units=5, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.first = layers.Dense(units, activation="relu")
        self.gated = Gated(3)
        self.norm = layers.BatchNormalization()

    def call(self, x, training=False):
        return self.norm(self.gated(self.first(x)), training=training)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def functional():
    x = keras.Input((6,), name="x")
    mixed = Mix(name="mix")(Gated(4, name="gated")(x), b=Linear(4, activation="tanh", name="linear")(x))
    blocks = Blocks(name="blocks")(mixed)
    tripled = layers.Lambda(lambda t: t * 3, name="triple")(blocks)
    steps = layers.TimeDistributed(Linear(2), name="steps")(layers.Reshape((3, 1))(tripled))
    return keras.Model(x, [steps, layers.Dense(1)(blocks)], name="functional")


def subclassed():
    model = Subclassed(name="subclassed")
    model(np.zeros((5, 6), "float32"))
    return model


def write_custom_layers(out, seed):
    out.mkdir(parents=True, exist_ok=True)
    x = np.random.default_rng(seed).normal(size=(5, 6)).astype("float32")
    for build in (functional, subclassed):
        model = build()
        name = model.name
        randomize(model, seed)
        outputs = model.predict(x, verbose=0)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        np.savez(out / f"{name}.npz", in0=x, **{f"out{i}": value for i, value in enumerate(outputs)})
        model.save(out / f"{name}.keras")
        if name == "functional":
            model.save(out / f"{name}.h5")


def randomize(model, seed):
    """Positive vectors, so that they can be variances too."""
    rng = np.random.default_rng(seed)
    values = [rng.normal(size=value.shape) * 0.5 for value in model.get_weights()]
    model.set_weights([np.abs(v) * 0.5 + 0.1 if v.ndim == 1 else v for v in values])
