"""Pooling: over windows, over everything, to a given size; with masks where a layer takes them."""

from grids.convolution import FORMATS, strides
from grids.grid import Grid, shape_by_format

SHAPES = {1: (11, 3), 2: (8, 9, 3), 3: (5, 6, 7, 2)}


def mask(rng, arguments, args):
    """Axis 1 or 2 by data_format; the last row is masked throughout."""
    steps = args[0].shape[2 if arguments.get("data_format") == "channels_first" else 1]
    kept = rng.integers(0, 2, (len(args[0]), steps)).astype(bool)
    kept[0] = True
    kept[1, 0] = True
    return kept


def pooling(kind, rank):
    return Grid(
        f"{kind}Pooling{rank}D",
        {
            "pool_size": [2, 1, 3, {1: (4,), 2: (2, 3), 3: (2, 3, 1)}[rank]],
            "strides": [None, *strides(rank)],
            "padding": ["valid", "same"],
            "data_format": FORMATS,
        },
        shape_by_format(SHAPES[rank]),
    )


def global_pooling(kind, rank):
    masks = {"mask": [None, mask]} if (kind, rank) == ("Average", 1) else {}
    arguments = {"keepdims": [False, True], "data_format": FORMATS}
    return Grid(f"Global{kind}Pooling{rank}D", arguments, shape_by_format(SHAPES[rank]), masks)


def adaptive(kind, rank):
    sizes = [2, 3, {1: (4,), 2: (2, 5), 3: (2, 3, 4)}[rank], 4]
    return Grid(
        f"Adaptive{kind}Pooling{rank}D",
        {"output_size": sizes, "data_format": FORMATS},
        shape_by_format(SHAPES[rank]),
    )


def adaptive_to_one(rank):
    """TensorFlow ends its process for AdaptiveMaxPooling to size 1, and Keras mixes up axes with channels first."""
    return Grid(f"AdaptiveAveragePooling{rank}D", {"output_size": [1]}, SHAPES[rank])


KINDS_AND_RANKS = [(kind, rank) for kind in ("Average", "Max") for rank in (1, 2, 3)]

GRIDS = [
    *(pooling(*each) for each in KINDS_AND_RANKS),
    *(global_pooling(*each) for each in KINDS_AND_RANKS),
    *(adaptive(*each) for each in KINDS_AND_RANKS),
    *(adaptive_to_one(rank) for rank in (1, 2, 3)),
]
