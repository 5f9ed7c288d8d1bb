"""Large models for the bench of conversions, and how long Keras itself takes to load them.

    python conversion_models.py OUT      then: node tools/bench/dist/conversion/main.js OUT

OUT/<model>.keras and .h5 hold random weights; OUT/load-model.json the seconds that keras.models.load_model takes.
"""

import json
import sys
import time
from pathlib import Path

import keras

MODELS = {"MobileNetV2": keras.applications.MobileNetV2, "ResNet50": keras.applications.ResNet50}
RUNS = 3


def seconds_to_load(path):
    """The best of several in one process."""
    best = float("inf")
    for _ in range(RUNS):
        start = time.perf_counter()
        keras.models.load_model(path, compile=False)
        best = min(best, time.perf_counter() - start)
    return best


def main(out):
    out.mkdir(parents=True, exist_ok=True)
    seconds = {}
    for name, build in MODELS.items():
        for ending in ["h5", "keras"]:
            path = out / f"{name}.{ending}"
            if not path.exists():
                keras.utils.set_random_seed(0)
                build(weights=None).save(path)
            seconds[path.name] = seconds_to_load(path)
            print(f"{path.name}: {seconds[path.name]:.2f} s")
    (out / "load-model.json").write_text(json.dumps({"keras": keras.__version__, "seconds": seconds}, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
