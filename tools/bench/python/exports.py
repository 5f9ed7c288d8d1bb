"""One function a format: writes `model` into `folder` and returns the file's name (or names, by batch size)."""

import contextlib
import io
import os
import shutil
import sys
import types

import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

BATCHES = (1, 16)
# What tensorflowjs imports for other kinds of input than a SavedModel.
STAND_INS = (
    "tensorflow_decision_forests",
    "tensorflow_hub",
    "jax",
    "jax.experimental",
    "jax.experimental.jax2tf",
    "flax",
)


def keras_file(model, folder):
    model.save(os.path.join(folder, "model.keras"))
    return "model.keras"


def onnx(model, folder):
    """Keras's own ONNX export, which keeps the batch free."""
    with contextlib.redirect_stdout(io.StringIO()):
        model.export(os.path.join(folder, "model.onnx"), format="onnx", verbose=False)
    return "model.onnx"


def tflite(model, folder):
    """Fixed batch, as LiteRT.js wants it, and variables frozen to constants, without which it runs slower and wrong."""
    names = {}
    for batch in BATCHES:
        names[str(batch)] = f"model-{batch}.tflite"
        spec = tf.TensorSpec((batch, *model.inputs[0].shape[1:]), model.inputs[0].dtype)
        function = tf.function(lambda x: model(x, training=False), input_signature=[spec])
        frozen = convert_variables_to_constants_v2(function.get_concrete_function())
        converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen], model)
        with open(os.path.join(folder, names[str(batch)]), "wb") as file:
            file.write(converter.convert())
    return names


def tfjs(model, folder):
    """A TF.js graph model. Packages for other frameworks that its converter imports and never calls here are stood in for."""
    for name in STAND_INS:
        module = sys.modules.setdefault(name, types.ModuleType(name))
        if "." in name:
            parent, child = name.rsplit(".", 1)
            setattr(sys.modules[parent], child, module)
    from tensorflowjs.converters import tf_saved_model_conversion_v2 as conversion

    saved = os.path.join(folder, "saved-model")
    out = os.path.join(folder, "tfjs")
    model.export(saved, verbose=False)
    shutil.rmtree(out, ignore_errors=True)
    with contextlib.redirect_stdout(io.StringIO()):
        conversion.convert_tf_saved_model(saved, out)
    shutil.rmtree(saved)
    return "tfjs/model.json"


EXPORTS = {"keras": keras_file, "onnx": onnx, "tflite": tflite, "tfjs": tfjs}
