"""Activations, by name, as layers and as serialized objects."""

import keras
from grids.grid import Grid, normal


def wide(arguments, rng):
    """Both tails of every activation."""
    return [(4 * rng.normal(0, 1, (3, 5, 6))).astype("float32")], {}


def softmax_mask(rng, arguments, args):
    kept = rng.integers(0, 2, args[0].shape).astype(bool)
    return kept | (rng.integers(0, 3, args[0].shape) == 0)


def softmax_mask_shared(rng, arguments, args):
    """Broadcasts over the batch's rows and the second axis."""
    kept = softmax_mask(rng, arguments, args)[:, :1]
    kept[..., 0] = True
    return kept


def names():
    skipped = {"deserialize", "get", "serialize", "threshold"}
    return sorted(n for n in dir(keras.activations) if n.islower() and not n.startswith("_") and n not in skipped)


OBJECTS = [
    "linear",
    *names(),
    {"module": "keras.layers", "class_name": "LeakyReLU", "config": {"negative_slope": 0.2}},
    {"module": "keras.layers", "class_name": "ELU", "config": {"alpha": 0.5}},
    {"module": "keras.layers", "class_name": "ReLU", "config": {"max_value": 1.5, "negative_slope": 0.1, "threshold": 0.2}},
    {"module": "keras.layers", "class_name": "Softmax", "config": {"axis": 1}},
]

GRIDS = [
    Grid("Activation", {"activation": OBJECTS}, wide),
    Grid("Dense", {"activation": OBJECTS, "units": [6]}, (5,)),
    Grid("ReLU", {"max_value": [None, 6.0, 0.0, 1.5], "negative_slope": [0.0, 0.1, 2.0], "threshold": [0.0, 0.5, 2.0]}, wide),
    Grid("LeakyReLU", {"negative_slope": [0.3, 0.0, 1.5]}, wide),
    Grid("ELU", {"alpha": [1.0, 0.1, 2.0]}, wide),
    Grid("PReLU", {"shared_axes": [None, [1], [2], [1, 2], 1], "alpha_regularizer": [None, "l2"], "alpha_constraint": [None, "non_neg"]}, wide),
    Grid("PReLU", {"shared_axes": [None, [1], [3], [1, 2], [1, 3], [1, 2, 3]]}, lambda a, rng: ([normal(rng, (3, 4, 5))], {})),
    Grid("Softmax", {"axis": [-1, 1, 2, (1, 2), [-1], (-2, -1), (0, 1)]}, wide, {"mask": [None, softmax_mask, softmax_mask_shared]}),
    Grid("Softmax", {"axis": [-1, 1, (1, 2), (2, 3), (1, 2, 3), (1, 3)]}, (3, 4, 5), {"mask": [None, softmax_mask, softmax_mask_shared]}),
]
