"""Prints as JSON how long one model takes: python timings.py FOLDER (with keras/model.keras)."""

import json
import statistics
import sys
import time
from pathlib import Path

import keras_runtime  # noqa: F401
import keras
import numpy as np

from forward import forward

ROWS = [1, 100_000]


def milliseconds(function, repeats):
    """After one call to warm up."""
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append((time.perf_counter() - start) * 1000)
    return {"median": round(statistics.median(times), 4), "min": round(min(times), 4), "repeats": repeats}


def main(folder):
    model = keras.saving.load_model(folder / "keras" / "model.keras")
    weights = model.get_weights()
    hidden = model.layers[0].get_config()["activation"]
    rng = np.random.default_rng(0)
    record = {"note": "batch_size is the default 32 where none is named; NumPy computes in float32"}
    for rows in ROWS:
        x = rng.uniform(-3, 3, (rows, 4)).astype(np.float32)
        one = rows == 1
        record[f"rows_{rows}"] = {
            "keras.predict": milliseconds(lambda: model.predict(x, verbose=0), 31 if one else 5),
            f"keras.predict batch_size={rows}": milliseconds(
                lambda: model.predict(x, batch_size=rows, verbose=0), 31 if one else 11
            ),
            "numpy": milliseconds(lambda: forward(x, weights, hidden, np.float32), 2001 if one else 31),
        }
    print(json.dumps(record))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
