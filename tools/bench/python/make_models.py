"""Writes one model for every contestant: the same seeded random weights as .keras, ONNX, TFLite and TF.js graph model,
inputs, Keras's answers in float32 and the same network's answers in float64.

    python make_models.py NAME FOLDER

Everything lands in FOLDER; meta.json says what was made, and for a format that could not be made, why.
"""

import json
import os
import sys
import traceback

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np

from architectures import ARCHITECTURES
from exports import EXPORTS

SEED = 20260101
SAMPLES = 16


def inputs_for(model, rng):
    """(SAMPLES, ...) of what the model's only input takes."""
    (tensor,) = model.inputs
    shape = (SAMPLES, *tensor.shape[1:])
    if "int" in str(tensor.dtype):
        return rng.integers(0, 8000, shape).astype("int32")
    if len(shape) == 4 and shape[-1] == 3 and any(isinstance(l, keras.layers.Rescaling) for l in model.layers):
        return rng.uniform(0, 255, shape).astype("float32")
    return rng.normal(0, 1, shape).astype("float32")


def randomise(model, x, rng):
    """Biases, gammas and betas that are not zeros and ones, and statistics that fit the activations."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.gamma.assign(rng.uniform(0.7, 1.3, layer.gamma.shape))
            layer.beta.assign(rng.normal(0, 0.1, layer.beta.shape))
            layer.momentum = 0.0
        for variable in layer.weights:
            if variable.name == "bias":
                variable.assign(np.asarray(variable) + rng.normal(0, 0.1, variable.shape))
    if any(isinstance(layer, keras.layers.BatchNormalization) for layer in model.layers):
        model(x, training=True)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.99


def truth(build, weights, x):
    """The network computed in float64 with the same weights."""
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    model = build()
    model.set_weights([w.astype("float64") for w in weights])
    y = model.predict(x if x.dtype.kind == "i" else x.astype("float64"), batch_size=4, verbose=0)
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    return y


def main(name, folder):
    title, build = ARCHITECTURES[name]
    os.makedirs(folder, exist_ok=True)
    keras.utils.set_random_seed(SEED)
    rng = np.random.default_rng(SEED)
    model = build()
    x = inputs_for(model, rng)
    randomise(model, x, rng)
    y = model.predict(x, batch_size=4, verbose=0)
    x.tofile(os.path.join(folder, "inputs.bin"))
    y.astype("float32").tofile(os.path.join(folder, "expected.f32"))
    truth(build, model.get_weights(), x).astype("float64").tofile(os.path.join(folder, "truth.f64"))
    files, failures = {}, {}
    for kind, export in EXPORTS.items():
        try:
            files[kind] = export(model, folder)
        except Exception as error:  # each format has models that it cannot hold
            traceback.print_exc()
            failures[kind] = f"{type(error).__name__}: {error}".splitlines()[0]
    with open(os.path.join(folder, "meta.json"), "w") as file:
        json.dump(
            {
                "title": title,
                "inputShape": list(x.shape[1:]),
                "inputDtype": str(x.dtype),
                "outputShape": list(y.shape[1:]),
                "sampleCount": SAMPLES,
                "parameters": model.count_params(),
                "keras": keras.__version__,
                "files": files,
                "failures": failures,
            },
            file,
            indent=2,
        )


if __name__ == "__main__":
    main(*sys.argv[1:3])
