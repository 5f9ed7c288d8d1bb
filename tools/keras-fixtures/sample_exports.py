"""Every way the weights of an MLP leave Keras, and how each is read back."""

from dataclasses import dataclass
from typing import Callable

import h5py
import keras
import numpy as np

from keras_runtime import save_keras


def array_names(count):
    return [f"L{i // 2 + 1}_{'bias' if i % 2 else 'weights'}" for i in range(count)]


def named(weights):
    return dict(zip(array_names(len(weights)), weights, strict=True))


def write_npy(folder, model):
    for name, array in named(model.get_weights()).items():
        np.save(folder / f"{name}.npy", array)


def read_npy(folder):
    return [np.load(folder / f"{name}.npy") for name in array_names(6)]


def write_npz(folder, model):
    np.savez(folder / "weights.npz", **named(model.get_weights()))


def read_npz(folder):
    with np.load(folder / "weights.npz") as arrays:
        return [arrays[name] for name in array_names(6)]


def write_object(folder, model):
    np.save(folder / "weights.npy", np.array(model.get_weights(), dtype=object))


def read_object(folder):
    return list(np.load(folder / "weights.npy", allow_pickle=True))


def write_h5_keras3(folder, model):
    model.save(folder / "model.h5")


def write_h5_keras2(folder, model):
    import tf_keras

    tf_keras.backend.clear_session()
    hidden = model.layers[0].get_config()["activation"]
    twin = tf_keras.Sequential(
        [
            tf_keras.layers.Dense(20, input_dim=4, activation=hidden, name="L1"),
            tf_keras.layers.Dense(10, activation=hidden, name="L2"),
            tf_keras.layers.Dense(1, name="L3"),
        ],
        name=model.name,
    )
    twin.compile(optimizer=tf_keras.optimizers.Adam(0.001), loss="mae")
    # Creates the optimizer's variables, which a trained model's file holds too.
    twin.optimizer.build(twin.trainable_variables)
    twin.set_weights(model.get_weights())
    twin.save(folder / "model.h5", save_format="h5")


def read_legacy_h5(folder):
    """As h5py sees it, without Keras: model_weights/<layer>, arrays in the order of weight_names."""
    with h5py.File(folder / "model.h5") as file:
        layers = file["model_weights"]
        return [layers[layer][name][()] for layer in layers.attrs["layer_names"] for name in layers[layer].attrs["weight_names"]]


def read_h5_keras3(folder):
    check_same_bytes("h5py", read_legacy_h5(folder), keras.saving.load_model(folder / "model.h5", compile=False).get_weights())
    return read_legacy_h5(folder)


def read_h5_keras2(folder):
    import tf_keras

    check_same_bytes("h5py", read_legacy_h5(folder), tf_keras.models.load_model(folder / "model.h5").get_weights())
    return read_legacy_h5(folder)


def write_weights_h5(folder, model):
    (folder / "model.json").write_text(model.to_json() + "\n")
    model.save_weights(folder / "model.weights.h5")


def read_weights_h5(folder):
    model = keras.models.model_from_json((folder / "model.json").read_text())
    model.load_weights(folder / "model.weights.h5", skip_mismatch=False)
    return model.get_weights()


def write_keras(folder, model):
    save_keras(model, folder / "model.keras")


def read_keras(folder):
    return keras.saving.load_model(folder / "model.keras").get_weights()


@dataclass
class Route:
    name: str
    write: Callable
    read: Callable
    has_architecture: bool


ROUTES = [
    Route("npy", write_npy, read_npy, False),
    Route("npz", write_npz, read_npz, False),
    Route("object", write_object, read_object, False),
    Route("h5-keras3", write_h5_keras3, read_h5_keras3, True),
    Route("h5-keras2", write_h5_keras2, read_h5_keras2, True),
    Route("weights-h5", write_weights_h5, read_weights_h5, True),
    Route("keras", write_keras, read_keras, True),
]


def check_same_bytes(what, actual, expected):
    for index, (a, b) in enumerate(zip(actual, expected, strict=True)):
        if (a.dtype, a.shape, a.tobytes()) != (b.dtype, b.shape, b.tobytes()):
            raise ValueError(f"{what}: array {index} is {a.dtype}{a.shape}, other bytes than {b.dtype}{b.shape}")


def check_weights(route, folder, weights):
    check_same_bytes(route.name, route.read(folder), weights)
