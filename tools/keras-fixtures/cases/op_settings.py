"""Inputs of function nodes, and settings that many functions share."""

import keras
import numpy as np

class Tensor:
    """An input: dtype, shape and how its elements are drawn."""

    def __init__(self, dtype, shape, draw):
        self.dtype, self.shape, self.draw = dtype, shape, draw

    def key(self):
        return (self.dtype, self.shape, self.draw)

    def make(self, rng):
        shape = self.shape
        draws = {
            "normal": lambda: rng.normal(0, 2, shape),
            "positive": lambda: rng.uniform(0.1, 3, shape),
            "unit": lambda: rng.uniform(-0.95, 0.95, shape),
            "large": lambda: rng.uniform(1.05, 9, shape),
            "halves": lambda: rng.integers(-6, 7, shape) / 2,
            "special": lambda: rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.5, -2.5], shape),
            "holes": lambda: np.where(rng.random(shape) < 0.3, np.nan, rng.normal(0, 2, shape)),
            "tenths": lambda: rng.integers(0, 3, shape) / 10,
            "small": lambda: rng.integers(-5, 6, shape),
            "counts": lambda: rng.integers(0, 5, shape),
            "ones": lambda: rng.integers(1, 7, shape),
            "bits": lambda: rng.integers(-1000, 1000, shape),
            "sorted": lambda: np.sort(rng.normal(0, 2, shape), axis=-1),
            "probabilities": lambda: (lambda p: p / p.sum(-1, keepdims=True))(rng.uniform(0.05, 1, shape)),
            "positive definite": lambda: definite(rng, shape),
            "image": lambda: rng.uniform(0, 1, shape),
            "bool": lambda: rng.random(shape) < 0.5,
        }
        values = draws[self.draw]()
        if self.dtype in ("uint8", "uint16", "uint32"):
            values = np.abs(values)
        return np.asarray(keras.ops.convert_to_tensor(values, self.dtype)) if self.dtype == "bfloat16" else values.astype(self.dtype)


def definite(rng, shape):
    a = rng.normal(0, 1, shape)
    return a @ np.swapaxes(a, -1, -2) + shape[-1] * np.eye(shape[-1])


def F(*shape, of="normal", dtype="float32"):
    return Tensor(dtype, shape, of)


def D(*shape, of="normal"):
    return Tensor("float64", shape, of)


def H(*shape, of="normal"):
    return Tensor("float16", shape, of)


def BF(*shape, of="normal"):
    return Tensor("bfloat16", shape, of)


def I(*shape, of="small", dtype="int32"):
    return Tensor(dtype, shape, of)


def L(*shape, of="small"):
    return Tensor("int64", shape, of)


def B(*shape):
    return Tensor("bool", shape, "bool")


def unary(function, *tensors):
    return [(function, tensor) for tensor in tensors]


def floating(function, of="normal"):
    """A function that gives floats, of each dtype."""
    return unary(function, F(2, 5, of=of), D(2, 5, of=of), H(2, 5, of=of), BF(2, 5, of=of), I(2, 5, of="ones"))


def numeric(function):
    return unary(function, F(2, 5), D(2, 5), H(2, 5), I(2, 5), L(2, 5), I(2, 5, dtype="int8"), I(2, 5, dtype="uint8"))


def pairs(function):
    """A function of two operands: broadcasting, promotion, numbers."""
    return [
        (function, F(3, 1, 4), F(2, 1)),
        (function, F(2, 3), I(2, 3, of="ones")),
        (function, I(2, 3), I(3, of="ones")),
        (function, L(2, 3), I(2, 1, of="ones")),
        (function, I(2, 3, dtype="int8"), I(2, 3, of="ones", dtype="uint8")),
        (function, I(4, of="ones", dtype="uint32"), I(4, of="ones")),
        (function, B(2, 3), I(2, 3, of="ones")),
        (function, H(2, 3), F(2, 3)),
        (function, H(2, 3), BF(2, 3)),
        (function, D(2, 3), F(3)),
        (lambda x: function(x, 2.0), I(2, 3)),
        (lambda x: function(x, 2.5), H(2, 3)),
        (lambda x: function(x, 3), L(2, 3)),
        (lambda x: function(3, x), I(2, 3, of="ones")),
        (lambda x: function(2.5, x), D(2, 3)),
        (lambda x: function(x, 2), F(2, 3)),
    ]


def integral(function):
    """A function of two integers."""
    return [
        (function, I(2, 3, of="bits"), I(3, of="counts")),
        (function, L(2, 3, of="bits"), I(2, 1, of="counts")),
        (function, I(2, 3, of="bits", dtype="int16"), I(2, 3, of="counts", dtype="int8")),
        (function, I(4, of="bits", dtype="uint32"), I(4, of="counts", dtype="uint8")),
        (lambda x: function(x, 3), I(2, 3, of="bits")),
    ]


def logical(function):
    return [
        (function, B(2, 3), B(3)),
        (function, F(2, 3, of="halves"), I(2, 3, of="counts")),
        (lambda x: function(x, True), B(2, 3)),
    ]


def reduction(function, *extra):
    return [
        (lambda x: function(x), F(2, 3, 4)),
        (lambda x: function(x, axis=1), F(2, 3, 4)),
        (lambda x: function(x, axis=-1, keepdims=True), F(2, 3, 4)),
        (lambda x: function(x, axis=(0, 2)), F(2, 3, 4)),
        (lambda x: function(x, axis=(-1, 0), keepdims=True), D(2, 3, 4)),
        (lambda x: function(x, axis=1), H(2, 3, 4)),
        (lambda x: function(x, axis=0), BF(2, 3)),
        (lambda x: function(x, axis=1), I(2, 5)),
        (lambda x: function(x, axis=0), L(2, 5)),
        (lambda x: function(x, axis=0), I(2, 5, dtype="int8")),
        (lambda x: function(x, axis=0), I(2, 5, dtype="uint8")),
        (lambda x: function(x, axis=0), B(2, 5)),
        *extra,
    ]


def arg_reduction(function):
    return [
        (lambda x: function(x), F(2, 3, 4)),
        (lambda x: function(x, axis=1), F(2, 3, 4, of="halves")),
        (lambda x: function(x, axis=-1, keepdims=True), I(2, 5)),
        (lambda x: function(x, axis=0), D(2, 5)),
        (lambda x: function(x, axis=0), L(2, 5)),
        (lambda x: function(x, keepdims=True), H(2, 5)),
        (lambda x: function(x, axis=1), B(2, 5)),
    ]


def nan_reduction(function):
    return [
        (lambda x: function(x), F(3, 4, of="holes")),
        (lambda x: function(x, axis=1), F(3, 6, of="holes")),
        (lambda x: function(x, axis=(0, 2), keepdims=True), F(2, 3, 4, of="holes")),
        (lambda x: function(x, axis=0), D(5, 4, of="holes")),
        (lambda x: function(x, axis=1), I(2, 5)),
    ]


def cumulative(function):
    return [
        (lambda x: function(x), F(2, 3)),
        (lambda x: function(x, axis=1), F(2, 3, 2)),
        (lambda x: function(x, axis=-1), I(2, 5)),
        (lambda x: function(x, axis=0), D(3, 2)),
        (lambda x: function(x, axis=0), L(3, 2)),
        (lambda x: function(x, axis=0, dtype="float64"), F(3, 2)),
        (lambda x: function(x, axis=1), B(2, 5)),
        (lambda x: function(x, axis=1), H(2, 5)),
    ]


def quantiles(function, scale):
    return [
        (lambda x: function(x, 0.3 * scale), F(4, 5)),
        (lambda x: function(x, [0.25 * scale, 0.5 * scale, 1.0 * scale], axis=1), F(4, 5)),
        (lambda x: function(x, 0.6 * scale, axis=(0, 2), keepdims=True), F(2, 3, 4)),
        (lambda x: function(x, 0.5 * scale, axis=0), D(4, 5)),
        (lambda x: function(x, 0.7 * scale, axis=0), I(4, 5)),
    ]


def movement(function):
    """A function that only moves elements: float32 and one with elements of 8 and one of 1 byte in Keras."""
    return [(function, F(2, 3, 4)), (function, D(2, 3, 4)), (function, L(2, 3, 4)), (function, I(2, 3, 4, dtype="uint8"))]


def moving(*functions, shape=(2, 3, 4)):
    return [(function, F(*shape)) for function in functions] + [(functions[0], D(*shape)), (functions[-1], I(*shape, dtype="int8"))]
