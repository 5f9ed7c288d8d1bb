"""Writes one case folder: model.keras, io.npz and, where the case has one, note.json."""

import json
import zipfile

import keras
import numpy as np
import tensorflow as tf

from case import case_seed
from keras_runtime import save_keras


def randomise(model, rng):
    """Kernels keep the scale of their inputs; biases and slopes are far from their initial 0."""
    for variable in model.weights:
        shape = variable.shape
        scale = 1 / np.sqrt(shape[0]) if variable.name == "kernel" else 0.5
        variable.assign(rng.normal(0, scale, shape).astype("float32"))


def widened(array):
    """NumPy's files have no bfloat16."""
    array = np.asarray(array)
    return array.astype("float32") if array.dtype.name == "bfloat16" else array


def as_tensor(array):
    """Keras takes text only as a tensor of TensorFlow."""
    return tf.constant(array) if array.dtype.kind == "U" else array


def predict(model, inputs, direct=False):
    """All outputs in one batch, flattened as Keras flattens structures (dicts by sorted key)."""
    if isinstance(model, keras.utils.FeatureSpace):
        return flatten_outputs(model(inputs))
    if direct:
        tensors = [keras.ops.convert_to_tensor(array, tensor.dtype) for array, tensor in zip(inputs, model.inputs, strict=True)]
        return [widened(keras.ops.convert_to_numpy(output)) for output in keras.tree.flatten(model(tensors))]
    rows = len(keras.tree.flatten(inputs)[0])
    outputs = model.predict(keras.tree.map_structure(as_tensor, inputs), batch_size=rows, verbose=0)
    return flatten_outputs(outputs)


def run(model, case):
    """The outputs of all calls; a stateful model begins anew."""
    calls = case.note.get("calls", 1)
    if calls == 1:
        return predict(model, case.inputs, case.direct)
    for layer in model.layers:
        if getattr(layer, "stateful", False):
            # Not reset_state(), which fails on states of several cells.
            for state in keras.tree.flatten(getattr(layer, "states", None) or []):
                state.assign(keras.ops.zeros_like(state))
    return [output for call in case.inputs for output in predict(model, call, case.direct)]


def flatten_outputs(outputs):
    """In the order of a case's out0, out1, …"""
    return [as_numpy(output) for output in keras.tree.flatten(outputs)]


def as_numpy(output):
    """TensorFlow's text is bytes, a case's is of code points; .npy has no bfloat16."""
    array = output.numpy() if hasattr(output, "numpy") else np.asarray(output)
    if array.dtype == object:
        return np.vectorize(lambda text: text.decode(), otypes=[str])(array)
    return array.astype("float32") if array.dtype.name == "bfloat16" else array


def check_same(name, what, actual, expected):
    for index, (a, b) in enumerate(zip(actual, expected, strict=True)):
        np.testing.assert_array_equal(a, b, err_msg=f"{name}: out{index} {what}")


def deflate(path):
    """Zips an archive again: a config of many nodes is an eighth of its size then, and as valid."""
    with zipfile.ZipFile(path) as archive:
        entries = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for info, data in entries:
            archive.writestr(info, data, zipfile.ZIP_DEFLATED, 9)


def write_case(folder, name, build, seed):
    """build(rng) -> Case"""
    keras.utils.clear_session()
    keras.utils.set_random_seed(case_seed(seed, name))
    rng = np.random.default_rng(case_seed(seed, name))
    case = build(rng)
    if not case.model.built:
        case.model(keras.tree.map_structure(as_tensor, case.inputs))
    if not (case.adapted or case.direct):
        randomise(case.model, rng)

    folder.mkdir(parents=True, exist_ok=True)
    save_keras(case.model, folder / "model.keras")
    if case.direct:
        deflate(folder / "model.keras")
    outputs = run(case.model, case)
    reloaded = keras.saving.load_model(folder / "model.keras")
    check_same(name, "changes when the model is loaded again", run(reloaded, case), outputs)

    arrays = {f"in{i}": widened(a) for i, a in enumerate(keras.tree.flatten(case.inputs))}
    arrays |= {f"out{i}": a for i, a in enumerate(outputs)}
    np.savez(folder / "io.npz", **arrays)
    if case.note:
        (folder / "note.json").write_text(json.dumps(case.note, indent=2) + "\n")
