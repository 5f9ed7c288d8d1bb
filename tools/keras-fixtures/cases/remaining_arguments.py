"""Arguments that the grids leave at one value: options of cells, of random augmentation, of stateful layers; float64 masks."""

import keras
import numpy as np
from keras import layers

from case import Case

REGULARIZED = {
    "use_bias": False,
    "kernel_initializer": "he_normal",
    "recurrent_initializer": "glorot_uniform",
    "bias_initializer": "ones",
    "kernel_regularizer": "l2",
    "recurrent_regularizer": "l2",
    "bias_regularizer": "l2",
    "kernel_constraint": "max_norm",
    "recurrent_constraint": "max_norm",
    "bias_constraint": "max_norm",
    "dropout": 0.2,
    "recurrent_dropout": 0.1,
    "seed": 5,
}
CELLS = {
    "simple": lambda units, **options: layers.SimpleRNNCell(units, activation="relu", **options),
    "lstm": lambda units, **options: layers.LSTMCell(units, activation="softsign", recurrent_activation="hard_sigmoid", unit_forget_bias=False, **options),
    "gru": lambda units, **options: layers.GRUCell(units, activation="linear", recurrent_activation="tanh", reset_after=False, **options),
}


def normal(rng, *shape):
    return rng.normal(0, 1, shape).astype("float32")


def images(rng, *shape):
    return rng.uniform(0, 255, shape).astype("float32")


def points(*made):
    """One model of many layers, each with inputs of its own: made[i](rng) -> (layer, arrays[, keywords of the call])."""

    def build(rng):
        tensors, arrays, outputs = [], [], []
        for make in made:
            layer, own, *keywords = make(rng)
            inputs = [keras.Input(array.shape[1:], dtype=array.dtype.name, name=f"x{len(tensors) + i}") for i, array in enumerate(own)]
            called = keywords[0](inputs) if keywords else layer(inputs[0])
            outputs += keras.tree.flatten(called)
            tensors += inputs
            arrays += own
        model = keras.Model(tensors, outputs)
        for variable in model.weights:
            if "seed" not in variable.path and "float" in variable.dtype:
                variable.assign(rng.normal(0, 0.4, variable.shape))
        return Case(model, arrays if len(arrays) > 1 else arrays[0], adapted=True)

    return build


def wrapped_cell(name):
    return lambda rng: (layers.RNN(CELLS[name](3, **REGULARIZED), return_sequences=True), [normal(rng, 2, 4, 3)])


def stacked(rng):
    cells = [CELLS[name](units, **REGULARIZED) for name, units in (("lstm", 4), ("gru", 3), ("simple", 2))]
    return layers.RNN(layers.StackedRNNCells(cells), return_state=True, go_backwards=True), [normal(rng, 2, 4, 3)]


def begun(cells, structure):
    """An RNN with states given as tensors; `structure` has the sizes of each cell's."""

    def make(rng):
        layer = layers.RNN([CELLS[name](units) for name, units in cells], return_sequences=True, return_state=True)
        arrays = [normal(rng, 2, 4, 3), *(normal(rng, 2, size) for size in keras.tree.flatten(structure))]
        return layer, arrays, lambda inputs: layer(inputs[0], initial_state=keras.tree.pack_sequence_as(structure, inputs[1:]))

    return make


def conv_lstm_begun(rank):
    sizes = {1: (5,), 2: (4, 5), 3: (3, 4, 3)}[rank]

    def make(rng):
        layer = getattr(layers, f"ConvLSTM{rank}D")(2, 2, padding="same", return_sequences=True)
        arrays = [normal(rng, 2, 3, *sizes, 2), *(normal(rng, 2, *sizes, 2) for _ in range(2))]
        return layer, arrays, lambda inputs: layer(inputs[0], initial_state=inputs[1:])

    return make


def image(make, *shape):
    return lambda rng: (make(), [images(rng, *(shape or (2, 5, 6, 3)))])


AUGMENTATIONS = [
    lambda: layers.AugMix((0, 1), num_chains=2, chain_depth=2, factor=0.2, alpha=0.5, all_ops=False, interpolation="nearest", seed=1),
    lambda: layers.CutMix(0.5, seed=1),
    lambda: layers.MixUp(0.3, seed=1),
    lambda: layers.RandAugment((0, 1), 1, 0.3, "nearest", seed=1),
    lambda: layers.RandomColorDegeneration(0.2, (0, 1), seed=1),
    lambda: layers.RandomColorJitter((0, 1), 0.1, seed=1),
    lambda: layers.RandomContrast(0.2, (0, 1), seed=1),
    lambda: layers.RandomElasticTransform(0.5, 0.5, "nearest", "constant", 1.0, (0, 1), seed=1),
    lambda: layers.RandomErasing(0.5, (0.1, 0.2), 3.0, (0, 1), seed=1),
    lambda: layers.RandomFlip("vertical", seed=1),
    lambda: layers.RandomGaussianBlur(0.5, (3, 3), 0.5, (0, 1), seed=1),
    lambda: layers.RandomGrayscale(0.3, seed=1),
    lambda: layers.RandomHue(0.2, seed=1),
    lambda: layers.RandomInvert(0.5, (0, 1), seed=1),
    lambda: layers.RandomPerspective(0.5, 0.4, "nearest", 2.0, seed=1),
    lambda: layers.RandomPosterization(3, (0, 1), seed=1),
    lambda: layers.RandomRotation(0.1, fill_value=2.0, seed=1),
    lambda: layers.RandomSaturation(0.2, (0, 1), seed=1),
    lambda: layers.RandomSharpness(0.2, (0, 1), seed=1),
    lambda: layers.RandomShear((0.05, 0.2), (0.0, 0.3), "nearest", fill_value=2.0, seed=1),
    lambda: layers.RandomTranslation(0.1, 0.2, interpolation="nearest", fill_value=2.0, seed=1),
    lambda: layers.RandomZoom(0.1, interpolation="nearest", fill_value=2.0, seed=1),
    lambda: layers.Solarization(0.1, 0.2, (0, 1), seed=1),
]
FIRST = ["AugMix", "CutMix", "MixUp", "RandAugment", "RandomColorDegeneration", "RandomColorJitter", "RandomElasticTransform", "RandomErasing", "RandomGaussianBlur", "RandomHue", "RandomInvert"]
FIRST += ["RandomPerspective", "RandomPosterization", "RandomSaturation", "RandomSharpness", "RandomShear"]
NEEDED = {"RandomColorDegeneration": {"factor": 0.3}, "RandomHue": {"factor": 0.3}, "RandomPosterization": {"factor": 4}, "RandomSaturation": {"factor": 0.3}, "RandomSharpness": {"factor": 0.3}}


def channels_first(name):
    return lambda: getattr(layers, name)(data_format="channels_first", **NEEDED.get(name, {}))


def records(rng):
    """Layers of images take records as well; outside of training all of it is as it was."""
    picture, labels, outline = keras.Input((5, 6, 3), name="picture"), keras.Input((4,), name="labels"), keras.Input((5, 6, 1), name="outline")
    boxes, classes = keras.Input((2, 4), name="boxes"), keras.Input((2,), dtype="int32", name="classes")
    boxed = {"bounding_box_format": "xyxy"}
    record = {"images": picture, "labels": labels}
    full = {"segmentation_masks": outline, "images": picture, "bounding_boxes": {"labels": classes, "boxes": boxes}}
    outputs = []
    for layer in (layers.RandomBrightness(0.2), layers.MixUp(), layers.CutMix(), layers.RandomContrast(0.2), layers.AutoContrast()):
        outputs += keras.tree.flatten(layer(record))
    for layer in (layers.RandomFlip(**boxed), layers.RandomZoom(0.2, **boxed), layers.RandomRotation(0.2, **boxed), layers.MaxNumBoundingBoxes(3, **boxed), layers.RandomErasing(**boxed)):
        outputs += keras.tree.flatten(layer(full))
    sizes = [(5, 6, 3), (4,), (5, 6, 1), (2, 4), (2,)]
    arrays = [rng.uniform(0, 5, (2, *size)).astype("float32") for size in sizes]
    arrays[-1] = arrays[-1].astype("int32")
    return Case(keras.Model([picture, labels, outline, boxes, classes], outputs), arrays, adapted=True)


def whole(make, dtype):
    return lambda rng: (make(), [rng.integers(0, 256, (2, 6, 5, 3)).astype(dtype)])


# Images of integers: UpSampling2D gives integers back, rounded to the nearest and kept in their range; in a graph, as
# `predict` makes one, preprocessing layers have made floats of them before.
INTEGERS = [
    *(whole(lambda method=method: layers.Resizing(9, 7, interpolation=method), dtype) for method in ("bilinear", "nearest", "bicubic") for dtype in ("uint8", "int32")),
    whole(lambda: layers.Resizing(3, 4, crop_to_aspect_ratio=True), "uint8"),
    *(whole(lambda method=method: layers.UpSampling2D(2, interpolation=method), "uint8") for method in ("bilinear", "nearest", "bicubic", "lanczos3")),
    *(whole(lambda name=name: getattr(layers, name)(**NEEDED.get(name, {})), "uint8") for name in ("MixUp", "RandomColorDegeneration", "RandomColorJitter", "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPosterization", "RandomSaturation")),
    *(whole(make, "int32") for make in (lambda: layers.RandomBrightness(0.2), lambda: layers.RandomContrast(0.2), lambda: layers.RandomCrop(4, 4), lambda: layers.MaxNumBoundingBoxes(3), layers.ContrastLimitedAdaptiveHistogramEqualization)),
    *(whole(make, "uint8") for make in (layers.AugMix, lambda: layers.RandomFlip(), lambda: layers.RandomZoom(0.2), layers.AutoContrast, lambda: layers.CenterCrop(4, 4), lambda: layers.Rescaling(0.5))),
]


def stateful(make, *shape, outputs=1):
    """Called twice without a reset in between."""

    def build(rng):
        x = keras.Input(batch_shape=(2, *shape), name="x")
        return Case(keras.Model(x, make()(x)), [normal(rng, 2, *shape) for _ in range(2)], {"calls": 2, "inputs_per_call": 1, "outputs_per_call": outputs})

    return build


def initialized(rng):
    """Initializers that no weight is left from, regularizers and constraints, LoRA of another rank."""
    x, i = keras.Input((3, 4), name="x"), keras.Input((3,), dtype="int32", name="i")
    options = {"kernel_initializer": "he_normal", "bias_initializer": "ones", "kernel_regularizer": "l2", "bias_regularizer": "l1", "kernel_constraint": "max_norm", "bias_constraint": "non_neg"}
    einsum = layers.EinsumDense("abc,cd->abd", (None, 5), bias_axes="d", **options)
    dense = layers.Dense(3, lora_rank=1, lora_alpha=3.0)
    embedding = layers.Embedding(6, 4, lora_rank=1, lora_alpha=3.0)
    adapted = layers.EinsumDense("abc,cd->abd", (None, 5), lora_rank=1, lora_alpha=3.0)
    reverse = layers.ReversibleEmbedding(6, 4, embeddings_regularizer="l2", embeddings_constraint="unit_norm")
    outputs = [einsum(x), dense(x), adapted(x), embedding(i), reverse(reverse(i), reverse=True)]
    outputs += [layers.PReLU("ones", alpha_regularizer="l1", alpha_constraint="non_neg", shared_axes=[1])(x)]
    outputs += [layers.BatchNormalization(moving_variance_initializer="zeros", synchronized=False)(x)]
    outputs += [layers.SimpleRNN(2, activity_regularizer="l2", seed=2)(x)]
    model = keras.Model([x, i], outputs)
    for variable in model.weights:
        if "float" in variable.dtype and "seed" not in variable.path:
            values = rng.normal(0, 0.4, variable.shape)
            variable.assign(np.abs(values) + 0.3 if "variance" in variable.name else values)
    return Case(model, [normal(rng, 2, 3, 4), rng.integers(0, 6, (2, 3)).astype("int32")], adapted=True)


def plain(make, *shape):
    return lambda rng: (make(), [normal(rng, *shape)])


def activation_layers(rng):
    """Activations with variables of their own, which exist once the model has run."""
    x, y = keras.Input((4,), name="x"), keras.Input((5, 4), name="y")
    outputs = [
        layers.Activation(layers.PReLU())(x),
        layers.Dense(3, activation=layers.PReLU())(x),
        layers.Dense(3, activation=layers.BatchNormalization())(x),
        layers.Conv1D(3, 2, activation=layers.PReLU(shared_axes=[1]))(y),
        layers.TimeDistributed(layers.Dense(2, activation=layers.PReLU()))(y),
    ]
    model = keras.Model([x, y], outputs)
    arrays = [normal(rng, 2, 4), normal(rng, 2, 5, 4)]
    model(arrays)
    for variable in model.weights:
        values = rng.normal(0, 0.5, variable.shape)
        variable.assign(np.abs(values) + 0.3 if "variance" in variable.name else values)
    return Case(model, arrays, adapted=True)


def optional(rng):
    """An input that may be left out, and is not."""
    x, y = keras.Input((3,), name="x"), keras.Input((3,), name="y", optional=True)
    return Case(keras.Model([x, y], layers.Add()([x, y])), [normal(rng, 2, 3), normal(rng, 2, 3)])


OTHERS = [
    plain(lambda: layers.Dense(3, activity_regularizer="l2"), 2, 4),
    plain(lambda: layers.BatchNormalization(synchronized=True), 2, 4),
    plain(lambda: layers.SpatialDropout1D(0.2, name="first", dtype="float64"), 2, 3, 4),
    plain(lambda: layers.SpatialDropout2D(0.2, dtype="float64"), 2, 3, 3, 4),
    plain(lambda: layers.SpatialDropout3D(0.2, dtype="float64"), 2, 2, 3, 3, 4),
    plain(lambda: layers.Discretization([-0.5, 0.5], epsilon=0.1, dtype="float64"), 2, 4),
    plain(lambda: layers.STFTSpectrogram(frame_length=12, frame_step=6, fft_length=16, window=None), 2, 48, 1),
    image(lambda: layers.Pipeline([layers.Rescaling(0.5), layers.RandomFlip()], name="halved")),
    image(lambda: layers.MaxNumBoundingBoxes(2, bounding_box_format="xyxy")),
]


def float64(*made):
    """Layers in float64 from end to end; made[i](x, mask) -> outputs for x (2, 4, 5)."""

    def build(rng):
        x = keras.Input((4, 5), name="x", dtype="float64")
        m = keras.Input((4, 4), name="m", dtype="bool")
        keras.config.set_dtype_policy("float64")
        try:
            masked = layers.Masking()(x)
            model = keras.Model([x, m], keras.tree.flatten([make(masked, m) for make in made]))
        finally:
            keras.config.set_dtype_policy("float32")
        for variable in model.weights:
            if "float" in variable.dtype and "seed" not in variable.path:
                variable.assign(rng.normal(0, 0.4, variable.shape))
        steps = rng.normal(0, 1, (2, 4, 5))
        steps[0, 3] = 0
        steps[1, 1:3] = 0
        note = {"rtol": 1e-6, "atol": 1e-8, "reason": "computed in float64; TensorFlow rounds the scale of attention scores to float32"}
        return Case(model, [steps, rng.random((2, 4, 4)) < 0.7], note, direct=True)

    return build


def reversible64(x, _m):
    layer = layers.ReversibleEmbedding(6, 3, logit_soft_cap=2.0)
    return layer(layer(keras.ops.cast(keras.ops.abs(x[..., 0]), "int32")), reverse=True)


def pooled(kind, rank, pool, strides):
    """Strides longer than the window, padding "same": positions that no window holds. The layer, then the function."""
    function = {"Max": keras.ops.max_pool, "Average": keras.ops.average_pool}[kind]
    layer = getattr(layers, f"{kind}Pooling{rank}D")(pool, strides=strides, padding="same")

    def call(inputs):
        return layer(inputs[0]), function(inputs[0], pool, strides, padding="same")

    return lambda rng: (None, [normal(rng, 2, *(9, 6, 8)[:rank], 2)], call)


STRIDES = [(kind, rank, pool, strides) for kind in ("Max", "Average") for rank in (1, 2, 3) for pool, strides in ((1, 3), (2, 5))]


CASES = {
    "pooling-long-strides": points(*(pooled(*settings) for settings in STRIDES)),
    "cells-options": points(*(wrapped_cell(name) for name in CELLS), stacked),
    "rnn-initial-state": points(begun([("simple", 3)], [3]), begun([("lstm", 3), ("gru", 2)], [[3, 3], 2])),
    "convlstm-initial-state": points(*(conv_lstm_begun(rank) for rank in (1, 2, 3))),
    "activation-layers": activation_layers,
    "augmentation-arguments": points(*(image(make) for make in AUGMENTATIONS)),
    "augmentation-channels-first": points(*(image(channels_first(name), 2, 3, 5, 6) for name in FIRST)),
    "augmentation-records": records,
    "images-of-integers": points(*INTEGERS),
    "initialized": initialized,
    "optional-input": optional,
    "other-arguments": points(*OTHERS),
    "stateful-lstm": stateful(lambda: layers.LSTM(3, stateful=True, return_sequences=True), 4, 3),
    "stateful-gru": stateful(lambda: layers.GRU(3, stateful=True), 4, 3),
    "stateful-simple": stateful(lambda: layers.SimpleRNN(3, stateful=True, return_state=True), 4, 3, outputs=2),
    "stateful-cells": stateful(lambda: layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)], stateful=True, return_sequences=True), 4, 3),
    "stateful-convlstm1d": stateful(lambda: layers.ConvLSTM1D(2, 2, stateful=True), 3, 5, 2),
    "stateful-convlstm2d": stateful(lambda: layers.ConvLSTM2D(2, 2, stateful=True, return_sequences=True), 3, 4, 5, 2),
    "stateful-convlstm3d": stateful(lambda: layers.ConvLSTM3D(2, 2, stateful=True, padding="same"), 2, 3, 4, 3, 2),
    "stateful-lstm-float64": stateful(lambda: layers.LSTM(3, stateful=True, return_sequences=True, dtype="float64"), 4, 3),
    "float64-attention": float64(
        lambda x, m: layers.MultiHeadAttention(2, 3)(x, x, attention_mask=m, return_attention_scores=True),
        lambda x, m: layers.MultiHeadAttention(2, 3, use_gate=True)(x, x, use_causal_mask=True),
        lambda x, m: layers.GroupQueryAttention(3, 4, 2)(x, x, use_causal_mask=True),
        lambda x, m: layers.Attention(use_scale=True)([x, x], use_causal_mask=True),
        lambda x, m: layers.Attention(score_mode="concat")([x, x]),
        lambda x, m: layers.AdditiveAttention()([x, x]),
    ),
    "float64-masks": float64(
        lambda x, m: layers.GlobalAveragePooling1D(keepdims=True)(x),
        lambda x, m: layers.Multiply()([x, layers.Dense(5)(x)]),
        lambda x, m: layers.Maximum()([x, layers.Dense(5)(x)]),
        lambda x, m: layers.Minimum()([x, layers.Activation("tanh")(x)]),
        lambda x, m: layers.GRU(3, return_sequences=True)(x),
        lambda x, m: layers.Bidirectional(layers.LSTM(2, return_sequences=True))(x),
        reversible64,
    ),
    "float64-convlstm": float64(
        lambda x, m: layers.ConvLSTM1D(2, 2, return_sequences=True)(keras.ops.reshape(x, (-1, 2, 5, 2))),
        lambda x, m: layers.ConvLSTM2D(2, 2, padding="same", return_state=True)(keras.ops.reshape(x, (-1, 2, 5, 2, 1))),
        lambda x, m: layers.ConvLSTM1D(2, 2, go_backwards=True, data_format="channels_last", strides=2, recurrent_activation="hard_sigmoid")(keras.ops.reshape(x, (-1, 2, 5, 2))),
    ),
}
