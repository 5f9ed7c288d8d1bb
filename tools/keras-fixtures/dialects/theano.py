"""Turns a model.h5 written with the TensorFlow backend into the one the Theano backend would have written.

Theano convolves, TensorFlow correlates: the same numbers need kernels turned around in all spatial axes. Theano's
variables have no ":0" behind their names. Keras 2 names the backend in the file, Keras 1 does not.
"""

import json

import h5py
import numpy as np

CONVOLUTIONS = ["Convolution1D", "Convolution2D", "Conv1D", "Conv2D", "Conv2DTranspose"]


def turned(kernel, config):
    """Keras 1's channels_first kernels are (filters, channels, …), all others (…, channels, filters)."""
    flip = slice(None, None, -1)
    if config.get("dim_ordering") == "th":
        return kernel[:, :, flip, flip]
    return kernel[(flip,) * (kernel.ndim - 2)]


def copy_attributes(source, target):
    for name, value in source.attrs.items():
        target.attrs[name] = b"theano" if name == "backend" else value


def make_theano(path):
    """Into a new file: HDF5 would keep the room of what is replaced."""
    old = path.rename(path.with_suffix(".tensorflow"))
    with h5py.File(old) as source, h5py.File(path, "w") as target:
        copy_attributes(source, target)
        copy_attributes(source["model_weights"], target.create_group("model_weights"))
        for layer in json.loads(source.attrs["model_config"])["config"]["layers"]:
            weights = source["model_weights"][layer["name"]]
            group = target["model_weights"].create_group(layer["name"])
            names = [n.decode() for n in weights.attrs["weight_names"]]
            group.attrs["weight_names"] = [n.removesuffix(":0").encode() for n in names]
            for i, name in enumerate(names):
                value = weights[name][()]
                if i == 0 and layer["class_name"] in CONVOLUTIONS:
                    value = np.ascontiguousarray(turned(value, layer["config"]))
                group.create_dataset(name.removesuffix(":0"), data=value)
    old.unlink()
