"""Normalizations over any axes."""

import keras
from grids.grid import Grid, normal

L2 = [None, "l2"]
LIMITS = [None, "max_norm"]
AFFINE = {
    "center": [True, False],
    "scale": [True, False],
    "beta_initializer": ["zeros", "ones"],
    "gamma_initializer": ["ones", "random_normal"],
    "beta_regularizer": L2,
    "gamma_regularizer": L2,
    "beta_constraint": LIMITS,
    "gamma_constraint": LIMITS,
}


def mask_of_steps(rng, arguments, args):
    return rng.integers(0, 2, args[0].shape[:2]).astype(bool)


def batch(shape, axes, call=None):
    return Grid(
        "BatchNormalization",
        {
            "axis": axes,
            "epsilon": [0.001, 1e-5, 0.1],
            "momentum": [0.99, 0.5],
            **AFFINE,
            "moving_mean_initializer": ["zeros", "ones"],
            "moving_variance_initializer": ["ones", "ones"],
            "renorm": [False, True],
            "renorm_momentum": [0.99, 0.5],
            "renorm_clipping": [None, {"rmax": 1.5, "rmin": 0.5, "dmax": 2.0}],
            "synchronized": [False],
        },
        shape,
        call or {},
    )


def layer(shape, axes):
    arguments = {"axis": axes, "epsilon": [0.001, 1e-6, 0.5], **AFFINE}
    return Grid("LayerNormalization", arguments, shape)


def group(shape, axes, groups):
    return Grid("GroupNormalization", {"groups": groups, "axis": axes, "epsilon": [0.001, 0.3], **AFFINE}, shape)


def spectral(**arguments):
    inner, iterations = arguments.pop("inner"), arguments.pop("power_iterations")
    made = getattr(keras.layers, inner[0])(**inner[1])
    return keras.layers.SpectralNormalization(made, power_iterations=iterations, **arguments)


def spectral_grid(inner, shape):
    arguments = {"inner": inner, "power_iterations": [1, 3], "trainable": [True, False]}
    return Grid("SpectralNormalization", arguments, shape, make=spectral)


def normalization(shape, axis, length):
    def inputs(arguments, rng):
        return [normal(rng, shape)], {}

    means = [[0.5 * i - 1 for i in range(length)] if length else 0.7]
    variances = [[0.5 + i for i in range(length)] if length else 2.5]
    return Grid("Normalization", {"mean": means, "variance": variances, "axis": [axis], "invert": [False, True]}, inputs)


GRIDS = [
    batch((6,), [-1, 1]),
    batch((5, 6), [-1, 1, 2], {"mask": [None, mask_of_steps]}),
    batch((4, 5, 6), [-1, 1, 2, 3, -2]),
    batch((3, 4, 2, 5), [-1, 1, 2, 3]),
    layer((6,), [-1, 1]),
    layer((5, 6), [-1, 1, (1, 2), [2], (-2, -1)]),
    layer((3, 4, 5), [-1, 1, 2, (1, 2), (2, 3), (1, 3), (1, 2, 3), (3, 1)]),
    group((6,), [-1], [2, 1, 3, 6, -1]),
    group((6, 8), [-1, 2, 1], [2, 1, -1]),
    group((4, 5, 8), [-1, 3], [2, 1, 4, 8, -1]),
    group((4, 5, 8), [1, -3], [2, 1, 4, -1]),
    group((2, 3, 4, 6), [-1, 4], [3, 1, 2, 6]),
    Grid("RMSNormalization", {"axis": [-1, 2], "epsilon": [1e-6, 0.1]}, (4, 6)),
    Grid("RMSNormalization", {"axis": [-1, 3], "epsilon": [1e-6, 0.1]}, (3, 4, 6)),
    Grid("UnitNormalization", {"axis": [-1, 1]}, (6,)),
    Grid("UnitNormalization", {"axis": [-1, 1, 2, (1, 2), [1]]}, (4, 6)),
    Grid("UnitNormalization", {"axis": [-1, 1, (1, 2), (2, 3), (1, 2, 3)]}, (3, 4, 5)),
    spectral_grid([("Dense", {"units": 4}), ("Dense", {"units": 3, "use_bias": False, "activation": "relu"})], (6,)),
    spectral_grid([("Conv1D", {"filters": 3, "kernel_size": 2}), ("SeparableConv1D", {"filters": 3, "kernel_size": 2})], (6, 4)),
    spectral_grid(
        [
            ("Conv2D", {"filters": 3, "kernel_size": 2}),
            ("Conv2DTranspose", {"filters": 3, "kernel_size": 2, "strides": 2}),
        ],
        (5, 6, 4),
    ),
    spectral_grid([("Embedding", {"input_dim": 5, "output_dim": 4})], lambda a, rng: ([rng.integers(0, 5, (3, 4)).astype("int32")], {})),
    normalization((4,), -1, 4),
    normalization((3, 4), -1, 4),
    normalization((3, 4), 1, 3),
    normalization((2, 3, 4), (1, 3), 0),
    normalization((3, 4), None, 0),
]
