"""The architectures of keras.applications with random weights at their smallest input size, as cases:

python applications.py OUT [NAME…]; python applications.py --list
"""

import argparse
import inspect
from pathlib import Path

import keras_runtime  # noqa: F401  (fixes what results depend on)
import keras
import numpy as np
from layer_case import write_layer_case

SMALLEST = {"Xception": 71, "InceptionV3": 75, "InceptionResNetV2": 75}


def architectures():
    return {name: value for name, value in vars(keras.applications).items() if inspect.isfunction(value)}


def randomise_statistics(model, rng):
    """Offsets and statistics that differ; kernels keep what their initializers give. Scales below 1 keep what a residual
    branch adds smaller than what it is added to: a deep network of larger ones amplifies the last bit of any sum."""
    for variable in model.weights:
        shape, name = tuple(variable.shape), variable.name
        if name == "moving_variance":
            variable.assign(rng.uniform(0.8, 1.2, shape).astype("float32"))
        elif name in ("moving_mean", "beta", "bias"):
            variable.assign(rng.normal(0, 0.1, shape).astype("float32"))
        elif name == "gamma":
            variable.assign(rng.uniform(0.5, 0.8, shape).astype("float32"))


def write_architecture(out, name, seed=1):
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    size = SMALLEST.get(name, 32)
    make = architectures()[name]
    model = make(weights=None, input_shape=(size, size, 3), classes=10, classifier_activation=None)
    randomise_statistics(model, rng)
    # Most of them scale 0..255 themselves; the others take any numbers.
    image = rng.uniform(0, 255, (1, size, size, 3)).astype("float32")
    rescales = any(isinstance(layer, keras.layers.Rescaling | keras.layers.Normalization) for layer in model.layers)
    write_layer_case(out / name, model, [image if rescales else image / 127.5 - 1], reload=False)
    print(f"{name}: {size}x{size}, {model.count_params():,} parameters", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    if arguments.list:
        print(*architectures())
        return
    for name in arguments.names or architectures():
        write_architecture(arguments.out, name)


if __name__ == "__main__":
    main()
