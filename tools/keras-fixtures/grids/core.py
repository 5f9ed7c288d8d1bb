"""Dense, EinsumDense, embeddings, merges, and layers that do nothing outside of training."""

import numpy as np
from grids.convolution import REST
from grids.grid import BATCH, Grid, normal

LORA = {"lora_rank": [None, 2], "lora_alpha": [None, 3.0]}


def indices(count, *shape, dtype="int32"):
    return lambda arguments, rng: ([rng.integers(0, count, (BATCH, *shape)).astype(dtype)], {})


def einsum(equation, output_shape, bias_axes, shape):
    return Grid(
        "EinsumDense",
        {"equation": [equation], "output_shape": [output_shape], "bias_axes": [None, *bias_axes], "activation": [None, "relu", "softmax"], **LORA},
        shape,
    )


EINSUMS = [
    ("ab,bc->ac", 5, ["c"], (4,)),
    ("abc,cd->abd", (None, 5), ["d", "b"], (3, 4)),
    ("abc,cd->abd", (3, 5), ["d", "bd"], (3, 4)),
    ("...x,xy->...y", 5, ["y"], (2, 3, 4)),
    ("...x,xyz->...yz", (5, 2), ["y", "z", "yz"], (3, 4)),
    ("abc,cde->abde", (3, 2, 5), ["de", "e", "bde"], (3, 4)),
    ("abcd,cde->abe", (3, 5), ["e"], (3, 2, 4)),
    ("abc,bc->ab", 3, [], (3, 4)),
    ("abc,bcd->ad", 5, ["d"], (3, 4)),
    ("abc,bd->adc", (5, 4), ["d", "dc"], (3, 4)),
    ("abc,de->abcde", (3, 4, 2, 5), ["de"], (3, 4)),
    ("ab,cd->abcd", (4, 2, 3), ["d"], (4,)),
    ("BTD,NDH->BTNH", (3, 2, 5), ["NH"], (3, 4)),
    ("btnh,nhd->btd", (3, 5), ["d"], (3, 2, 4)),
    ("abc,cd->abcd", (3, 4, 5), ["d"], (3, 4)),
    ("ab,b->ab", 4, ["b"], (4,)),
    ("abc,c->ab", 3, [], (3, 4)),
]


def pairs(first, second):
    return lambda arguments, rng: ([[normal(rng, first), normal(rng, second)]], {})


def merge(layer):
    shapes = [[(4,), (4,)], [(3, 4), (3, 4)], [(3, 4), (1, 4)], [(3, 4), (3, 1)], [(4,), (3, 4)], [(2, 3, 4), (4,)], [(2, 1, 4), (3, 1)]]
    if layer != "Subtract":
        shapes += [[(3, 4)] * 3, [(3, 4), (4,), (1, 4), (3, 1)]]
    return [Grid(layer, {}, shape) for shape in shapes]




DROPPING = {"rate": [0.5, 0.0], "seed": [None, 3]}

GRIDS = [
    Grid("Dense", {"units": [4, 1, 9], **REST, **LORA}, (5,)),
    Grid("Dense", {"units": [4, 1], **REST, **LORA}, (3, 5)),
    Grid("Dense", {"units": [4], "activation": [None, "softmax"], "use_bias": [True, False]}, (2, 3, 5)),
    *(einsum(*each) for each in EINSUMS),
    Grid(
        "Embedding",
        {
            "input_dim": [6],
            "output_dim": [5, 1],
            "embeddings_initializer": ["uniform", "zeros"],
            "embeddings_regularizer": [None, "l2"],
            "embeddings_constraint": [None, "unit_norm"],
            "mask_zero": [False, True],
            **LORA,
        },
        indices(6, 4),
    ),
    *(Grid("Embedding", {"input_dim": [6], "output_dim": [3]}, indices(6, *shape, dtype=dtype)) for shape in [(), (2, 3)] for dtype in ("int32", "int64", "uint8", "float32")),
    Grid(
        "ReversibleEmbedding",
        {
            "input_dim": [6],
            "output_dim": [5],
            "tie_weights": [True, False],
            "mask_zero": [False, True],
            "reverse_dtype": [None, "float32"],
            "logit_soft_cap": [None, 2.0],
            "embeddings_initializer": ["uniform", "ones"],
        },
        indices(6, 4),
    ),
    Grid(
        "ReversibleEmbedding",
        {"input_dim": [6], "output_dim": [5], "tie_weights": [True, False], "reverse_dtype": [None, "float32"], "logit_soft_cap": [None, 2.0]},
        (4, 5),
        {"reverse": [True]},
    ),
    Grid("Identity", {}, (4,)),
    Grid("Masking", {"mask_value": [0.0, -1.0]}, lambda a, rng: ([np.where(rng.random((3, 5, 1)) < 0.4, a["mask_value"], normal(rng, (5, 4))).astype("float32")], {})),
    *(grid for layer in ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract") for grid in merge(layer)),
    Grid("Concatenate", {"axis": [-1, 1]}, [(4,), (3,)]),
    Grid("Concatenate", {"axis": [-1, 2]}, [(3, 4), (3, 2), (3, 1)]),
    Grid("Concatenate", {"axis": [1, -2]}, [(3, 4), (2, 4)]),
    Grid("Concatenate", {"axis": [3, 1, 2, -1]}, [(2, 3, 4), (2, 3, 4)]),
    Grid("Dot", {"axes": [1, -1, (1, 1)], "normalize": [False, True]}, [(4,), (4,)]),
    Grid("Dot", {"axes": [(2, 1), (-1, 1), (1, 2)], "normalize": [False, True]}, [(4, 4), (4, 4)]),
    Grid("Dot", {"axes": [2, -1], "normalize": [False, True]}, [(3, 4), (5, 4)]),
    Grid("Dot", {"axes": [1], "normalize": [False, True]}, [(3, 4), (3, 5)]),
    Grid("Dot", {"axes": [(1, 2), (-2, -1)], "normalize": [False, True]}, [(4, 3), (5, 4)]),
    Grid("Dot", {"axes": [(3, 1), (-1, 1)], "normalize": [False, True]}, [(2, 3, 4), (4, 5)]),
    Grid("Dot", {"axes": [(2, 1)], "normalize": [False, True]}, [(3, 4), (4,)]),
    Grid("Dot", {"axes": [(3, 3), (2, 2)], "normalize": [False, True]}, [(2, 3, 4), (5, 3, 4)]),
    Grid("ActivityRegularization", {"l1": [0.0, 0.1], "l2": [0.0, 0.2]}, (4,)),
    Grid("Dropout", {**DROPPING, "noise_shape": [None, (None, 1, 4)]}, (3, 4)),
    Grid("AlphaDropout", {**DROPPING, "noise_shape": [None, (None, 1, 4)]}, (3, 4)),
    Grid("GaussianDropout", DROPPING, (3, 4)),
    Grid("GaussianNoise", {"stddev": [0.5, 0.0], "seed": [None, 3]}, (3, 4)),
    Grid("SpatialDropout1D", DROPPING, (3, 4)),
    Grid("SpatialDropout2D", {**DROPPING, "data_format": [None, "channels_last", "channels_first"]}, (3, 2, 4)),
    Grid("SpatialDropout3D", {**DROPPING, "data_format": [None, "channels_last", "channels_first"]}, (3, 2, 2, 4)),
    Grid("Rescaling", {"scale": [1 / 255, 2, [1.0, 2.0, 0.5, 4.0]], "offset": [0.0, -1.0, [1.0, 2.0, 3.0, 4.0]]}, (3, 4)),
]


