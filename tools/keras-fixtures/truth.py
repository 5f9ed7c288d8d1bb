"""What Keras answers in float64: python truth.py FOLDER… writes truth.npz (out0, out1, …) beside each io.npz.

Every policy and input of the model that is float32 becomes float64; weights keep their float32 values. Models that
compute in another dtype, or that have layers without float64, get none.
"""

import argparse
import json
from pathlib import Path

import keras_runtime  # noqa: F401  (fixes what results depend on)
import keras
import numpy as np
from keras.src import backend

from case_folder import flatten_outputs


def in_float64(value):
    """A config with every "float32" as "float64"."""
    if isinstance(value, dict):
        return {key: in_float64(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(in_float64(item) for item in value)
    return "float64" if value == "float32" else value


def widened(model):
    config = in_float64(json.loads(json.dumps(keras.saving.serialize_keras_object(model))))
    double = keras.saving.deserialize_keras_object(config)
    if not double.built:
        double.build(model.input_shape)
    double.set_weights([np.asarray(w, "float64") if w.dtype == np.float32 else w for w in model.get_weights()])
    return double


def write_truth(folder):
    path = folder / "model.keras"
    note = folder / "note.json"
    calls = json.loads(note.read_text()).get("calls", 1) if note.exists() else 1
    if not path.exists() or calls > 1:
        return False
    model = keras.saving.load_model(path, compile=False)
    double = widened(model)
    with np.load(folder / "io.npz") as io:
        count = sum(key.startswith("in") for key in io.files)
        arrays = [io[f"in{i}"] for i in range(count)]
    arrays = [a.astype("float64") if a.dtype == np.float32 else a for a in arrays]
    arrays = [backend.convert_to_tensor(a) if a.dtype.kind == "U" else a for a in arrays]
    outputs = flatten_outputs(double(arrays if count > 1 else arrays[0], training=False))
    np.savez(folder / "truth.npz", **{f"out{i}": a for i, a in enumerate(outputs)})
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    arguments = parser.parse_args()
    written = skipped = 0
    for folder in sorted({io.parent for root in arguments.folders for io in root.rglob("io.npz")}):
        try:
            done = write_truth(folder)
        except Exception as error:
            print(f"{folder.name}: {type(error).__name__}: {(str(error).strip().splitlines() or [''])[0][:120]}")
            done = False
        written, skipped = written + done, skipped + (not done)
        keras.utils.clear_session()
    print(f"{written} with truth.npz, {skipped} without")


if __name__ == "__main__":
    main()
