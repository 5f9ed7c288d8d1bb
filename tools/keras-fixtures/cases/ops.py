"""One model for each function of keras.ops: a node for each of several settings, dtypes and shapes."""

import keras
import numpy as np
from keras import ops

from case import Case

FLOATS = {"F": "float32", "D": "float64", "H": "float16", "BF": "bfloat16"}
INTS = {"I": "int32", "L": "int64", "I8": "int8", "U8": "uint8", "I16": "int16", "U16": "uint16", "U32": "uint32"}


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


NUMPY = {
    # one operand
    "absolute": numeric(ops.absolute),
    "abs": numeric(ops.abs),
    "fabs": numeric(ops.fabs),
    "negative": numeric(ops.negative),
    "sign": numeric(ops.sign),
    "square": numeric(ops.square) + unary(ops.square, B(2, 3)),
    "floor": floating(ops.floor),
    "ceil": floating(ops.ceil),
    "trunc": floating(ops.trunc),
    "round": [*floating(ops.round, "halves"), (lambda x: ops.round(x, decimals=1), F(2, 5)), (lambda x: ops.round(x, decimals=-1), I(2, 5, of="bits"))],
    "sqrt": floating(ops.sqrt, "positive"),
    "rsqrt": floating(ops.rsqrt, "positive"),
    "cbrt": floating(ops.cbrt),
    "reciprocal": floating(ops.reciprocal, "positive"),
    "exp": floating(ops.exp),
    "exp2": floating(ops.exp2),
    "expm1": floating(ops.expm1),
    "log": floating(ops.log, "positive"),
    "log1p": floating(ops.log1p, "positive"),
    "log2": floating(ops.log2, "positive"),
    "log10": floating(ops.log10, "positive"),
    "sin": floating(ops.sin),
    "cos": floating(ops.cos),
    "tan": floating(ops.tan, "unit"),
    "arcsin": unary(ops.arcsin, F(2, 5, of="unit"), D(2, 5, of="unit"), H(2, 5, of="unit")),
    "arccos": unary(ops.arccos, F(2, 5, of="unit"), D(2, 5, of="unit"), H(2, 5, of="unit")),
    "arctan": floating(ops.arctan),
    "sinh": floating(ops.sinh),
    "cosh": floating(ops.cosh),
    "tanh": floating(ops.tanh),
    "arcsinh": floating(ops.arcsinh),
    "arccosh": floating(ops.arccosh, "large"),
    "arctanh": unary(ops.arctanh, F(2, 5, of="unit"), D(2, 5, of="unit"), H(2, 5, of="unit")),
    "sinc": unary(ops.sinc, F(2, 5, of="halves"), D(2, 5), I(2, 5)),
    "i0": floating(ops.i0, "unit"),
    "deg2rad": floating(ops.deg2rad),
    "rad2deg": floating(ops.rad2deg),
    "erf": floating(ops.erf)[:4],
    "erfc": floating(ops.erfc)[:4],
    "erfinv": unary(ops.erfinv, F(2, 5, of="unit"), D(2, 5, of="unit")),
    "angle": unary(ops.angle, F(2, 5), D(2, 5), I(2, 5)),
    "real": unary(ops.real, F(2, 5), I(2, 5)),
    "imag": unary(ops.imag, F(2, 5), D(2, 5)),
    "conjugate": unary(ops.conjugate, F(2, 5), I(2, 5)),
    "isnan": unary(ops.isnan, F(2, 9, of="special"), D(2, 9, of="special"), H(2, 9, of="special"), I(2, 3)),
    "isinf": unary(ops.isinf, F(2, 9, of="special"), D(2, 9, of="special"), H(2, 9, of="special"), I(2, 3)),
    "isfinite": unary(ops.isfinite, F(2, 9, of="special"), D(2, 9, of="special"), I(2, 3)),
    "isposinf": unary(ops.isposinf, F(2, 9, of="special"), D(2, 9, of="special")),
    "isneginf": unary(ops.isneginf, F(2, 9, of="special"), D(2, 9, of="special")),
    "isreal": unary(ops.isreal, F(2, 9, of="special"), I(2, 3)),
    "signbit": unary(ops.signbit, F(2, 9, of="halves"), D(2, 9), I(2, 3)),
    "logical_not": unary(ops.logical_not, B(2, 3), F(2, 3, of="halves"), I(2, 3)),
    "bitwise_not": unary(ops.bitwise_not, I(2, 3), L(2, 3), I(2, 3, dtype="uint8"), B(2, 3)),
    "bitwise_invert": unary(ops.bitwise_invert, I(2, 3), I(2, 3, dtype="int16")),
    "nan_to_num": [
        *unary(ops.nan_to_num, F(2, 9, of="special"), D(2, 9, of="special"), H(2, 9, of="special"), I(2, 3)),
        (lambda x: ops.nan_to_num(x, nan=7.0, posinf=1.0, neginf=-1.0), F(2, 9, of="special")),
    ],
    "copy": movement(ops.copy),
    "clip": [
        (lambda x: ops.clip(x, -1, 1), F(2, 5)),
        (lambda x: ops.clip(x, -1.5, 1.5), I(2, 5)),
        (lambda x: ops.clip(x, -2, 2), L(2, 5)),
        (lambda x: ops.clip(x, -1, 1), D(2, 5)),
        (lambda x: ops.clip(x, 0, 1), H(2, 5)),
        (lambda x: ops.clip(x, 0, 1), B(2, 5)),
        (lambda x: ops.clip(x, np.array([-1, 0, 1], "float32"), 2.0), F(2, 3)),
    ],
    "view": [(lambda x: ops.view(x, "int32"), F(2, 3)), (lambda x: ops.view(x, "float32"), I(2, 3, of="bits"))],
    # two operands
    "add": pairs(ops.add) + [(ops.add, B(2, 3), B(3))],
    "subtract": pairs(ops.subtract),
    "multiply": pairs(ops.multiply) + [(ops.multiply, B(2, 3), B(3))],
    "divide": pairs(ops.divide),
    "true_divide": pairs(ops.true_divide)[:6],
    "divide_no_nan": [(ops.divide_no_nan, F(2, 9, of="halves"), F(2, 9, of="halves")), (ops.divide_no_nan, D(2, 9), D(9, of="halves")), (ops.divide_no_nan, I(2, 9), I(2, 9))],
    "floor_divide": pairs(ops.floor_divide),
    "mod": pairs(ops.mod),
    "fmod": pairs(ops.fmod),
    "power": [
        (ops.power, F(2, 1, 4, of="positive"), F(3, 1)),
        (ops.power, D(2, 3, of="positive"), D(3)),
        (ops.power, H(2, 3, of="positive"), H(3)),
        (ops.power, I(2, 3), I(2, 3, of="counts")),
        (ops.power, L(2, 3), L(2, 3, of="counts")),
        (lambda x: ops.power(x, 2), I(2, 3)),
        (lambda x: ops.power(x, 2.5), F(2, 3, of="positive")),
        (lambda x: ops.power(x, 0.5), I(2, 3, of="ones")),
        (lambda x: ops.power(2, x), F(2, 3)),
        (lambda x: ops.power(x, 3), F(2, 3)),
        (lambda x: ops.power(x, -2.0), D(2, 3)),
    ],
    "maximum": pairs(ops.maximum) + [(ops.maximum, F(2, 9, of="special"), F(2, 9))],
    "minimum": pairs(ops.minimum) + [(ops.minimum, F(2, 9, of="special"), F(2, 9))],
    "fmax": [(ops.fmax, F(2, 9, of="special"), F(2, 9)), (ops.fmax, D(2, 3), D(3)), (ops.fmax, I(2, 3), I(3)), (lambda x: ops.fmax(x, 1), F(2, 3))],
    "fmin": [(ops.fmin, F(2, 9, of="special"), F(2, 9)), (ops.fmin, D(2, 3), D(3)), (ops.fmin, I(2, 3), I(3)), (lambda x: ops.fmin(x, 1), F(2, 3))],
    "arctan2": [(ops.arctan2, F(2, 3), F(3)), (ops.arctan2, D(2, 3), D(3)), (ops.arctan2, I(2, 3), I(3)), (ops.arctan2, H(2, 3), H(3))],
    "hypot": [(ops.hypot, F(2, 3), F(3)), (ops.hypot, D(2, 3), D(3)), (ops.hypot, I(2, 3), I(3)), (ops.hypot, H(2, 3), H(3))],
    "logaddexp": [(ops.logaddexp, F(2, 3), F(3)), (ops.logaddexp, D(2, 3), D(3)), (ops.logaddexp, I(2, 3), I(3)), (ops.logaddexp, H(2, 3), H(3))],
    "logaddexp2": [(ops.logaddexp2, F(2, 3), F(3)), (ops.logaddexp2, D(2, 3), D(3)), (ops.logaddexp2, I(2, 3), I(3))],
    "heaviside": [(ops.heaviside, F(2, 9, of="halves"), F(2, 9)), (ops.heaviside, D(2, 9, of="halves"), D(2, 9)), (ops.heaviside, I(2, 9), I(2, 9)), (lambda x: ops.heaviside(x, 0.5), F(2, 9, of="halves"))],
    "ldexp": [(ops.ldexp, F(2, 3), I(2, 3)), (ops.ldexp, D(2, 3), I(2, 3))],
    "nextafter": [(ops.nextafter, F(2, 9, of="halves"), F(2, 9)), (ops.nextafter, D(2, 9, of="halves"), D(2, 9))],
    "gcd": [(ops.gcd, I(2, 9, of="bits"), I(9, of="bits")), (ops.gcd, L(2, 3), L(2, 3)), (lambda x: ops.gcd(x, 12), I(2, 3, of="bits"))],
    "lcm": [(ops.lcm, I(2, 9, of="ones"), I(9, of="ones")), (ops.lcm, L(2, 3), L(2, 3))],
    "bitwise_and": integral(ops.bitwise_and) + [(ops.bitwise_and, B(2, 3), B(3))],
    "bitwise_or": integral(ops.bitwise_or) + [(ops.bitwise_or, B(2, 3), B(3))],
    "bitwise_xor": integral(ops.bitwise_xor) + [(ops.bitwise_xor, B(2, 3), B(3))],
    "bitwise_left_shift": integral(ops.bitwise_left_shift),
    "bitwise_right_shift": integral(ops.bitwise_right_shift),
    "left_shift": integral(ops.left_shift)[:2],
    "right_shift": integral(ops.right_shift)[:2],
    "equal": pairs(ops.equal) + [(ops.equal, F(2, 9, of="special"), F(2, 9, of="special")), (ops.equal, B(2, 3), B(3))],
    "not_equal": pairs(ops.not_equal) + [(ops.not_equal, B(2, 3), B(3))],
    "less": pairs(ops.less),
    "less_equal": pairs(ops.less_equal),
    "greater": pairs(ops.greater),
    "greater_equal": pairs(ops.greater_equal),
    "logical_and": logical(ops.logical_and),
    "logical_or": logical(ops.logical_or),
    "logical_xor": logical(ops.logical_xor),
    "isclose": [
        (ops.isclose, F(2, 9, of="halves"), F(9, of="halves")),
        (lambda x, y: ops.isclose(x, y, equal_nan=True), F(2, 9, of="holes"), F(2, 9, of="holes")),
        (lambda x, y: ops.isclose(x, y, rtol=0.5, atol=0.1), D(2, 9), D(9)),
        (ops.isclose, I(2, 9), I(2, 9)),
    ],
    "allclose": [(ops.allclose, F(2, 3), F(2, 3)), (lambda x: ops.allclose(x, x), F(2, 3))],
    "where": [
        (ops.where, B(2, 1, 3), F(4, 3), F(2, 4, 1)),
        (ops.where, B(2, 3), I(2, 3), F(2, 3)),
        (ops.where, B(2, 3), L(2, 3), I(3)),
        (ops.where, B(2, 3), D(2, 3), F(3)),
        (lambda c, x: ops.where(c, x, 0.0), B(2, 3), I(2, 3)),
        (lambda c, x: ops.where(c, 1, x), B(2, 3), I(2, 3, dtype="uint8")),
        (lambda c, x: ops.where(c, x, -1.5), F(2, 3, of="halves"), H(2, 3)),
    ],
    # reductions
    "sum": reduction(ops.sum),
    "mean": reduction(ops.mean),
    "prod": reduction(ops.prod, (lambda x: ops.prod(x, axis=0, dtype="float64"), F(2, 3))),
    "max": reduction(ops.max, (lambda x: ops.max(x, axis=1, initial=1.5), F(2, 3)), (lambda x: ops.max(x, axis=1, initial=2), I(2, 3))),
    "min": reduction(ops.min, (lambda x: ops.min(x, axis=1, initial=-1.5), F(2, 3))),
    "amax": reduction(ops.amax)[:9],
    "amin": reduction(ops.amin)[:9],
    "std": reduction(ops.std),
    "var": reduction(ops.var),
    "any": reduction(ops.any),
    "all": reduction(ops.all),
    "ptp": reduction(ops.ptp)[:9],
    "median": reduction(ops.median)[:9],
    "count_nonzero": [(lambda x: ops.count_nonzero(x), F(2, 5, of="halves")), (lambda x: ops.count_nonzero(x, axis=1), I(2, 5)), (lambda x: ops.count_nonzero(x, axis=(0, 1)), D(2, 3, of="halves")), (lambda x: ops.count_nonzero(x, axis=0), B(2, 3))],
    "logsumexp": reduction(ops.logsumexp)[:7],
    "argmax": arg_reduction(ops.argmax),
    "argmin": arg_reduction(ops.argmin),
    "average": [
        (ops.average, F(2, 3)),
        (lambda x: ops.average(x, axis=1), I(2, 3)),
        (lambda x, w: ops.average(x, axis=1, weights=w), F(2, 3), F(3, of="positive")),
        (lambda x, w: ops.average(x, weights=w), F(2, 3), F(2, 3, of="positive")),
        (lambda x, w: ops.average(x, axis=0, weights=w), D(2, 3), D(2, of="positive")),
    ],
    "quantile": quantiles(ops.quantile, 1),
    "percentile": quantiles(ops.percentile, 100),
    "nansum": nan_reduction(ops.nansum),
    "nanmean": nan_reduction(ops.nanmean),
    "nanprod": nan_reduction(ops.nanprod),
    "nanmax": nan_reduction(ops.nanmax),
    "nanmin": nan_reduction(ops.nanmin),
    "nanstd": nan_reduction(ops.nanstd),
    "nanvar": nan_reduction(ops.nanvar),
    "nanmedian": nan_reduction(ops.nanmedian),
    "nanargmax": [(ops.nanargmax, F(3, 4, of="holes")), (lambda x: ops.nanargmax(x, axis=1), F(3, 6, of="holes")), (lambda x: ops.nanargmax(x, axis=1), I(2, 5))],
    "nanargmin": [(ops.nanargmin, F(3, 4, of="holes")), (lambda x: ops.nanargmin(x, axis=1), F(3, 6, of="holes"))],
    "nancumsum": [(ops.nancumsum, F(3, 4, of="holes")), (lambda x: ops.nancumsum(x, axis=1), F(3, 4, of="holes")), (lambda x: ops.nancumsum(x, axis=1), I(2, 5))],
    "nancumprod": [(ops.nancumprod, F(3, 4, of="holes")), (lambda x: ops.nancumprod(x, axis=1), D(3, 4, of="holes"))],
    "nanquantile": [(lambda x: ops.nanquantile(x, 0.3), F(3, 4, of="holes")), (lambda x: ops.nanquantile(x, [0.25, 0.75], axis=1), F(3, 6, of="holes"))],
    "nanpercentile": [(lambda x: ops.nanpercentile(x, 30.0), F(3, 4, of="holes")), (lambda x: ops.nanpercentile(x, 60.0, axis=1, keepdims=True), F(3, 6, of="holes"))],
    "cumsum": cumulative(ops.cumsum),
    "cumprod": cumulative(ops.cumprod),
    "diff": [(ops.diff, F(2, 5)), (lambda x: ops.diff(x, n=2, axis=0), F(4, 3)), (lambda x: ops.diff(x, axis=1), I(2, 5)), (ops.diff, D(2, 5))],
    "trapezoid": [(ops.trapezoid, F(2, 5)), (lambda y: ops.trapezoid(y, dx=0.5, axis=0), F(4, 3)), (lambda y, x: ops.trapezoid(y, x), F(2, 5), F(5, of="sorted")), (ops.trapezoid, D(2, 5))],
    "trace": [(ops.trace, F(3, 4)), (lambda x: ops.trace(x, offset=1, axis1=1, axis2=2), F(2, 3, 4)), (ops.trace, I(3, 3)), (ops.trace, D(3, 3)), (lambda x: ops.trace(x, offset=-1), L(3, 3))],
    # order
    "sort": [(ops.sort, F(2, 5)), (lambda x: ops.sort(x, axis=0), F(4, 3)), (ops.sort, I(2, 5)), (ops.sort, D(2, 5)), (ops.sort, L(2, 5)), (ops.sort, H(2, 5)), (lambda x: ops.sort(x, axis=1), F(2, 3, 4))],
    "argsort": [(ops.argsort, F(2, 5)), (lambda x: ops.argsort(x, axis=0), F(4, 3)), (ops.argsort, I(2, 9)), (ops.argsort, D(2, 5)), (lambda x: ops.argsort(x, axis=None), F(2, 3))],
    "argpartition": [(lambda x: ops.take_along_axis(x, ops.take(ops.argpartition(x, 2), [2], axis=1), axis=1), F(2, 5))],
    "top_k": [(lambda x: ops.top_k(x, 2), F(2, 5)), (lambda x: ops.top_k(x, 3), I(2, 9)), (lambda x: ops.top_k(x, 2, sorted=True), D(2, 5)), (lambda x: ops.top_k(x, 2), H(2, 3, 4))],
    "in_top_k": [(lambda t, p: ops.in_top_k(t, p, 2), I(4, of="counts"), F(4, 5)), (lambda t, p: ops.in_top_k(t, p, 1), I(4, of="counts"), F(4, 5, of="halves"))],
    "searchsorted": [
        (ops.searchsorted, F(6, of="sorted"), F(5)),
        (lambda s, v: ops.searchsorted(s, v, side="right"), F(6, of="sorted"), F(5)),
        (lambda s, v: ops.searchsorted(ops.sort(s), v), I(6), I(5)),
    ],
    "digitize": [(lambda x: ops.digitize(x, np.array([-1.0, 0.0, 1.0, 2.0], "float32")), F(3, 4)), (lambda x: ops.digitize(x, np.array([-1, 0, 2], "int32")), I(3, 4)), (lambda x: ops.digitize(x, np.array([-1.0, 0.0, 1.0])), D(3, 4))],
    "bincount": [
        (lambda x: ops.bincount(x, minlength=8), I(9, of="counts")),
        (lambda x, w: ops.bincount(x, weights=w, minlength=8), I(9, of="counts"), F(9)),
        (lambda x: ops.bincount(x, minlength=6), I(2, 5, of="counts")),
        (ops.bincount, I(9, of="counts")),
    ],
    "histogram": [(lambda x: ops.histogram(x, bins=5, range=(-3, 3)), F(20)), (lambda x: ops.histogram(x, bins=4), F(20))],
    "unique": [(lambda x: ops.unique(x, size=6, fill_value=0), I(9, of="counts")), (ops.unique, I(9, of="counts")), (lambda x: ops.unique(x, return_counts=True), F(9, of="halves"))],
    "nonzero": [(ops.nonzero, F(3, 4, of="halves")), (ops.nonzero, I(9, of="counts"))],
    "unravel_index": [(lambda x: ops.unravel_index(x, (4, 5)), I(6, of="counts")), (lambda x: ops.unravel_index(x, (3, 2, 4)), I(6, of="ones"))],
    "isin": [(ops.isin, I(2, 5), I(3)), (lambda x, y: ops.isin(x, y, invert=True), I(2, 5), I(3)), (ops.isin, F(2, 5, of="halves"), F(4, of="halves"))],
    # movement
    "transpose": moving(ops.transpose, lambda x: ops.transpose(x, (1, 0, 2)), lambda x: ops.transpose(x, (0, 2, 1))),
    "swapaxes": moving(lambda x: ops.swapaxes(x, 0, 2), lambda x: ops.swapaxes(x, -1, 1)),
    "moveaxis": moving(lambda x: ops.moveaxis(x, 0, -1), lambda x: ops.moveaxis(x, (0, 1), (-1, 0))),
    "reshape": moving(lambda x: ops.reshape(x, (4, -1)), lambda x: ops.reshape(x, (-1,)), lambda x: ops.reshape(x, (3, 2, 2, 2))),
    "ravel": movement(ops.ravel),
    "squeeze": moving(ops.squeeze, lambda x: ops.squeeze(x, 1), lambda x: ops.squeeze(x, (1, 3)), shape=(2, 1, 3, 1)),
    "expand_dims": moving(lambda x: ops.expand_dims(x, 0), lambda x: ops.expand_dims(x, -1), lambda x: ops.expand_dims(x, (1, -1))),
    "flip": moving(ops.flip, lambda x: ops.flip(x, 1), lambda x: ops.flip(x, (0, -1))),
    "fliplr": movement(ops.fliplr),
    "flipud": movement(ops.flipud),
    "rot90": moving(ops.rot90, lambda x: ops.rot90(x, k=3), lambda x: ops.rot90(x, axes=(1, 2))),
    "roll": moving(lambda x: ops.roll(x, 2), lambda x: ops.roll(x, -1, axis=1), lambda x: ops.roll(x, (1, 2), axis=(0, 2))),
    "repeat": moving(lambda x: ops.repeat(x, 2), lambda x: ops.repeat(x, 3, axis=1), lambda x: ops.repeat(x, [1, 2, 0], axis=1)),
    "tile": moving(lambda x: ops.tile(x, 2), lambda x: ops.tile(x, (2, 1, 3)), lambda x: ops.tile(x, (2, 1, 1, 2))),
    "broadcast_to": [(lambda x: ops.broadcast_to(x, (5, 2, 3)), F(2, 3)), (lambda x: ops.broadcast_to(x, (4, 2, 3)), F(2, 1)), (lambda x: ops.broadcast_to(x, (4, 2, 3)), L(2, 1)), (lambda x: ops.broadcast_to(x, (2, 3)), D(3))],
    "concatenate": [
        (lambda x, y: ops.concatenate([x, y]), F(2, 3), F(1, 3)),
        (lambda x, y: ops.concatenate([x, y], axis=-1), F(2, 3), I(2, 2)),
        (lambda x, y: ops.concatenate([x, y], axis=1), L(2, 3), I(2, 2)),
        (lambda x, y: ops.concatenate([x, y], axis=1), D(2, 3), D(2, 2)),
        (lambda x, y: ops.concatenate([x, y], axis=1), H(2, 3), BF(2, 2)),
        (lambda x, y: ops.concatenate([x, y], axis=0), B(2, 3), I(1, 3, dtype="uint8")),
    ],
    "append": [(ops.append, F(2, 3), F(4)), (lambda x, y: ops.append(x, y, axis=1), F(2, 3), I(2, 2)), (lambda x, y: ops.append(x, y, axis=0), L(2, 3), L(1, 3))],
    "stack": [(lambda x, y: ops.stack([x, y]), F(2, 3), F(2, 3)), (lambda x, y: ops.stack([x, y], axis=-1), F(2, 3), I(2, 3)), (lambda x, y: ops.stack([x, y], axis=1), L(2, 3), L(2, 3))],
    "hstack": [(lambda x, y: ops.hstack([x, y]), F(2, 3), F(2, 2)), (lambda x, y: ops.hstack([x, y]), D(2, 3), D(2, 1))],
    "vstack": [(lambda x, y: ops.vstack([x, y]), F(2, 3), F(1, 3)), (lambda x, y: ops.vstack([x, y]), D(2, 3), D(1, 3))],
    "dstack": [(lambda x, y: ops.dstack([x, y]), F(2, 3), F(2, 3)), (lambda x, y: ops.dstack([x, y]), F(3), I(3)), (lambda x, y: ops.dstack([x, y]), F(2, 3, 1), F(2, 3, 2))],
    "split": [(lambda x: ops.split(x, 2, axis=1), F(2, 4)), (lambda x: ops.split(x, [1, 3], axis=0), F(4, 3)), (lambda x: ops.split(x, 2, axis=-1), D(2, 4)), (lambda x: ops.split(x, [1], axis=1), L(2, 4))],
    "array_split": [(lambda x: ops.array_split(x, 3, axis=1), F(2, 4)), (lambda x: ops.array_split(x, 2, axis=0), L(3, 2))],
    "hsplit": [(lambda x: ops.hsplit(x, 2), F(2, 4)), (lambda x: ops.hsplit(x, [1, 2]), I(2, 4))],
    "vsplit": [(lambda x: ops.vsplit(x, 2), F(4, 2)), (lambda x: ops.vsplit(x, [1]), D(4, 2))],
    "dsplit": [(lambda x: ops.dsplit(x, 2), F(2, 3, 4))],
    "unstack": [(lambda x: ops.unstack(x, axis=1), F(2, 3)), (lambda x: ops.unstack(x, axis=0), L(2, 3))],
    "diag": [(ops.diag, F(3)), (lambda x: ops.diag(x, k=1), F(3)), (lambda x: ops.diag(x, k=-2), I(3)), (ops.diag, F(3, 4)), (lambda x: ops.diag(x, k=-1), D(3, 4))],
    "diagflat": [(ops.diagflat, F(2, 3)), (lambda x: ops.diagflat(x, k=1), I(3))],
    "diagonal": [(ops.diagonal, F(3, 4)), (lambda x: ops.diagonal(x, offset=1, axis1=1, axis2=2), F(2, 3, 4)), (lambda x: ops.diagonal(x, offset=-1), L(3, 4))],
    "tril": [(ops.tril, F(3, 4)), (lambda x: ops.tril(x, k=1), I(3, 4)), (lambda x: ops.tril(x, k=-1), D(2, 3, 4)), (ops.tril, L(3, 3))],
    "triu": [(ops.triu, F(3, 4)), (lambda x: ops.triu(x, k=1), I(3, 4)), (lambda x: ops.triu(x, k=-1), D(2, 3, 4)), (ops.triu, H(3, 3))],
    "pad": [
        (lambda x: ops.pad(x, ((1, 2), (0, 1))), F(2, 3)),
        (lambda x: ops.pad(x, 1), I(2, 3)),
        (lambda x: ops.pad(x, ((1, 0), (2, 1)), mode="constant", constant_values=7), F(2, 3)),
        (lambda x: ops.pad(x, ((1, 1), (2, 1)), mode="reflect"), F(2, 3)),
        (lambda x: ops.pad(x, ((1, 1), (2, 1)), mode="symmetric"), D(2, 3)),
        (lambda x: ops.pad(x, ((1, 1), (0, 0)), mode="constant", constant_values=1), L(2, 3)),
    ],
    "get_item": [
        (lambda x: x[:, 1], F(3, 4)),
        (lambda x: x[1:, ::-2], F(3, 4)),
        (lambda x: x[..., None, -1:], F(2, 3, 4)),
        (lambda x: x[-1, ..., 0], L(2, 3, 4)),
        (lambda x: x[:, None, 1::2], D(3, 4)),
        (lambda x: x[0], I(3, 4, dtype="uint8")),
    ],
    "take": [
        (lambda x: ops.take(x, [2, 0]), F(2, 3)),
        (lambda x, i: ops.take(x, i, axis=1), F(2, 5), I(3, of="counts")),
        (lambda x, i: ops.take(x, i, axis=0), D(5, 2), I(2, 2, of="counts")),
        (lambda x: ops.take(x, -1, axis=-1), L(2, 3)),
        (lambda x, i: ops.take(x, i, axis=-1), B(2, 6), L(3)),
    ],
    "take_along_axis": [
        (lambda x, i: ops.take_along_axis(x, i, axis=1), F(2, 5), I(2, 3, of="counts")),
        (lambda x, i: ops.take_along_axis(x, i, axis=0), D(5, 3), I(2, 3, of="counts")),
        (lambda x, i: ops.take_along_axis(x, i, axis=None), L(3, 2), I(4, of="counts")),
    ],
    "select": [(lambda a, b, x, y: ops.select([a, b], [x, y], default=9.0), B(2, 3), B(2, 3), F(2, 3), F(2, 3)), (lambda a, x: ops.select([a], [x], default=0), B(2, 3), I(2, 3))],
    # made from shapes and numbers
    "zeros_like": [(ops.zeros_like, F(2, 3)), (lambda x: ops.zeros_like(x, dtype="int64"), F(2, 3)), (ops.zeros_like, D(2, 3)), (lambda x: ops.zeros_like(x, dtype="bool"), I(2, 3))],
    "ones_like": [(ops.ones_like, F(2, 3)), (lambda x: ops.ones_like(x, dtype="float64"), I(2, 3)), (ops.ones_like, L(2, 3)), (ops.ones_like, H(2, 3))],
    "full_like": [(lambda x: ops.full_like(x, 2.5), F(2, 3)), (lambda x: ops.full_like(x, 3), I(2, 3)), (lambda x: ops.full_like(x, 7, dtype="float64"), F(2, 3)), (lambda x: ops.full_like(x, 7), L(2, 3))],
    "linspace": [(lambda a, b: ops.linspace(a, b, num=5), F(3), F(3)), (lambda a, b: ops.linspace(a, b, num=4, endpoint=False, axis=-1), F(2, 3), F(2, 3)), (lambda a: ops.linspace(a, 10, num=4), I(2)), (lambda a, b: ops.linspace(a, b, num=4), D(2), D(2))],
    "logspace": [(lambda a, b: ops.logspace(a, b, num=5), F(3, of="unit"), F(3, of="unit")), (lambda a, b: ops.logspace(a, b, num=4, base=2, endpoint=False), D(3), D(3))],
    "geomspace": [(lambda a, b: ops.geomspace(a, b, num=5), F(3, of="positive"), F(3, of="positive"))],
    "meshgrid": [(lambda x, y: ops.meshgrid(x, y), F(2), F(3)), (lambda x, y: ops.meshgrid(x, y, indexing="ij"), I(2), I(3))],
    "vander": [(ops.vander, F(4)), (lambda x: ops.vander(x, N=3, increasing=True), F(4)), (ops.vander, I(3))],
    "size": [(ops.size, F(2, 3))],
    "ndim": [(ops.ndim, F(2, 3))],
    # products
    "matmul": [
        (ops.matmul, F(2, 3, 4), F(4, 5)),
        (ops.matmul, F(4), F(2, 4, 5)),
        (ops.matmul, F(2, 1, 3, 4), F(5, 4, 2)),
        (ops.matmul, D(2, 3), D(3, 4)),
        (ops.matmul, I(2, 3), I(3, 4)),
        (ops.matmul, L(2, 3), I(3, 4)),
        (ops.matmul, H(2, 3), H(3, 4)),
        (ops.matmul, BF(2, 3), F(3, 4)),
        (ops.matmul, I(2, 3, dtype="int8"), I(3, 4, dtype="int8")),
        (ops.matmul, I(2, 3), F(3, 4)),
    ],
    "dot": [(ops.dot, F(2, 3), F(3, 4)), (ops.dot, F(2, 3, 4), F(5, 4, 2)), (ops.dot, I(3), I(3)), (ops.dot, D(2, 3), D(3)), (lambda x: ops.dot(x, 2), F(2, 3))],
    "inner": [(ops.inner, F(2, 3), F(4, 3)), (ops.inner, I(3), I(3)), (ops.inner, D(2, 3), D(3))],
    "outer": [(ops.outer, F(2, 2), F(3)), (ops.outer, I(3), I(2)), (ops.outer, D(3), F(2)), (ops.outer, L(3), L(2))],
    "vdot": [(ops.vdot, F(2, 3), F(2, 3)), (ops.vdot, I(3), I(3)), (ops.vdot, D(3), D(3))],
    "tensordot": [(lambda x, y: ops.tensordot(x, y, axes=1), F(2, 3), F(3, 4)), (lambda x, y: ops.tensordot(x, y, axes=[[0, 1], [1, 0]]), F(2, 3, 4), F(3, 2, 5)), (lambda x, y: ops.tensordot(x, y, axes=1), D(2, 3), D(3, 2)), (lambda x, y: ops.tensordot(x, y, axes=1), I(2, 3), I(3, 2))],
    "einsum": [
        (lambda x, y: ops.einsum("bij,bjk->bik", x, y), F(2, 3, 4), F(2, 4, 5)),
        (lambda x, y: ops.einsum("...i,ij->...j", x, y), F(2, 3, 4), F(4, 5)),
        (lambda x: ops.einsum("ij->ji", x), I(2, 3)),
        (lambda x: ops.einsum("ii->i", x), D(3, 3)),
        (lambda x, y: ops.einsum("ij,jk->ik", x, y), D(2, 3), D(3, 4)),
        (lambda x, y: ops.einsum("ij,jk->ik", x, y), I(2, 3), I(3, 4)),
        (lambda x, y, z: ops.einsum("ij,jk,kl->il", x, y, z), F(2, 3), F(3, 4), F(4, 2)),
        (lambda x, y: ops.einsum("ij,jk->ik", x, y), H(2, 3), H(3, 4)),
    ],
    "cross": [(ops.cross, F(2, 3), F(2, 3)), (ops.cross, I(3), I(3)), (ops.cross, F(4, 2), F(4, 2)), (lambda x, y: ops.cross(x, y, axis=0), D(3, 2), D(3, 2))],
    "kron": [(ops.kron, F(2, 3), F(2, 2)), (ops.kron, I(2, 2), I(3, 1)), (ops.kron, D(2, 2), D(2, 2))],
    "corrcoef": [(ops.corrcoef, F(3, 6)), (ops.corrcoef, D(3, 6))],
    "correlate": [(ops.correlate, F(6), F(3)), (lambda x, y: ops.correlate(x, y, mode="same"), F(6), F(3)), (lambda x, y: ops.correlate(x, y, mode="full"), D(6), D(3))],
}

CORE = {
    "cast": [
        (lambda x: ops.cast(x, "int32"), F(3, 9)),
        (lambda x: ops.cast(x, "float16"), F(3, 9)),
        (lambda x: ops.cast(x, "bfloat16"), F(3, 9)),
        (lambda x: ops.cast(x, "float64"), F(3, 9)),
        (lambda x: ops.cast(x, "float32"), D(3, 9)),
        (lambda x: ops.cast(x, "int64"), D(3, 9)),
        (lambda x: ops.cast(x, "bool"), F(3, 9, of="halves")),
        (lambda x: ops.cast(x, "int8"), I(3, 9, of="bits")),
        (lambda x: ops.cast(x, "uint8"), I(3, 9, of="bits")),
        (lambda x: ops.cast(x, "uint16"), L(3, 9, of="bits")),
        (lambda x: ops.cast(x, "uint32"), I(3, 9, of="bits")),
        (lambda x: ops.cast(x, "float32"), L(3, 9, of="bits")),
        (lambda x: ops.cast(x, "float32"), B(3, 9)),
        (lambda x: ops.cast(x, "int64"), B(3, 9)),
        (lambda x: ops.cast(x, "float16"), I(3, 9, of="bits")),
    ],
    "saturate_cast": [(lambda x: ops.saturate_cast(x, "uint8"), I(3, 9, of="bits")), (lambda x: ops.saturate_cast(x, "int8"), F(3, 9)), (lambda x: ops.saturate_cast(x, "int8"), I(3, 9, of="bits"))],
    "convert_to_tensor": [(lambda x: ops.convert_to_tensor(x, dtype="float32"), I(2, 3)), (ops.convert_to_tensor, D(2, 3))],
    "stop_gradient": [(ops.stop_gradient, F(2, 3)), (ops.stop_gradient, L(2, 3))],
    "slice": [(lambda x: ops.slice(x, (1, 0), (2, 3)), F(3, 4)), (lambda x: ops.slice(x, (1, 2), (1, 2)), L(3, 4))],
    "slice_update": [(lambda x, u: ops.slice_update(x, (1, 1), u), F(3, 4), F(2, 2)), (lambda x, u: ops.slice_update(x, (0, 1), u), L(3, 4), L(1, 2))],
    "scatter": [(lambda v: ops.scatter(np.array([[0], [2], [0]]), v, (4, 3)), F(3, 3)), (lambda i, v: ops.scatter(i, v, (6,)), I(4, 1, of="counts"), I(4)), (lambda v: ops.scatter(np.array([[0, 1], [1, 2]]), v, (2, 3)), D(2))],
    "scatter_update": [(lambda x, u: ops.scatter_update(x, np.array([[0, 1], [2, 2]]), u), F(3, 4), F(2)), (lambda x, u: ops.scatter_update(x, np.array([[1], [2]]), u), L(3, 4), L(2, 4))],
    "shape": [(lambda x: x * ops.cast(ops.shape(x)[1], "float32"), F(2, 3))],
    "rearrange": [(lambda x: ops.rearrange(x, "b h w -> b (h w)"), F(2, 3, 4)), (lambda x: ops.rearrange(x, "b h w -> w b h"), F(2, 3, 4)), (lambda x: ops.rearrange(x, "b (h p) w -> b h (p w)", p=2), F(2, 4, 3))],
    "segment_sum": [(lambda d, s: ops.segment_sum(d, s, num_segments=6), F(5, 2), I(5, of="counts")), (lambda d, s: ops.segment_sum(d, s, num_segments=5), I(5), I(5, of="counts"))],
    "segment_max": [(lambda d, s: ops.segment_max(d, s, num_segments=6), F(5, 2), I(5, of="counts"))],
    "segment_min": [(lambda d, s: ops.segment_min(d, s, num_segments=6), F(5, 2), I(5, of="counts"))],
    "segment_prod": [(lambda d, s: ops.segment_prod(d, s, num_segments=6), F(5, 2), I(5, of="counts"))],
    "cdist": [(ops.cdist, F(3, 4), F(2, 4)), (ops.cdist, F(2, 3, 4), F(2, 2, 4))] if hasattr(ops, "cdist") else [],
    "extract_sequences": [(lambda x: ops.extract_sequences(x, 4, 2), F(2, 11)), (lambda x: ops.extract_sequences(x, 3, 3), F(12))],
    "fft": [(lambda x, y: ops.fft((x, y)), F(2, 8), F(2, 8)), (lambda x, y: ops.fft((x, y)), F(2, 6), F(2, 6))],
    "fft2": [(lambda x, y: ops.fft2((x, y)), F(2, 4, 6), F(2, 4, 6))],
    "ifft2": [(lambda x, y: ops.ifft2((x, y)), F(2, 4, 6), F(2, 4, 6))],
    "rfft": [(ops.rfft, F(2, 8)), (lambda x: ops.rfft(x, fft_length=10), F(2, 8)), (lambda x: ops.rfft(x, fft_length=5), F(2, 8)), (ops.rfft, D(2, 7))],
    "irfft": [(lambda x, y: ops.irfft((x, y)), F(2, 5), F(2, 5)), (lambda x, y: ops.irfft((x, y), fft_length=7), F(2, 5), F(2, 5))],
    "stft": [(lambda x: ops.stft(x, 8, 4, 8), F(2, 20)), (lambda x: ops.stft(x, 6, 3, 8, window="hamming", center=False), F(2, 20)), (lambda x: ops.stft(x, 8, 4, 10, window=None), F(20))],
    "istft": [(lambda x, y: ops.istft((x, y), 8, 4, 8), F(2, 6, 5), F(2, 6, 5)), (lambda x, y: ops.istft((x, y), 8, 4, 8, length=18), F(2, 6, 5), F(2, 6, 5)), (lambda x, y: ops.istft((x, y), 8, 4, 8, window=None, center=False), F(2, 6, 5), F(2, 6, 5))],
}

LINALG = {
    "cholesky": [(ops.cholesky, F(2, 3, 3, of="positive definite")), (lambda x: ops.linalg.cholesky(x, upper=True), D(3, 3, of="positive definite"))],
    "cholesky_inverse": [(lambda x: ops.linalg.cholesky_inverse(ops.cholesky(x)), F(3, 3, of="positive definite")), (lambda x: ops.linalg.cholesky_inverse(ops.linalg.cholesky(x, upper=True), upper=True), D(3, 3, of="positive definite"))],
    "det": [(ops.det, F(2, 3, 3)), (ops.det, D(4, 4))],
    "slogdet": [(ops.slogdet, F(2, 3, 3)), (ops.slogdet, D(4, 4))],
    "logdet": [(ops.logdet, F(2, 3, 3, of="positive definite")), (ops.logdet, D(3, 3, of="positive definite"))],
    "inv": [(ops.inv, F(2, 3, 3, of="positive definite")), (ops.inv, D(4, 4))],
    "pinv": [(ops.linalg.pinv, F(4, 3)), (ops.linalg.pinv, D(2, 3, 4))],
    "lu_factor": [(ops.lu_factor, F(3, 3)), (ops.lu_factor, D(2, 3, 3))],
    "norm": [
        (ops.norm, F(2, 3)),
        (lambda x: ops.norm(x, axis=1), F(2, 3)),
        (lambda x: ops.norm(x, ord=1, axis=-1, keepdims=True), F(2, 3)),
        (lambda x: ops.norm(x, ord=np.inf, axis=0), F(2, 3)),
        (lambda x: ops.norm(x, ord=3, axis=0), F(2, 3)),
        (lambda x: ops.norm(x, ord=0, axis=0), F(2, 3, of="halves")),
        (lambda x: ops.norm(x, ord="fro", axis=(1, 2)), F(2, 3, 4)),
        (lambda x: ops.norm(x, ord="nuc", axis=(1, 2)), F(2, 3, 4)),
        (lambda x: ops.norm(x, ord=2, axis=(0, 1)), F(3, 4)),
        (lambda x: ops.norm(x, ord=1), F(3, 4)),
        (lambda x: ops.norm(x, ord=-np.inf), D(3, 4)),
        (ops.norm, I(2, 3)),
    ],
    "qr": [(lambda x: ops.matmul(*ops.qr(x)), F(4, 3)), (lambda x: ops.abs(ops.qr(x)[1]), F(4, 3)), (lambda x: ops.abs(ops.qr(x, mode="complete")[0]), D(3, 3))],
    "svd": [(lambda x: ops.svd(x, compute_uv=False), F(4, 3)), (lambda x: ops.svd(x)[1], D(2, 3, 3)), (lambda x: ops.abs(ops.svd(x, full_matrices=False)[0]), F(4, 3)), (lambda x: ops.abs(ops.svd(x)[2]), F(3, 3))],
    "eigh": [(lambda x: ops.eigh(x)[0], F(3, 3, of="positive definite")), (lambda x: ops.abs(ops.eigh(x)[1]), D(2, 3, 3, of="positive definite"))],
    "solve": [(ops.solve, F(3, 3), F(3, 2)), (ops.solve, F(2, 3, 3), F(2, 3, 1)), (ops.solve, D(3, 3), D(3, 2)), (ops.solve, F(3, 3), F(3))],
    "solve_triangular": [(ops.solve_triangular, F(3, 3, of="positive definite"), F(3, 2)), (lambda a, b: ops.solve_triangular(a, b, lower=True), D(3, 3, of="positive definite"), D(3, 2))],
    "lstsq": [(ops.lstsq, F(5, 3), F(5, 2)), (ops.lstsq, F(5, 3), F(5))],
    "matrix_rank": [(ops.linalg.matrix_rank, F(3, 4)), (ops.linalg.matrix_rank, D(2, 3, 3))],
}

NN = {
    name: unary(getattr(ops, name), F(2, 6), D(2, 6), H(2, 6), BF(2, 6))
    for name in [
        *["relu", "relu6", "sigmoid", "sparse_sigmoid", "softplus", "softsign", "soft_shrink", "sparse_plus", "silu"],
        *["squareplus", "log_sigmoid", "leaky_relu", "hard_sigmoid", "hard_silu", "elu", "selu", "gelu", "celu", "glu"],
        *["tanh_shrink", "hard_tanh", "hard_shrink", "softmax", "log_softmax", "sparsemax"],
    ]
} | {
    "threshold-dtypes": [(lambda x: ops.threshold(x, 0.5, -1.0), F(2, 6)), (lambda x: ops.threshold(x, 0.5, 2.0), D(2, 6))],
    "softmax-axes": [(lambda x: ops.softmax(x, axis=(1, 2)), F(2, 3, 4)), (lambda x: ops.softmax(x, axis=0), D(2, 3)), (lambda x: ops.log_softmax(x, axis=1), F(2, 3, 4)), (lambda x: ops.log_softmax(x, axis=(0, 1)), F(2, 3)), (lambda x: ops.softmax(x, axis=None), F(2, 3)), (lambda x: ops.sparsemax(x, axis=0), F(4, 3)), (lambda x: ops.glu(x, axis=1), F(2, 4, 3))],
    "gelu-exact": [(lambda x: ops.gelu(x, approximate=False), F(2, 6)), (lambda x: ops.gelu(x, approximate=False), D(2, 6)), (lambda x: ops.leaky_relu(x, 0.1), D(2, 6)), (lambda x: ops.elu(x, 0.5), D(2, 6))],
    "max_pool": [
        (lambda x: ops.max_pool(x, 2), F(1, 6, 3)),
        (lambda x: ops.max_pool(x, (2, 3), strides=2, padding="same", data_format="channels_last"), F(1, 5, 6, 2)),
        (lambda x: ops.max_pool(x, 2, strides=1), D(1, 4, 4, 2)),
        (lambda x: ops.max_pool(x, 2), F(1, 4, 4, 4, 1)),
        (lambda x: ops.max_pool(x, 2), H(1, 4, 4, 2)),
    ],
    "average_pool": [
        (lambda x: ops.average_pool(x, 2), F(1, 6, 3)),
        (lambda x: ops.average_pool(x, (2, 3), strides=2, padding="same"), F(1, 5, 6, 2)),
        (lambda x: ops.average_pool(x, 2, strides=1), D(1, 4, 4, 2)),
        (lambda x: ops.average_pool(x, 2), F(1, 4, 4, 4, 1)),
    ],
    "adaptive_max_pool": [(lambda x: ops.adaptive_max_pool(x, (3,)), F(1, 7, 2)), (lambda x: ops.adaptive_max_pool(x, (2, 3)), F(1, 5, 7, 2))],
    "adaptive_average_pool": [(lambda x: ops.adaptive_average_pool(x, (3,)), F(1, 7, 2)), (lambda x: ops.adaptive_average_pool(x, (2, 3)), F(1, 5, 7, 2))],
    "conv": [
        (lambda x, k: ops.conv(x, k), F(1, 7, 2), F(3, 2, 4)),
        (lambda x, k: ops.conv(x, k, strides=2, padding="same"), F(1, 6, 5, 2), F(3, 2, 2, 3)),
        (lambda x, k: ops.conv(x, k, dilation_rate=2), F(1, 7, 7, 2), F(3, 3, 2, 3)),
        (lambda x, k: ops.conv(x, k, padding="same"), F(1, 5, 5, 4), F(3, 3, 4, 4)),
        (lambda x, k: ops.conv(x, k), D(1, 5, 5, 2), D(2, 2, 2, 3)),
        (lambda x, k: ops.conv(x, k, padding="same"), F(1, 3, 4, 3, 2), F(2, 2, 2, 2, 3)),
        (lambda x, k: ops.conv(x, k), H(1, 5, 5, 2), H(2, 2, 2, 3)),
    ],
    "depthwise_conv": [
        (lambda x, k: ops.depthwise_conv(x, k), F(1, 7, 2), F(3, 2, 2)),
        (lambda x, k: ops.depthwise_conv(x, k, strides=2, padding="same"), F(1, 6, 6, 2), F(3, 3, 2, 2)),
        (lambda x, k: ops.depthwise_conv(x, k, dilation_rate=2), D(1, 6, 6, 2), D(2, 2, 2, 1)),
    ],
    "separable_conv": [
        (lambda x, d, p: ops.separable_conv(x, d, p), F(1, 7, 2), F(3, 2, 2), F(1, 4, 3)),
        (lambda x, d, p: ops.separable_conv(x, d, p, strides=2, padding="same"), F(1, 6, 6, 2), F(3, 3, 2, 2), F(1, 1, 4, 3)),
    ],
    "conv_transpose": [
        (lambda x, k: ops.conv_transpose(x, k, 2, data_format="channels_last"), F(1, 4, 2), F(3, 3, 2)),
        (lambda x, k: ops.conv_transpose(x, k, 2, padding="same", data_format="channels_last"), F(1, 3, 4, 2), F(3, 3, 3, 2)),
        (lambda x, k: ops.conv_transpose(x, k, 2, padding="valid", output_padding=1, data_format="channels_last"), F(1, 3, 4, 2), F(3, 3, 3, 2)),
        (lambda x, k: ops.conv_transpose(x, k, 1, padding="valid", data_format="channels_last"), D(1, 3, 4, 2), D(2, 2, 3, 2)),
    ],
    "one_hot": [
        (lambda x: ops.one_hot(x, 5), I(2, 3, of="counts")),
        (lambda x: ops.one_hot(x, 4, axis=0), I(2, 3, of="counts")),
        (lambda x: ops.one_hot(x, 4, axis=1, dtype="int32"), I(2, 3)),
        (lambda x: ops.one_hot(x, 3, dtype="float16"), L(4)),
        (lambda x: ops.one_hot(x, 3, dtype="bool"), I(4, of="counts", dtype="uint8")),
    ],
    "multi_hot": [(lambda x: ops.multi_hot(x, 6), I(2, 3, of="counts")), (lambda x: ops.multi_hot(x, 6, dtype="int32"), I(3, of="counts")), (lambda x: ops.multi_hot(x, 5), I(2, 3, 2, of="counts"))],
    "binary_crossentropy": [(lambda t, o: ops.binary_crossentropy(t, o), F(2, 3, of="image"), F(2, 3, of="image")), (lambda t, o: ops.binary_crossentropy(t, o, from_logits=True), F(2, 3, of="image"), F(2, 3)), (lambda t, o: ops.binary_crossentropy(t, o), D(2, 3, of="image"), D(2, 3, of="image"))],
    "categorical_crossentropy": [(lambda t, o: ops.categorical_crossentropy(t, o), F(2, 3, of="probabilities"), F(2, 3, of="positive")), (lambda t, o: ops.categorical_crossentropy(t, o, from_logits=True), F(2, 3, of="probabilities"), F(2, 3)), (lambda t, o: ops.categorical_crossentropy(t, o, axis=1), F(2, 3, 4, of="probabilities"), F(2, 3, 4, of="positive"))],
    "sparse_categorical_crossentropy": [(lambda t, o: ops.sparse_categorical_crossentropy(t, o), I(4, of="counts"), F(4, 5, of="positive")), (lambda t, o: ops.sparse_categorical_crossentropy(t, o, from_logits=True), I(4, of="counts"), F(4, 5))],
    "moments": [(lambda x: ops.moments(x, axes=[0]), F(4, 3)), (lambda x: ops.moments(x, axes=[1, 2], keepdims=True), F(2, 3, 4)), (lambda x: ops.moments(x, axes=[0]), D(4, 3)), (lambda x: ops.moments(x, axes=[1]), H(2, 5))],
    "batch_normalization": [
        (lambda x, m, v: ops.batch_normalization(x, m, v, axis=-1), F(2, 4, 3), F(3), F(3, of="positive")),
        (lambda x, m, v, o, s: ops.batch_normalization(x, m, v, axis=1, offset=o, scale=s, epsilon=0.1), F(2, 3, 4), F(3), F(3, of="positive"), F(3, of="unit"), F(3, of="large")),
        (lambda x, m, v: ops.batch_normalization(x, m, v, axis=-1), D(2, 3), D(3), D(3, of="positive")),
    ],
    "layer_normalization": [(lambda x: ops.layer_normalization(x), F(2, 5)), (lambda x, g, b: ops.layer_normalization(x, g, b), F(2, 3, 5), F(5), F(5, of="unit")), (lambda x: ops.layer_normalization(x, axis=(1, 2)), F(2, 3, 4)), (lambda x: ops.layer_normalization(x), D(2, 5))],
    "rms_normalization": [(lambda x: ops.rms_normalization(x), F(2, 5)), (lambda x, s: ops.rms_normalization(x, s), F(2, 5), F(5)), (lambda x: ops.rms_normalization(x), D(2, 5))],
    "normalize": [(ops.normalize, F(2, 5)), (lambda x: ops.normalize(x, axis=0), F(2, 5)), (lambda x: ops.normalize(x, order=1), F(2, 5)), (lambda x: ops.normalize(x, order=3), F(2, 5)), (ops.normalize, D(2, 5))],
    "ctc_decode": [(lambda x: ops.ctc_decode(x, np.array([5, 4]), mask_index=0)[0], F(2, 5, 4)), (lambda x: ops.ctc_decode(x, np.array([5, 4]), mask_index=0)[1], F(2, 5, 4)), (lambda x: ops.ctc_decode(x, np.array([5, 4]), merge_repeated=False, mask_index=3)[0], F(2, 5, 4))],
    "ctc_loss": [(lambda t, o: ops.ctc_loss(t, o, np.array([2, 3]), np.array([6, 5])), I(2, 3, of="ones"), F(2, 6, 8))],
    "psnr": [(lambda a, b: ops.psnr(a, b, max_val=1.0), F(2, 3, 3, 1, of="image"), F(2, 3, 3, 1, of="image"))],
    "dot_product_attention": [
        (ops.dot_product_attention, F(2, 3, 2, 4), F(2, 5, 2, 4), F(2, 5, 2, 4)),
        (lambda q, k, v: ops.dot_product_attention(q, k, v, is_causal=True, scale=0.3), F(2, 3, 2, 4), F(2, 3, 2, 4, of="unit"), F(2, 3, 2, 4, of="positive")),
        (lambda q, k, v, m: ops.dot_product_attention(q, k, v, mask=m), F(2, 3, 2, 4), F(2, 5, 2, 4), F(2, 5, 2, 4, of="unit"), B(2, 2, 3, 5)),
        (lambda q, k, v, b: ops.dot_product_attention(q, k, v, bias=b), F(2, 3, 2, 4), F(2, 5, 2, 4), F(2, 5, 2, 4, of="unit"), F(2, 2, 3, 5)),
        (ops.dot_product_attention, F(2, 3, 4, 4), F(2, 5, 2, 4), F(2, 5, 2, 4, of="unit")),
    ],
    "unfold": [(lambda x: ops.unfold(x, 2), F(1, 2, 4, 5)), (lambda x: ops.unfold(x, (2, 3), dilation=1, padding=1, stride=2), F(1, 2, 4, 5))] if hasattr(ops, "unfold") else [],
    "fold": [(lambda x: ops.fold(x, (4, 5), 2), F(1, 8, 12))] if hasattr(ops, "fold") else [],
    "depth_to_space": [(lambda x: ops.depth_to_space(x, 2), F(1, 2, 3, 8)), (lambda x: ops.depth_to_space(x, 2), L(1, 2, 3, 8))] if hasattr(ops, "depth_to_space") else [],
    "space_to_depth": [(lambda x: ops.space_to_depth(x, 2), F(1, 4, 6, 2))] if hasattr(ops, "space_to_depth") else [],
}

IMAGE = {
    "rgb_to_grayscale": [(ops.image.rgb_to_grayscale, F(1, 3, 4, 3, of="image")), (lambda x: ops.image.rgb_to_grayscale(x, data_format="channels_first"), F(1, 3, 4, 5, of="image"))],
    "rgb_to_hsv": [(ops.image.rgb_to_hsv, F(1, 4, 5, 3, of="image")), (ops.image.rgb_to_hsv, D(4, 5, 3, of="image"))],
    "hsv_to_rgb": [(ops.image.hsv_to_rgb, F(1, 4, 5, 3, of="image"))],
    "resize": [
        (lambda x: ops.image.resize(x, (6, 7)), F(1, 4, 5, 2)),
        (lambda x: ops.image.resize(x, (3, 2), interpolation="nearest"), F(1, 4, 5, 2)),
        (lambda x: ops.image.resize(x, (3, 2), antialias=True), F(1, 6, 5, 2)),
        (lambda x: ops.image.resize(x, (5, 6), interpolation="lanczos3"), F(1, 4, 5, 2)),
        (lambda x: ops.image.resize(x, (4, 4), crop_to_aspect_ratio=True), F(1, 4, 6, 2)),
        (lambda x: ops.image.resize(x, (4, 4), pad_to_aspect_ratio=True), F(1, 4, 6, 2)),
        (lambda x: ops.image.resize(x, (6, 7), data_format="channels_first"), F(1, 2, 4, 5)),
    ],
    "affine_transform": [
        (lambda x, t: ops.image.affine_transform(x, t), F(2, 5, 6, 2), F(2, 8, of="unit")),
        (lambda x, t: ops.image.affine_transform(x, t, interpolation="nearest", fill_mode="nearest"), F(2, 5, 6, 2), F(2, 8, of="unit")),
        (lambda x, t: ops.image.affine_transform(x, t, fill_mode="reflect", fill_value=1.0), F(2, 5, 6, 2), F(2, 8, of="unit")),
    ],
    "perspective_transform": [(lambda x: ops.image.perspective_transform(x, np.array([[[0, 0], [0, 5], [4, 0], [4, 5]]], "float32"), np.array([[[0.5, 0.2], [0.1, 4.5], [3.8, 0.3], [3.5, 4.8]]], "float32")), F(1, 5, 6, 2))],
    "map_coordinates": [
        (lambda x, c: ops.image.map_coordinates(x, c, order=1), F(5, 6), F(2, 7, of="large")),
        (lambda x, c: ops.image.map_coordinates(x, c, order=0, fill_mode="nearest"), F(5, 6), F(2, 7)),
        (lambda x, c: ops.image.map_coordinates(x, c, order=1, fill_mode="wrap"), F(5, 6), F(2, 7)),
        (lambda x, c: ops.image.map_coordinates(x, c, order=1, fill_mode="mirror"), F(5, 6), F(2, 7)),
    ],
    "pad_images": [(lambda x: ops.image.pad_images(x, top_padding=1, left_padding=2, target_height=6, target_width=8), F(1, 4, 5, 2))],
    "crop_images": [(lambda x: ops.image.crop_images(x, top_cropping=1, left_cropping=2, target_height=2, target_width=3), F(1, 4, 6, 2))],
    "extract_patches": [(lambda x: ops.image.extract_patches(x, (2, 2)), F(1, 4, 6, 2)), (lambda x: ops.image.extract_patches(x, 3, strides=(2, 1), padding="same"), F(1, 4, 5, 2)), (lambda x: ops.image.extract_patches(x, 2, strides=1, dilation_rate=2), F(1, 5, 5, 1))],
    "gaussian_blur": [(lambda x: ops.image.gaussian_blur(x, (3, 3), (1.0, 1.0)), F(1, 5, 6, 2)), (lambda x: ops.image.gaussian_blur(x, (5, 5), (0.7, 1.5)), F(1, 6, 6, 1))],
    "scale_and_translate": [(lambda x: ops.image.scale_and_translate(x, (1, 6, 8, 2), np.array([1.5, 1.3], "float32"), np.array([0.2, -0.4], "float32"), (1, 2), "linear"), F(1, 4, 5, 2)), (lambda x: ops.image.scale_and_translate(x, (1, 3, 3, 2), np.array([0.6, 0.5], "float32"), np.array([0.0, 0.3], "float32"), (1, 2), "cubic"), F(1, 4, 5, 2))],
    "sobel_edges": [(ops.image.sobel_edges, F(1, 5, 6, 2))] if hasattr(ops.image, "sobel_edges") else [],
    "ssim": [(lambda a, b: ops.image.ssim(a, b, max_val=1.0, filter_size=5), F(1, 9, 9, 1, of="image"), F(1, 9, 9, 1, of="image", dtype="float32"))] if hasattr(ops.image, "ssim") else [],
}

ALL = {"np": NUMPY, "core": CORE, "linalg": LINALG, "nn": NN, "image": IMAGE}


def runs(function, tensors):
    """TensorFlow has no kernel for some dtypes of some functions, and Keras cannot save some: these are left out."""
    rng = np.random.default_rng(1)
    inputs = [keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype) for tensor in tensors]
    try:
        model = keras.Model(inputs, keras.tree.flatten(function(*inputs)))
        keras.Model.from_config(model.get_config())([keras.ops.convert_to_tensor(tensor.make(rng), tensor.dtype) for tensor in tensors])
    except Exception as error:
        print("left out:", [tensor.key() for tensor in tensors], repr(error)[:150].replace("\n", " "))
        return False
    return True


def operation(settings):
    def build(rng):
        inputs, arrays, keys, outputs = [], [], {}, []
        for function, *tensors in settings:
            if not runs(function, tensors):
                continue
            used = []
            for tensor in tensors:
                # Two operands of one kind are two inputs.
                key = (*tensor.key(), sum(other.key() == tensor.key() for other in tensors[: len(used)]))
                if key not in keys:
                    keys[key] = len(inputs)
                    inputs.append(keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=f"x{len(inputs)}"))
                    arrays.append(tensor.make(rng))
                used.append(inputs[keys[key]])
            outputs.extend(keras.tree.flatten(function(*used)))
        return Case(keras.Model(inputs, outputs, name="model"), arrays, direct=True)

    return build


CASES = {f"op-{name}": operation(settings) for group in ALL.values() for name, settings in group.items() if settings}
