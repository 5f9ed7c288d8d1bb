"""Large models for the bench of conversions, random weights, as .keras and .h5: python conversion_models.py FOLDER

FOLDER/<model>.keras and .h5; files that are there already stay.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras

MODELS = {"MobileNetV2": keras.applications.MobileNetV2, "ResNet50": keras.applications.ResNet50}


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, build in MODELS.items():
        for ending in ["h5", "keras"]:
            path = folder / f"{name}.{ending}"
            if not path.exists():
                keras.utils.set_random_seed(0)
                build(weights=None).save(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
