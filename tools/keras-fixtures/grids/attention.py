"""Attention of every kind, with every mask."""

from grids.grid import BATCH, Grid, normal

T, S = 5, 6


def bool_mask(*shape):
    def mask(rng, arguments, args):
        kept = rng.integers(0, 3, (BATCH, *shape)) > 0
        kept[..., 0] = True
        return kept

    mask.__name__ = f"mask{shape}"
    return mask


def score_inputs(keys):
    """[query, value] or [query, value, key]"""

    def inputs(arguments, rng):
        return [[normal(rng, (T, 4)), normal(rng, (S, 4)), *([normal(rng, (S, 4))] if keys else [])]], {}

    return inputs


def masks_of(*which):
    """A list of masks by position: query, value."""

    def mask(rng, arguments, args):
        lengths = (T, S, S)
        return [bool_mask(lengths[i])(rng, arguments, args) if i in which else None for i in range(len(args[0]))]

    mask.__name__ = f"masks{which}"
    return mask


SCORE_CALL = {
    "mask": [None, masks_of(0), masks_of(1), masks_of(0, 1)],
    "return_attention_scores": [False, True],
    "use_causal_mask": [False, True],
}


def query_value(keys, shape=(), width=4, key_width=None, value_width=None):
    def inputs(arguments, rng):
        kwargs = {"query": normal(rng, (T, *shape, width)), "value": normal(rng, (S, *shape, value_width or width))}
        if keys:
            kwargs["key"] = normal(rng, (S, *shape, key_width or width))
        return [], kwargs

    return inputs


REST = {
    "use_bias": [True, False],
    "dropout": [0.0, 0.3],
    "use_gate": [False, True],
    "kernel_initializer": ["glorot_uniform", "he_normal"],
    "bias_initializer": ["zeros", "ones"],
    "kernel_regularizer": [None, "l2"],
    "bias_regularizer": [None, "l2"],
    "activity_regularizer": [None, "l2"],
    "kernel_constraint": [None, "max_norm"],
    "bias_constraint": [None, "max_norm"],
    "seed": [None, 3],
}
CALL = {
    "query_mask": [None, bool_mask(T)],
    "value_mask": [None, bool_mask(S)],
    "attention_mask": [None, bool_mask(T, S)],
    "return_attention_scores": [False, True],
    "use_causal_mask": [False, True],
}


def multi_head(inputs, call=CALL, **changed):
    arguments = {
        "num_heads": [2, 1, 3],
        "key_dim": [4, 1, 3],
        "value_dim": [None],
        "output_shape": [None, 5, (2, 3)],
        "attention_axes": [None],
        "sliding_window": [None, 2, 1],
        "flash_attention": [None, False],
        **REST,
        **changed,
    }
    return Grid("MultiHeadAttention", arguments, inputs, call)


def grouped(inputs, call=CALL):
    arguments = {
        "head_dim": [4, 3],
        "num_query_heads": [4, 2],
        "num_key_value_heads": [2, 1],
        "sliding_window": [None, 2],
        "flash_attention": [None, False],
        **REST,
    }
    return Grid("GroupQueryAttention", arguments, inputs, call)


KEYED = {**CALL, "key_mask": [None, bool_mask(S)]}
SCORES = {"return_attention_scores": [False, True]}

GRIDS = [
    *(
        Grid("Attention", {"use_scale": [False, True], "score_mode": ["dot", "concat"], "dropout": [0.0, 0.4], "seed": [None, 2]}, score_inputs(keys), SCORE_CALL)
        for keys in (False, True)
    ),
    *(Grid("AdditiveAttention", {"use_scale": [True, False], "dropout": [0.0, 0.4]}, score_inputs(keys), SCORE_CALL) for keys in (False, True)),
    multi_head(query_value(False)),
    multi_head(query_value(True, key_width=3, value_width=6), KEYED),
    multi_head(query_value(False), CALL, value_dim=[None, 2, 7], flash_attention=[False]),
    multi_head(query_value(False, (2,)), SCORES, attention_axes=[None, 1, 2, (1, 2), [1, 2], -2]),
    multi_head(query_value(True, (2, 2)), SCORES, attention_axes=[None, 2, (1, 3), (2, 3), (1, 2, 3)]),
    grouped(query_value(False)),
    grouped(query_value(True, key_width=3, value_width=6), KEYED),
]
