"""Models of tables: columns of text and numbers, looked up, hashed, normalized, crossed and put together."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras.utils import FeatureSpace

from case import Case

ROWS = {
    "age": np.array([20, 30, 41, 50, 33], "float32"),
    "city": np.array(["Oslo", "Łódź", "東京", "Oslo", "Kyiv"]),
    "code": np.array([1, 2, 3, 2, 9], "int32"),
    "fare": np.array([7.25, 71.3, 8.05, 53.1, 0], "float32"),
    "hour": np.array([1, 2, 3, 4, 23], "float32"),
    "id": np.array([5, 60000, 7, 8, -1], "int32"),
    "ticket": np.array(["A/5 21171", "PC 17599", "STON/O2. 3101282", "113803", "x"]),
}


def columns(rows):
    return {name: values[:, None] for name, values in rows.items()}


def adapted(layer, data):
    layer.adapt(data)
    return layer


def titanic(rng):
    """As in Keras's tutorials on structured data: a branch for each column."""
    inputs = {name: keras.Input((1,), name=name, dtype="string" if v.dtype.kind == "U" else v.dtype.name) for name, v in ROWS.items()}
    city = adapted(layers.StringLookup(output_mode="one_hot"), ROWS["city"])(inputs["city"])
    code = adapted(layers.IntegerLookup(), ROWS["code"])(inputs["code"])
    code = layers.CategoryEncoding(num_tokens=6, output_mode="one_hot")(code)
    age = adapted(layers.Normalization(axis=None), ROWS["age"])(inputs["age"])
    hour = layers.Discretization(bin_boundaries=[2.0, 3.5, 12.0])(inputs["hour"])
    hour = layers.Flatten()(layers.Embedding(4, 3)(hour))
    fare = layers.Rescaling(0.01)(inputs["fare"])
    ticket = layers.Hashing(6, output_mode="one_hot")(inputs["ticket"])
    identity = layers.Embedding(10, 2)(layers.Hashing(10, salt=5)(inputs["id"]))
    crossed = layers.HashedCrossing(7, output_mode="one_hot")([inputs["city"], inputs["code"]])
    x = layers.Concatenate()([city, code, age, hour, fare, ticket, layers.Flatten()(identity), crossed])
    x = layers.Dense(8, activation="relu")(x)
    return Case(keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x)), columns(ROWS), adapted=True)


def space(output_mode):
    """Every kind of feature that a FeatureSpace has."""
    made = FeatureSpace(
        features={
            "age": "float_normalized",
            "city": "string_categorical",
            "code": FeatureSpace.integer_categorical(num_oov_indices=1),
            "fare": FeatureSpace.float_rescaled(scale=0.1),
            "hour": FeatureSpace.float_discretized(num_bins=3),
            "id": FeatureSpace.integer_hashed(num_bins=4),
            "ticket": FeatureSpace.string_hashed(num_bins=5),
        },
        crosses=[FeatureSpace.cross(("city", "code"), 8), ("id", "ticket")],
        crossing_dim=6,
        output_mode=output_mode,
    )
    made.adapt(tf.data.Dataset.from_tensor_slices(ROWS))
    return made


def feature_space_model(rng):
    """Inputs and encoded features of a FeatureSpace, with a model behind them."""
    made = space("concat")
    outputs = layers.Dense(3, activation="softmax")(made.get_encoded_features())
    return Case(keras.Model(made.get_inputs(), outputs), columns(ROWS), adapted=True)


def feature_space_dict(rng):
    made = space("dict")
    return Case(keras.Model(made.get_inputs(), made.get_encoded_features()), columns(ROWS), adapted=True)


CASES = {
    "tabular-titanic": titanic,
    "tabular-feature-space-concat": feature_space_model,
    "tabular-feature-space-dict": feature_space_dict,
}
