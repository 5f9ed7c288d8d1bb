"""Convolutions of every kind."""

from grids.grid import Grid, shape_by_format

FORMATS = [None, "channels_last", "channels_first"]
SHAPES = {1: (11, 4), 2: (9, 10, 4), 3: (6, 7, 5, 4)}
REST = {
    "activation": [None, "relu", "gelu", {"module": "keras.layers", "class_name": "LeakyReLU", "config": {"negative_slope": 0.3}}],
    "use_bias": [True, False],
    "kernel_initializer": ["glorot_uniform", {"class_name": "HeNormal", "config": {"seed": 1}}, "orthogonal"],
    "bias_initializer": ["zeros", "ones"],
    "kernel_regularizer": [None, "l2", {"class_name": "L1L2", "config": {"l1": 0.1, "l2": 0.2}}],
    "bias_regularizer": [None, "l1"],
    "activity_regularizer": [None, "l2"],
    "kernel_constraint": [None, "max_norm"],
    "bias_constraint": [None, "non_neg"],
    "trainable": [True, False],
}


def sizes(rank, *plain):
    """Each plain size, then one that differs along the axes."""
    mixed = {1: (3,), 2: (3, 2), 3: (2, 3, 1)}[rank]
    return [*plain, mixed]


def strides(rank):
    return [1, 2, 3, {1: (2,), 2: (2, 1), 3: (1, 2, 3)}[rank]]


def dilations(rank):
    return [1, 2, {1: (3,), 2: (1, 2), 3: (2, 1, 2)}[rank]]


def conv(rank):
    return Grid(
        f"Conv{rank}D",
        {
            "filters": [4, 1, 6, 16],
            "kernel_size": sizes(rank, 3, 1, 2, 4),
            "strides": strides(rank),
            "padding": ["valid", "same", *(["causal"] if rank == 1 else [])],
            "data_format": FORMATS,
            "dilation_rate": dilations(rank),
            "groups": [1, 2],
            **REST,
        },
        shape_by_format(SHAPES[rank]),
    )


def conv_transpose(rank):
    return Grid(
        f"Conv{rank}DTranspose",
        {
            "filters": [4, 1, 5],
            "kernel_size": sizes(rank, 3, 1, 2, 4),
            "strides": strides(rank),
            "padding": ["valid", "same"],
            "output_padding": [None, 0, {1: (1,), 2: (1, 0), 3: (0, 1, 1)}[rank]],
            "data_format": FORMATS,
            "dilation_rate": dilations(rank),
            **REST,
        },
        shape_by_format({1: (7, 4), 2: (5, 4, 4), 3: (4, 3, 3, 2)}[rank]),
    )


DEPTHWISE_REST = {k.replace("kernel", "depthwise"): v for k, v in REST.items()}
SEPARABLE_REST = {**DEPTHWISE_REST, **{k.replace("kernel", "pointwise"): v for k, v in REST.items()}}


def depthwise(rank):
    return Grid(
        f"DepthwiseConv{rank}D",
        {
            "kernel_size": sizes(rank, 3, 1, 2, 5),
            "strides": [1, 2, 3],
            "padding": ["valid", "same"],
            "depth_multiplier": [1, 2, 3],
            "data_format": FORMATS,
            "dilation_rate": dilations(rank),
            **DEPTHWISE_REST,
        },
        shape_by_format(SHAPES[rank]),
    )


def separable(rank):
    return Grid(
        f"SeparableConv{rank}D",
        {
            "filters": [4, 1, 9],
            "kernel_size": sizes(rank, 3, 1, 2, 5),
            "strides": [1, 2, 3],
            "padding": ["valid", "same"],
            "data_format": FORMATS,
            "dilation_rate": dilations(rank),
            "depth_multiplier": [1, 2, 3],
            **SEPARABLE_REST,
        },
        shape_by_format(SHAPES[rank]),
    )


GRIDS = [
    *(conv(rank) for rank in (1, 2, 3)),
    *(conv_transpose(rank) for rank in (1, 2, 3)),
    *(depthwise(rank) for rank in (1, 2)),
    *(separable(rank) for rank in (1, 2)),
]
