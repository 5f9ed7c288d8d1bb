"""Layers that move values without changing them, and UpSampling."""

from grids.convolution import FORMATS
from grids.grid import Grid, shape_by_format

SHAPES = {1: (7, 3), 2: (6, 7, 3), 3: (4, 5, 6, 2)}
UP_FORMATS = [None, "channels_last", "channels_first"]

GRIDS = [
    Grid("Cropping1D", {"cropping": [1, 0, (2, 1), (0, 3)]}, SHAPES[1]),
    Grid("Cropping2D", {"cropping": [1, (1, 2), ((0, 1), (2, 0)), 0], "data_format": FORMATS}, shape_by_format(SHAPES[2])),
    Grid(
        "Cropping3D",
        {"cropping": [1, (1, 0, 2), ((0, 1), (2, 0), (1, 1)), 0], "data_format": FORMATS},
        shape_by_format(SHAPES[3]),
    ),
    Grid("ZeroPadding1D", {"padding": [1, 0, (2, 1), (0, 3)], "data_format": FORMATS}, shape_by_format(SHAPES[1])),
    Grid("ZeroPadding2D", {"padding": [1, (1, 2), ((0, 1), (2, 0)), 0], "data_format": FORMATS}, shape_by_format(SHAPES[2])),
    Grid(
        "ZeroPadding3D",
        {"padding": [1, (1, 0, 2), ((0, 1), (2, 0), (1, 1)), 0], "data_format": FORMATS},
        shape_by_format(SHAPES[3]),
    ),
    Grid("UpSampling1D", {"size": [2, 1, 3]}, SHAPES[1]),
    Grid(
        "UpSampling2D",
        {
            "size": [2, 1, 3, (2, 3), (1, 4)],
            "interpolation": ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"],
            "data_format": UP_FORMATS,
        },
        shape_by_format(SHAPES[2]),
    ),
    Grid("UpSampling3D", {"size": [2, 1, (2, 3, 1), (1, 1, 4)], "data_format": FORMATS}, shape_by_format(SHAPES[3])),
    *(Grid("Flatten", {"data_format": FORMATS}, shape) for shape in [(5,), (), *SHAPES.values()]),
    Grid("Permute", {"dims": [(2, 1), (1, 2)]}, (4, 5)),
    Grid("Permute", {"dims": [(3, 1, 2), (2, 3, 1), (1, 3, 2), (3, 2, 1)]}, (2, 3, 4)),
    Grid("RepeatVector", {"n": [3, 1, 5]}, (4,)),
    Grid("Reshape", {"target_shape": [(4, 6), (24,), (-1,), (2, -1), (2, 3, 4), (-1, 3, 2), (24, 1, 1)]}, (2, 12)),
]
