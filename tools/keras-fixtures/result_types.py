"""keras.backend.result_type of every pair of dtypes and Python numbers: what packages/kernel/src/dtype is tested against.

python result_types.py > ../../packages/kernel/src/dtype/result-type.fixture.json
"""

import json

import keras_runtime  # noqa: F401
from keras.src import backend

DTYPES = ["bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"]
DTYPES += ["bfloat16", "float16", "float32", "float64"]
WEAK = {"int": int, "float": float}


def result(*names):
    return backend.result_type(*(WEAK.get(name, name) for name in names))


names = [*DTYPES, *WEAK]
table = {f"{a} {b}": result(a, b) for a in names for b in names}
table |= {a: result(a) for a in names}
table |= {f"{a} {b} float": result(a, b, "float") for a in DTYPES for b in DTYPES}
print(json.dumps(table, indent=0))
