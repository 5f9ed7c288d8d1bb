"""Writes a case from one call of a layer, as Keras's own layer tests describe such calls."""

import json
import re
import shutil

import keras
import numpy as np
from keras import tree
from keras.src import backend

from case_folder import flatten_outputs
from keras_runtime import save_keras


class NotACase(Exception):
    """The call has nothing a file could hold: why."""


def is_array(value):
    return isinstance(value, np.ndarray | np.generic) or backend.is_tensor(value)


def as_numpy(value):
    if getattr(value, "dtype", None) == "string" or "string" in str(getattr(value, "dtype", "")):
        return np.asarray(value.numpy() if hasattr(value, "numpy") else value).astype(str)
    if type(value).__name__ in ("SparseTensor", "RaggedTensor"):
        raise NotACase(f"a {type(value).__name__} is no input of a saved model")
    return backend.convert_to_numpy(value)


def randomise_layer(model, rng):
    """Everything that training changes; scales and variances stay positive."""
    for variable in model.weights:
        if not backend.is_float_dtype(variable.dtype) or "seed" in variable.path:
            continue
        shape, name = tuple(variable.shape), variable.name
        if "variance" in name or "renorm_stddev" in name:
            value = rng.uniform(0.5, 1.5, shape)
        elif name == "gamma" or name == "scale":
            value = rng.uniform(0.5, 1.5, shape) * rng.choice([-1, 1], shape)
        elif "kernel" in name:
            value = rng.normal(0, 1 / np.sqrt(max(1, np.prod(shape[:-1]))), shape)
        else:
            value = rng.normal(0, 0.5, shape)
        variable.assign(value.astype("float32"))


class Inputs:
    """The model inputs that stand for the arrays of a call, in the order in which they are met."""

    def __init__(self, fixed_batch):
        self.fixed_batch = fixed_batch
        self.tensors = []
        self.arrays = []

    def stand_in(self, value):
        if not is_array(value):
            return value
        array = as_numpy(value)
        if array.ndim == 0:
            raise NotACase("a scalar has no batch")
        dtype = "string" if array.dtype.kind in "US" else array.dtype.name
        batch = array.shape[0] if self.fixed_batch else None
        name = f"in{len(self.tensors)}"
        self.tensors.append(keras.Input(batch_shape=(batch, *array.shape[1:]), dtype=dtype, name=name))
        self.arrays.append(array)
        return self.tensors[-1]


def case_of_call(make_layer, args, kwargs, fixed_batch=False):
    """(model, arrays): a functional model of one layer called with inputs in place of the arrays."""
    inputs = Inputs(fixed_batch)
    args, kwargs = tree.map_structure(inputs.stand_in, (tuple(args), dict(kwargs)))
    layer = make_layer()
    outputs = layer(*args, **kwargs)
    if not inputs.tensors:
        raise NotACase("no array goes in")
    return keras.Model(inputs.tensors, outputs), inputs.arrays, layer


def run(model, arrays):
    arrays = [backend.convert_to_tensor(a) if a.dtype.kind in "US" else a for a in arrays]
    return flatten_outputs(model(arrays if len(arrays) > 1 else arrays[0], training=False))


def loaded_again(model, path):
    """What the file says, where that is not what is in memory (a merged LoRA, statistics taken when built)."""
    try:
        return keras.saving.load_model(path, compile=False)
    except Exception:  # classes of a test are known to the test only
        return model


def write_layer_case(folder, model, arrays, calls=1, reload=True):
    """model.keras and io.npz. Saved before it runs, so that states are as they were."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        save_keras(model, folder / "model.keras")
        if reload:
            model = loaded_again(model, folder / "model.keras")
        record = {f"in{i}": a for i, a in enumerate(arrays * calls)}
        outputs = [output for _ in range(calls) for output in run(model, arrays)]
        record |= {f"out{i}": a for i, a in enumerate(outputs)}
        np.savez(folder / "io.npz", **record)
        if calls > 1:
            note = {"calls": calls, "inputs_per_call": len(arrays), "outputs_per_call": len(outputs) // calls}
            (folder / "note.json").write_text(json.dumps(note, indent=2) + "\n")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def file_name(text):
    return re.sub(r"[^A-Za-z0-9_]+", "_", text)[:120].strip("_")
