"""Cases of functions on demand: python random_ops.py OUT [--count N] [--seed N] [--only NAME]

Each is a model of one node of keras.ops with random shapes, dtypes and arguments. What Keras cannot build, save, load
again and run is no case.
"""

import argparse
import collections
import shutil
from pathlib import Path

import keras_runtime  # noqa: F401  (fixes what results depend on)
import keras
import numpy as np
from case import Case
from case_folder import write_case
from op_draw import Draw
from op_specs import SPECS


def build_of(name, rng):
    d = Draw(rng)
    outputs = [y for y in keras.tree.flatten(SPECS[name](d)) if isinstance(y, keras.KerasTensor)]
    model = keras.Model([tensor for tensor, _ in d.inputs], outputs, name="model")
    return Case(model, [array for _, array in d.inputs], direct=True)


def write(out, name, number, seed):
    label = f"{name.replace(' ', '-').replace('~', '-special')}-{number}"
    try:
        write_case(out / label, label, lambda rng: build_of(name, rng), seed)
    except Exception:
        shutil.rmtree(out / label, ignore_errors=True)
        raise


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=8, help="cases of each function")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="only this entry")
    arguments = parser.parse_args()
    refused = collections.Counter()
    for i, name in enumerate(np.random.default_rng(arguments.seed).permutation(list(SPECS))):
        if arguments.only and name != arguments.only:
            continue
        for number in range(arguments.count):
            try:
                write(arguments.out, name, number, arguments.seed)
            except Exception as error:
                refused[f"{name}: {type(error).__name__}: {(str(error).strip().splitlines() or [''])[0][:120]}"] += 1
        keras.utils.clear_session()
        print(i + 1, len(SPECS), name, flush=True)
    for reason, count in refused.most_common():
        print(f"  {count} refused: {reason}")


if __name__ == "__main__":
    main()
