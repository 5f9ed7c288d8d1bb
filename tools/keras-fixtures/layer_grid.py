"""Cases of layers × arguments on demand: python layer_grid.py OUT [--family NAME] [--random COUNT] [--seed N]

Each argument of each grid in `grids/` is tried with each of its values alone, then COUNT random points of the whole
product. A point that Keras itself refuses is no case. DOTPLUS_KERAS_BACKEND=jax takes JAX, which has the
channels_first kernels that TensorFlow lacks on CPUs.
"""

import argparse
import collections
import zlib
from pathlib import Path

import keras_runtime  # noqa: F401  (fixes what results depend on)
import keras
import numpy as np
from grids import FAMILIES
from grids.grid import arguments_of_call, label, make_layer
from layer_case import case_of_call, randomise_layer, write_layer_case


def write_point(out, family, grid, point, seed):
    name = f"{family}-{grid.layer}-{label(point)}"
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    keras.utils.set_random_seed(1)
    args, kwargs = arguments_of_call(grid, point, rng)
    model, arrays, layer = case_of_call(lambda: make_layer(grid, point), args, kwargs, fixed_batch=grid.calls > 1)
    randomise_layer(model, rng)
    write_layer_case(out / name, model, arrays, grid.calls)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--family", choices=list(FAMILIES))
    parser.add_argument("--layer", help="only this class")
    parser.add_argument("--random", type=int, default=40, metavar="COUNT", help="random points of each grid")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    refused = collections.Counter()
    for family in [arguments.family] if arguments.family else FAMILIES:
        written = 0
        for grid in FAMILIES[family]:
            if arguments.layer and grid.layer != arguments.layer:
                continue
            points = [*grid.one_at_a_time(), *grid.random(arguments.random, np.random.default_rng(arguments.seed))]
            for point in points:
                try:
                    write_point(arguments.out, family, grid, point, arguments.seed)
                    written += 1
                except Exception as error:
                    reason = (str(error).strip().splitlines() or [""])[0]
                    refused[f"{family} {grid.layer}: {type(error).__name__}: {reason[:140]}"] += 1
            keras.utils.clear_session()
        print(f"{family}: {written} points written", flush=True)
    for reason, count in refused.most_common():
        print(f"  {count} refused: {reason}")


if __name__ == "__main__":
    main()
