"""Turns a model.h5 written with the TensorFlow backend into the one the Theano backend would have written.

Theano convolves, TensorFlow correlates: the same numbers need kernels turned around in all spatial axes. Theano's
variables have no ":0" behind their names. Keras 2 names the backend in the file, Keras 1 does not.
"""

import json

import h5py

CONVOLUTIONS = ["Convolution1D", "Convolution2D", "Conv1D", "Conv2D", "Conv2DTranspose"]


def turned(kernel, config):
    """Keras 1's channels_first kernels are (filters, channels, …), all others (…, channels, filters)."""
    flip = slice(None, None, -1)
    if config.get("dim_ordering") == "th":
        return kernel[:, :, flip, flip]
    return kernel[(flip,) * (kernel.ndim - 2)]


def make_theano(path):
    with h5py.File(path, "r+") as file:
        layers = json.loads(file.attrs["model_config"])["config"]["layers"]
        for group in [file, file["model_weights"]]:
            if "backend" in group.attrs:
                group.attrs["backend"] = b"theano"
        for layer in layers:
            group = file["model_weights"][layer["name"]]
            names = group.attrs["weight_names"]
            for i, name in enumerate(n.decode() for n in names):
                value = group[name][()]
                if i == 0 and layer["class_name"] in CONVOLUTIONS:
                    value = turned(value, layer["config"])
                del group[name]
                group[name.removesuffix(":0")] = value
            group.attrs["weight_names"] = [n.decode().removesuffix(":0").encode() for n in names]
