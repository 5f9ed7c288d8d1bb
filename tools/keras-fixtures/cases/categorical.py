"""CategoryEncoding, Discretization, Hashing and HashedCrossing: modes, ranks, dtypes and odd values."""

import keras
import numpy as np
from keras import layers

from case import Case

MODES = ["one_hot", "multi_hot", "count"]
WORDS = ["", "a", "omar", "stringer", "marlo", "wire", "A", " a", "Straße", "日本語", "🦜", "naïve café au lait, s'il vous plaît"]
LONG_WORDS = ["x" * 64, "y" * 65, "ab" * 100, "é" * 33, "0123456789abcdef" * 12, "q" * 31, "z" * 32, "w" * 17]
INTEGERS = [0, 1, -1, 7, 101, 2**31 - 1, -(2**31), 2**40 + 3, -(2**53) - 1, 2**63 - 1, -(2**63)]


def column(values, dtype=None):
    return np.array(values, dtype)[:, None]


def input_like(array, **arguments):
    dtype = "string" if array.dtype.kind == "U" else array.dtype.name
    return keras.Input(array.shape[1:], dtype=dtype, **arguments)


def side_by_side(array, make_layers):
    """One input, and one output for each layer; `make_layers()` gives them by name."""

    def build(rng):
        x = input_like(array, name="x")
        outputs = [layer(x) for layer in make_layers()]
        return Case(keras.Model(x, outputs), array, adapted=True)

    return build


def crossed(make_layers, *arrays):
    def build(rng):
        inputs = [input_like(array) for array in arrays]
        return Case(keras.Model(inputs, [layer(inputs) for layer in make_layers()]), list(arrays))

    return build


def weighted(shape):
    """count_weights is an argument of the call."""

    def build(rng):
        x = keras.Input(shape, dtype="int32", name="x")
        weights = keras.Input(shape, name="weights")
        outputs = layers.CategoryEncoding(6, output_mode="count")(x, count_weights=weights)
        values = rng.normal(0, 1, (4, *shape)).astype("float32")
        return Case(keras.Model([x, weights], outputs), [rng.integers(0, 6, (4, *shape), "int32"), values])

    return build


def discretizations_of(boundaries):
    return lambda: [layers.Discretization(boundaries, output_mode=mode, name=mode) for mode in ["int", *MODES]]


def adapted_discretizations():
    rng = np.random.default_rng(1)
    data = rng.normal(0, 1, (200, 2)).astype("float32")
    for mode in ["int", *MODES]:
        layer = layers.Discretization(num_bins=5, epsilon=0.01, output_mode=mode, name=mode)
        layer.adapt(data)
        yield layer


def category_encodings():
    codes = np.array([[0, 1, 1], [3, 2, 5], [4, 4, 4], [9, 6, 100]])
    encodings = lambda: [layers.CategoryEncoding(6, output_mode=mode, name=mode) for mode in MODES]
    for dtype in ["int64", "int32", "uint8", "float32"]:
        yield f"category-encoding-{dtype}", side_by_side(codes.astype(dtype), encodings)
    yield "category-encoding-column", side_by_side(codes[:, :1], encodings)
    yield "category-encoding-rank-1", side_by_side(np.array([0, 3, 3, 17]), encodings)
    yield "category-encoding-rank-3", side_by_side(codes.reshape(2, 2, 3), encodings)
    yield "category-encoding-rank-3-column", side_by_side(codes.reshape(4, 3, 1), encodings)
    one_hot = lambda: [layers.CategoryEncoding(6, output_mode="one_hot")]
    yield "category-encoding-negative", side_by_side(np.array([[-1, 2], [-(2**40), 2**40]]), one_hot)
    yield "category-encoding-weights", weighted((3,))
    yield "category-encoding-weights-rank-3", weighted((2, 3))


def discretizations():
    boundaries = [-1.5, -0.1, 0.1, 0.7, 2.0]
    values = [[-1.5, 0.1, np.nan], [0.7, -0.1, 0.09999999], [np.inf, -np.inf, -0.0], [2.0, 1.9999999, 3e38]]
    numbers = np.array(values, "float32")
    whole = np.array([[-2, -1, 0], [1, 2, 3], [2**24, -(2**24), 5]])
    arrays = {
        "float32": numbers,
        "float64": numbers.astype("float64"),
        "int32": whole.astype("int32"),
        "int64": whole,
        "column": numbers[:, :1],
        "rank-1": numbers[:, 0],
        "rank-3": numbers.reshape(2, 2, 3),
    }
    for name, array in arrays.items():
        yield f"discretization-{name}", side_by_side(array, discretizations_of(boundaries))
    yield "discretization-one-boundary", side_by_side(numbers, discretizations_of([0.0]))
    # neither is a float32: 2^24 + 1 meets 2^24 there
    yield "discretization-large-integers", side_by_side(np.array([[2**24, 2**24 + 1, 2**24 + 2]]), discretizations_of([2**24 + 1.0]))
    sample = np.random.default_rng(2).normal(0, 1, (9, 2)).astype("float32")
    yield "discretization-adapted", side_by_side(sample, adapted_discretizations)


def hashings_of(mask):
    given = {
        "plain": {},
        "one_bin": {"num_bins": 1},
        "many_bins": {"num_bins": 2**40 + 1},
        "salt": {"salt": 133},
        "salts": {"salt": [133, 2**62 + 137]},
        "negative_salt": {"salt": [-1, -(2**63)]},
        "mask": {"mask_value": mask},
        "mask_salt": {"mask_value": mask, "salt": 7},
        "mask_one_bin": {"mask_value": mask, "num_bins": 1},
        "int32_output": {"dtype": "int32"},
    }
    return lambda: [layers.Hashing(**({"num_bins": 7, "name": name} | arguments)) for name, arguments in given.items()]


def hashings():
    words, long_words = column(WORDS), column(LONG_WORDS)
    yield "hashing-strings", side_by_side(words, hashings_of(""))
    yield "hashing-long-strings", side_by_side(long_words, hashings_of("x" * 64))
    yield "hashing-int64", side_by_side(column(INTEGERS, "int64"), hashings_of(7))
    yield "hashing-int32", side_by_side(column([0, 1, -1, 7, 101, 2**31 - 1, -(2**31)], "int32"), hashings_of(-1))
    fractions = column([0.0, 1.5, -2.7, 1e10, -1e15, np.nan, np.inf, -0.0], "float32")
    yield "hashing-float32", side_by_side(fractions, hashings_of(1.5))
    encoded = lambda: [layers.Hashing(4, output_mode=mode, name=mode) for mode in MODES]
    arrays = {"column": words, "rank-1": words[:, 0], "pairs": words.reshape(6, 2), "rank-3": words.reshape(2, 3, 2)}
    for name, array in arrays.items():
        yield f"hashing-encoded-{name}", side_by_side(array, encoded)


def hashed_crossings():
    words, integers = column(WORDS[:6]), column([5, -1, 2**40, 0, 7, 2**63 - 1], "int64")
    small = column([1, 2, 3, -4, 5, 6], "int32")
    crossings = lambda: [
        layers.HashedCrossing(11, name="int"),
        layers.HashedCrossing(11, output_mode="one_hot", name="one_hot"),
        layers.HashedCrossing(2**45, name="many_bins"),
        layers.HashedCrossing(1, name="one_bin"),
    ]
    pairs = {"strings": [words, words[::-1]], "mixed": [words, integers], "integers": [integers, small]}
    for name, arrays in pairs.items():
        yield f"hashed-crossing-{name}", crossed(crossings, *arrays)
    yield "hashed-crossing-rank-1", crossed(crossings, words[:, 0], integers[:, 0])


CASES = dict([*category_encodings(), *discretizations(), *hashings(), *hashed_crossings()])
