"""Random tensors and arguments of one function of keras.ops."""

import keras
import numpy as np

FLOATS = ["float32", "float32", "float32", "float64", "float16", "bfloat16"]
INTEGERS = ["int32", "int32", "int64", "int8", "int16", "uint8", "uint16", "uint32"]
ANY = [*FLOATS, *INTEGERS, "bool"]


class Draw:
    """Random inputs and arguments of one function."""

    def __init__(self, rng):
        self.rng = rng
        self.inputs = []

    def pick(self, *choices):
        return choices[self.rng.integers(len(choices))]

    def flag(self):
        return bool(self.rng.integers(2))

    def int(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def shape(self, low=0, high=4, size=5):
        return tuple(self.int(1, size) for _ in range(self.int(low, high)))

    def dtype(self, *choices):
        return self.pick(*(choices or ANY))

    def x(self, shape=None, dtype=None, of="normal"):
        """A tensor of the graph."""
        rng = self.rng
        shape = self.shape() if shape is None else tuple(shape)
        dtype = dtype or self.dtype()
        if of == "normal":
            values = rng.normal(0, 2, shape)
        elif of == "positive":
            values = rng.uniform(0.1, 3, shape)
        elif of == "unit":
            values = rng.uniform(-0.95, 0.95, shape)
        elif of == "image":
            values = rng.uniform(0, 1, shape)
        elif of == "counts":
            values = rng.integers(0, 5, shape)
        elif of == "holes":
            values = np.where(rng.random(shape) < 0.3, np.nan, rng.normal(0, 2, shape))
        elif of == "special":
            values = rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.5, -2.5], shape)
        elif of == "definite":
            a = rng.normal(0, 1, shape)
            values = a @ np.swapaxes(a, -1, -2) + shape[-1] * np.eye(shape[-1])
        else:
            values = of
        values = np.asarray(values)
        if dtype == "bool":
            values = values > 0.5
        elif dtype.startswith("uint"):
            values = np.abs(np.nan_to_num(np.round(values * 2)))
        elif dtype.startswith("int"):
            values = np.nan_to_num(np.round(values * 2))
        if dtype == "bfloat16":
            array = np.asarray(keras.ops.convert_to_tensor(values.astype("float32"), dtype))
        else:
            array = values.astype(dtype)
        tensor = keras.Input(batch_shape=shape, dtype=dtype, name=f"x{len(self.inputs)}")
        self.inputs.append((tensor, array))
        return tensor

    def axis(self, rank, none=True, many=False):
        """None, an axis, or several of them."""
        if rank == 0:
            return None
        choice = self.int(0, 3)
        if none and choice == 0:
            return None
        if many and choice == 1:
            count = self.int(1, rank)
            axes = [int(a) for a in self.rng.permutation(rank)[:count]]
            return tuple(a - rank if self.flag() else a for a in axes)
        return self.int(-rank, rank - 1)

    def broadcastable(self, shape):
        shape = shape[self.int(0, len(shape)) :]
        return tuple(1 if self.int(0, 3) == 0 else n for n in shape)
