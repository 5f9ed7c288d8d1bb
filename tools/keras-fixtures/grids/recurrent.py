"""Recurrent layers with every option, their cells, and the wrappers."""

import keras
from grids.grid import Grid, normal

STEPS, FEATURES = 5, 4


def mask(rng, arguments, args):
    kept = rng.integers(0, 2, args[0].shape[:2]).astype(bool)
    kept[0] = [True] * (kept.shape[1] - 2) + [False] * 2
    kept[1] = False
    return kept


def states(*sizes):
    def initial_state(rng, arguments, args):
        made = [normal(rng, size if isinstance(size, tuple) else (size,)) for size in sizes]
        return made if len(made) > 1 else made[0]

    return initial_state


OPTIONS = {
    "return_sequences": [False, True],
    "return_state": [False, True],
    "go_backwards": [False, True],
    "unroll": [False, True],
    "zero_output_for_mask": [False, True],
}
COMMON = {
    "use_bias": [True, False],
    "activation": ["tanh", "relu", "linear", "sigmoid", "gelu", {"module": "keras.layers", "class_name": "LeakyReLU", "config": {"negative_slope": 0.1}}],
    "dropout": [0.0, 0.3],
    "recurrent_dropout": [0.0, 0.2],
    "kernel_initializer": ["glorot_uniform", "he_normal"],
    "recurrent_initializer": ["orthogonal", "glorot_uniform"],
    "bias_initializer": ["zeros", "ones"],
    "kernel_regularizer": [None, "l2"],
    "recurrent_regularizer": [None, "l2"],
    "bias_regularizer": [None, "l2"],
    "activity_regularizer": [None, "l2"],
    "kernel_constraint": [None, "max_norm"],
    "recurrent_constraint": [None, "max_norm"],
    "bias_constraint": [None, "max_norm"],
    "seed": [None, 7],
}
GATED = {"recurrent_activation": ["sigmoid", "hard_sigmoid", "tanh", "relu"]}
ONLY = {
    "SimpleRNN": {},
    "LSTM": {**GATED, "unit_forget_bias": [True, False]},
    "GRU": {**GATED, "reset_after": [True, False]},
}
COUNT = {"SimpleRNN": 1, "LSTM": 2, "GRU": 1}


def layer(name):
    units = 3
    extra = {"use_cudnn": ["auto", False]} if name != "SimpleRNN" else {}
    return Grid(
        name,
        {"units": [units], **OPTIONS, **COMMON, **ONLY[name], **extra},
        (STEPS, FEATURES),
        {"mask": [None, mask], "initial_state": [None, states(*[units] * COUNT[name])]},
    )


def stateful(name):
    def inputs(arguments, rng):
        return [normal(rng, (STEPS, FEATURES))], {}

    options = {k: v for k, v in OPTIONS.items() if k not in ("unroll", "zero_output_for_mask")}
    return Grid(name, {"units": [3], "stateful": [True], **options}, inputs, {"mask": [None, mask]}, calls=3)


def cell(name, **config):
    return {"class_name": f"{name}Cell", "config": config}


CELLS = {
    "simple": [("SimpleRNNCell", {"units": 3})],
    "lstm": [("LSTMCell", {"units": 3, "recurrent_activation": "hard_sigmoid"})],
    "gru": [("GRUCell", {"units": 3})],
    "gru before": [("GRUCell", {"units": 3, "reset_after": False})],
    "lstm lstm": [("LSTMCell", {"units": 4}), ("LSTMCell", {"units": 3})],
    "gru simple": [("GRUCell", {"units": 4}), ("SimpleRNNCell", {"units": 2, "activation": "relu"})],
    "simple lstm gru": [("SimpleRNNCell", {"units": 2}), ("LSTMCell", {"units": 3, "use_bias": False}), ("GRUCell", {"units": 4})],
}


def rnn(cells, stacked, **options):
    made = [getattr(keras.layers, name)(**config) for name, config in CELLS[cells]]
    if stacked == "list":
        return keras.layers.RNN(made, **options)
    return keras.layers.RNN(keras.layers.StackedRNNCells(made) if stacked == "stack" or len(made) > 1 else made[0], **options)


def inner(name, **options):
    return getattr(keras.layers, name)(3, **options)


def bidirectional(inside, options, merge_mode, backward, **rest):
    forward = inner(inside, **options)
    backwards = inner(backward, go_backwards=True, **options) if backward else None
    return keras.layers.Bidirectional(forward, merge_mode=merge_mode, backward_layer=backwards, **rest)


def bidirectional_states(rng, arguments, args):
    inside = arguments["inside"]
    return [normal(rng, (3,)) for _ in range(2 * COUNT[inside])]


BIDIRECTIONAL = {
    "inside": ["LSTM", "SimpleRNN", "GRU"],
    "options": [
        {},
        {"return_sequences": True},
        {"return_sequences": True, "zero_output_for_mask": True},
        {"return_state": True},
        {"return_sequences": True, "return_state": True},
        {"go_backwards": False, "unroll": True},
    ],
    "merge_mode": ["concat", "sum", "mul", "ave", None],
    "backward": [None],
}


def time_distributed(inside, **rest):
    name, config = inside
    return keras.layers.TimeDistributed(getattr(keras.layers, name)(**config), **rest)


def nested_time_distributed(**rest):
    return keras.layers.TimeDistributed(keras.layers.TimeDistributed(keras.layers.Dense(3)), **rest)


def conv_lstm(rank):
    sizes = {1: (7,), 2: (6, 5), 3: (4, 5, 3)}[rank]

    def inputs(arguments, rng):
        first = arguments.get("data_format") == "channels_first"
        return [normal(rng, (3, 2, *sizes) if first else (3, *sizes, 2))], {}

    return Grid(
        f"ConvLSTM{rank}D",
        {
            "filters": [3, 1],
            "kernel_size": [2, 1, 3, {1: (2,), 2: (1, 3), 3: (2, 1, 3)}[rank]],
            "strides": [1, 2],
            "padding": ["valid", "same"],
            "data_format": [None, "channels_last", "channels_first"],
            "dilation_rate": [1, 2],
            **{k: v for k, v in OPTIONS.items() if k.startswith("return") or k == "go_backwards"},
            **COMMON,
            **ONLY["LSTM"],
        },
        inputs,
    )


GRIDS = [
    *(layer(name) for name in ONLY),
    *(stateful(name) for name in ONLY),
    Grid("RNN", {"cells": list(CELLS), "stacked": ["cell", "stack", "list"], **OPTIONS}, (STEPS, FEATURES), {"mask": [None, mask]}, make=rnn),
    Grid("Bidirectional", BIDIRECTIONAL, (STEPS, FEATURES), {"mask": [None, mask], "initial_state": [None, bidirectional_states]}, make=bidirectional),
    Grid("Bidirectional", {**BIDIRECTIONAL, "inside": ["LSTM", "GRU"], "backward": ["GRU", "LSTM"]}, (STEPS, FEATURES), {"mask": [None, mask]}, make=bidirectional),
    *(conv_lstm(rank) for rank in (1, 2, 3)),
    Grid(
        "TimeDistributed",
        {
            "inside": [
                ("Dense", {"units": 3}),
                ("Dense", {"units": 3, "activation": "softmax"}),
                ("LayerNormalization", {}),
                ("BatchNormalization", {}),
                ("Activation", {"activation": "gelu"}),
                ("Dropout", {"rate": 0.4}),
                ("Reshape", {"target_shape": (2, 2)}),
                ("RepeatVector", {"n": 2}),
            ]
        },
        (STEPS, FEATURES),
        {"mask": [None, mask]},
        make=time_distributed,
    ),
    Grid(
        "TimeDistributed",
        {
            "inside": [
                ("LSTM", {"units": 3}),
                ("GRU", {"units": 3, "return_sequences": True}),
                ("Conv1D", {"filters": 3, "kernel_size": 2}),
                ("GlobalMaxPooling1D", {}),
                ("MaxPooling1D", {}),
                ("Flatten", {}),
                ("Permute", {"dims": (2, 1)}),
                ("Softmax", {"axis": 1}),
            ]
        },
        (3, STEPS, FEATURES),
        make=time_distributed,
    ),
    Grid(
        "TimeDistributed",
        {"inside": [("Conv2D", {"filters": 3, "kernel_size": 2}), ("AveragePooling2D", {}), ("GlobalAveragePooling2D", {})]},
        (3, 5, 4, 2),
        make=time_distributed,
    ),
    Grid("TimeDistributed", {}, (2, 3, 4), make=nested_time_distributed),
]
