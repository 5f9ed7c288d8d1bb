"""Random functional models as cases: python random_graphs.py OUT [--count 300] [--seed 0] [--only N]

Every graph has 8 to 40 nodes over vectors, sequences, images and indices: layers, functions, operators and slices,
layers shared between places, nested models called once or twice, masks, several inputs and outputs. Graph N of a seed
is always the same. Functions are smooth and bounded, so that what is compared is arithmetic and not chaos; a graph in
which Keras's own float32 is far from Keras in float64, beside what a comparison allows, is left out.
"""

import argparse
import collections
import itertools
from pathlib import Path

import keras_runtime  # noqa: F401  (fixes what results depend on)
import keras
import numpy as np
from keras import layers, ops
from layer_case import randomise_layer, run, write_layer_case
from truth import widened

# Of what a comparison with Keras allows, for Keras's own distance from float64.
SHARE = 0.25
ACTIVATIONS = ["tanh", "sigmoid", "relu", "gelu", "silu", "softsign", "elu", "softplus", "hard_sigmoid", "linear"]


class Graph:
    """Grows a model node by node. A tensor's kind is its rank: 2 vector, 3 sequence, 4 image."""

    def __init__(self, rng, depth=0):
        self.rng = rng
        self.depth = depth
        self.inputs = []
        self.arrays = []
        self.pool = []
        self.used = set()
        self.shared = []
        self.nodes = 0

    def choice(self, options):
        return options[self.rng.integers(len(options))]

    def integer(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def chance(self, probability):
        return self.rng.random() < probability

    def add_input(self, shape, dtype="float32"):
        tensor = keras.Input(shape, dtype=dtype, name=f"in{len(self.inputs)}")
        self.inputs.append(tensor)
        if dtype == "int32":
            self.arrays.append(self.rng.integers(0, 8, (3, *shape)).astype("int32"))
        else:
            array = self.rng.normal(0, 1, (3, *shape)).astype("float32")
            if len(shape) == 2:
                # Steps of zeros for Masking to find.
                array[self.rng.random((3, shape[0])) < 0.2] = 0
            self.arrays.append(array)
        return tensor

    def start(self):
        for _ in range(self.integer(1, 3)):
            kind = self.choice(["vector", "sequence", "sequence", "indices", "image"])
            if kind == "vector":
                self.keep(self.add_input((self.integer(2, 6),)))
            elif kind == "sequence":
                self.keep(self.add_input((self.integer(3, 6), self.integer(2, 6))))
            elif kind == "image":
                self.keep(self.add_input((self.integer(4, 7), self.integer(4, 7), self.integer(1, 4))))
            else:
                x = self.add_input((self.integer(3, 6),), "int32")
                self.keep(layers.Embedding(8, self.integer(2, 6), mask_zero=self.chance(0.6))(x))

    def keep(self, value):
        for tensor in value if isinstance(value, list | tuple) else [value]:
            self.pool.append(tensor)
            self.nodes += 1

    def pick(self, *ranks):
        # A size that Keras does not infer, of a slice say, ends a branch.
        fitting = [x for x in self.pool if None not in x.shape[1:] and (not ranks or len(x.shape) in ranks)]
        if not fitting:
            return None
        # What nothing uses yet comes first, so that the graph grows long and not only wide.
        fresh = [x for x in fitting if id(x) not in self.used]
        x = self.choice(fresh if fresh and self.chance(0.7) else fitting)
        self.used.add(id(x))
        return x

    def partner(self, x):
        """Another tensor of the same shape, or one made from x."""
        fitting = [y for y in self.pool if y.shape == x.shape and y is not x]
        if fitting and self.chance(0.7):
            y = self.choice(fitting)
            self.used.add(id(y))
            return y
        return layers.Dense(x.shape[-1], activation="tanh")(x)

    def call(self, layer, x):
        """A new layer, kept for sharing."""
        self.shared.append((layer, x.shape))
        return layer(x)

    def grow(self):
        step = self.choice(STEPS)
        try:
            value = step(self)
        except Unfit:
            return
        if value is not None:
            self.keep(value)

    def build(self, size):
        self.start()
        for _ in range(20 * size):
            if self.nodes >= size:
                break
            self.grow()
        ends = [x for x in self.pool if id(x) not in self.used] or self.pool[-1:]
        return ends


class Unfit(Exception):
    """The step finds no tensor that it takes."""


def need(x):
    if x is None:
        raise Unfit
    return x


def dense(g):
    return g.call(layers.Dense(g.integer(1, 7), activation=g.choice(ACTIVATIONS), use_bias=g.chance(0.8)), need(g.pick()))


def normalize(g):
    x = need(g.pick())
    kind = g.choice(["batch", "layer", "unit", "rms", "group"])
    if kind == "batch":
        return g.call(layers.BatchNormalization(axis=g.choice([-1, len(x.shape) - 1])), x)
    # Of a single feature nothing but the rounding of its own mean is left to normalize.
    if kind in ("layer", "unit", "rms") and x.shape[-1] == 1:
        raise Unfit
    if kind == "group":
        return g.call(layers.GroupNormalization(groups=1, epsilon=0.1), need(x if len(x.shape) > 2 else None))
    return g.call({"layer": layers.LayerNormalization, "unit": layers.UnitNormalization, "rms": layers.RMSNormalization}[kind](), x)


def activation(g):
    x = need(g.pick())
    return g.choice(
        [
            lambda: layers.Activation(g.choice(ACTIVATIONS)),
            lambda: layers.LeakyReLU(0.2),
            lambda: layers.PReLU(shared_axes=[1] if len(x.shape) > 2 else None),
            lambda: layers.Softmax(),
            lambda: layers.ReLU(max_value=2.0, negative_slope=0.1),
            lambda: layers.Dropout(0.5),
            lambda: layers.GaussianNoise(0.1),
        ]
    )()(x)


def merge(g):
    x = need(g.pick())
    y = g.partner(x)
    layer = g.choice([layers.Add, layers.Subtract, layers.Average, layers.Maximum, layers.Minimum, layers.Concatenate])()
    return layer([x, y])


def operators(g):
    x = need(g.pick())
    y = g.partner(x)
    return g.choice(
        [lambda: x * 0.5 + y, lambda: 1.0 - x, lambda: ops.tanh(x) * y, lambda: x / (1.0 + ops.square(y)), lambda: -x + 2.0, lambda: ops.tanh(x) ** 2]
    )()


def functions(g):
    x = need(g.pick())
    return g.choice(
        [
            lambda: ops.tanh(x),
            lambda: ops.sigmoid(x),
            lambda: ops.exp(-ops.square(ops.tanh(x))),
            lambda: ops.sqrt(1.0 + ops.square(x)),
            lambda: ops.log1p(ops.abs(x)),
            lambda: ops.maximum(x, 0.1),
            lambda: ops.clip(x, -1.5, 1.5),
            lambda: ops.softmax(x, axis=-1),
            lambda: ops.gelu(x),
            lambda: ops.mean(x, axis=-1, keepdims=True) + x,
            lambda: ops.max(x, axis=-1, keepdims=True) - x,
            lambda: ops.sum(x, axis=-1, keepdims=True) * 0.1,
            lambda: ops.concatenate([x, x], axis=-1),
            lambda: ops.flip(x, axis=-1),
            lambda: ops.where(x > 0, x, 0.1 * x),
            lambda: ops.sin(x),
        ]
    )()


def slices(g):
    x = need(g.pick(3, 4))
    return g.choice([lambda: x[:, 0], lambda: x[:, -1], lambda: x[:, 1:], lambda: x[:, ::2], lambda: x[..., :1], lambda: x[:, ::-1]])()


def contraction(g):
    x = need(g.pick(3))
    return g.choice(
        [
            lambda: ops.matmul(x, ops.transpose(x, (0, 2, 1))) * 0.2,
            lambda: layers.Dot(axes=2, normalize=g.chance(0.5))([x, x]),
            lambda: ops.einsum("btf,bsf->bts", x, x) * 0.2,
            lambda: g.call(layers.EinsumDense("abc,cd->abd", (None, g.integer(2, 5)), bias_axes="d"), x),
        ]
    )()


def mask(g):
    return layers.Masking()(need(g.pick(3)))


def recurrent(g):
    x = need(g.pick(3))
    made = g.choice([layers.LSTM, layers.GRU, layers.SimpleRNN])
    options = {"return_sequences": g.chance(0.6), "go_backwards": g.chance(0.2)}
    units = g.integer(2, 4)
    kind = g.choice(["plain", "plain", "bidirectional", "state", "initial", "cells"])
    if kind == "bidirectional":
        merge_mode = g.choice(["concat", "sum", "ave", "mul"])
        return g.call(layers.Bidirectional(made(units, return_sequences=options["return_sequences"]), merge_mode=merge_mode), x)
    if kind == "state":
        return made(units, return_state=True, **options)(x)[:2]
    if kind == "initial":
        state = layers.Dense(units, activation="tanh")(layers.GlobalMaxPooling1D()(x))
        return layers.GRU(units, **options)(x, initial_state=state)
    if kind == "cells":
        return g.call(layers.RNN([layers.GRUCell(units), layers.LSTMCell(units)], **options), x)
    return g.call(made(units, **options), x)


def convolution(g):
    x = need(g.pick(3, 4))
    rank = len(x.shape) - 2
    if min(x.shape[1:-1]) < 2:
        raise Unfit
    filters, size = g.integer(1, 4), g.integer(1, 3)
    kind = g.choice(["conv", "conv", "transpose", "separable", "depthwise"])
    if kind == "transpose":
        made = [layers.Conv1DTranspose, layers.Conv2DTranspose][rank - 1]
        return g.call(made(filters, size, strides=g.integer(1, 2), padding="same"), x)
    if kind == "separable":
        return g.call([layers.SeparableConv1D, layers.SeparableConv2D][rank - 1](filters, size, padding="same"), x)
    if kind == "depthwise":
        return g.call([layers.DepthwiseConv1D, layers.DepthwiseConv2D][rank - 1](size, padding="same", depth_multiplier=g.integer(1, 2)), x)
    made = [layers.Conv1D, layers.Conv2D][rank - 1]
    padding = g.choice(["same", "causal"] if rank == 1 else ["same"])
    return g.call(made(filters, size, padding=padding, activation=g.choice(ACTIVATIONS), dilation_rate=g.integer(1, 2)), x)


def pooling(g):
    x = need(g.pick(3, 4))
    rank = len(x.shape) - 2
    if g.chance(0.4):
        made = g.choice([[layers.GlobalAveragePooling1D, layers.GlobalAveragePooling2D], [layers.GlobalMaxPooling1D, layers.GlobalMaxPooling2D]])
        return made[rank - 1](keepdims=g.chance(0.2))(x)
    made = g.choice([[layers.AveragePooling1D, layers.AveragePooling2D], [layers.MaxPooling1D, layers.MaxPooling2D]])
    return made[rank - 1](2, padding="same")(x)


def attention(g):
    x = need(g.pick(3))
    kind = g.choice(["dot", "additive", "heads", "heads", "grouped"])
    causal = g.chance(0.3)
    if kind == "dot":
        return layers.Attention(use_scale=True)([x, x], use_causal_mask=causal)
    if kind == "additive":
        return layers.AdditiveAttention()([x, x], use_causal_mask=causal)
    if kind == "grouped":
        return layers.GroupQueryAttention(3, 4, 2)(x, x, use_causal_mask=causal)
    return layers.MultiHeadAttention(2, 3)(x, x, use_causal_mask=causal)


def reshaping(g):
    x = need(g.pick(3, 4))
    if len(x.shape) == 3:
        return g.choice([lambda: layers.Flatten()(x), lambda: layers.Permute((2, 1))(x), lambda: layers.UpSampling1D(2)(x), lambda: layers.ZeroPadding1D(1)(x), lambda: layers.Reshape((-1, 1))(x)])()
    return g.choice(
        [
            lambda: layers.Flatten()(x),
            lambda: layers.Reshape((x.shape[1] * x.shape[2], x.shape[3]))(x),
            lambda: layers.UpSampling2D(2, interpolation=g.choice(["nearest", "bilinear"]))(x),
            lambda: layers.ZeroPadding2D(1)(x),
            lambda: layers.Permute((2, 1, 3))(x),
            lambda: layers.Resizing(5, 4)(x),
        ]
    )()


def repeat(g):
    return layers.RepeatVector(g.integer(2, 4))(need(g.pick(2)))


def distribute(g):
    return g.call(layers.TimeDistributed(layers.Dense(g.integer(2, 4), activation="tanh")), need(g.pick(3)))


def share(g):
    """A layer that is there already, on another tensor of its shape."""
    fitting = [(layer, x) for layer, shape in g.shared for x in g.pool if x.shape == shape]
    if not fitting:
        raise Unfit
    layer, x = g.choice(fitting)
    g.used.add(id(x))
    return layer(x)


def nest(g):
    """A model of its own, functional or sequential, called once or twice."""
    if g.depth > 1:
        raise Unfit
    x = need(g.pick(2, 3))
    width = x.shape[-1]
    if g.chance(0.4):
        model = keras.Sequential([layers.Dense(g.integer(2, 5), activation="tanh"), layers.Dense(width, activation=g.choice(ACTIVATIONS))])
    else:
        inner = Graph(g.rng, g.depth + 1)
        start = inner.add_input(x.shape[1:])
        inner.keep(start)
        inner.keep(layers.Dense(width, activation="tanh")(start))
        for _ in range(g.integer(1, 4)):
            y = need(inner.pick())
            inner.keep(g.choice([layers.Dense(width, activation=g.choice(ACTIVATIONS)), layers.LayerNormalization(), layers.Activation("gelu")])(y))
            if inner.chance(0.4):
                inner.keep(layers.Add()([inner.pool[-1], inner.choice(inner.pool)]))
        model = keras.Model(inner.inputs, inner.pool[-1])
    once = model(x)
    return model(once) if g.chance(0.4) else once


STEPS = [
    dense, dense, normalize, normalize, activation, merge, merge, operators, functions, functions, slices, contraction, mask,
    recurrent, recurrent, convolution, convolution, pooling, attention, reshaping, repeat, distribute, share, share, nest,
]


def random_model(seed, number):
    """(model, arrays)"""
    rng = np.random.default_rng([seed, number])
    keras.utils.clear_session()
    keras.utils.set_random_seed(int(rng.integers(2**31)))
    graph = Graph(rng)
    ends = graph.build(int(rng.integers(8, 41)))
    outputs = [ends[i] for i in rng.permutation(len(ends))[:4]]
    model = keras.Model(graph.inputs, outputs if len(outputs) > 1 else outputs[0])
    randomise_layer(model, rng)
    return model, graph.arrays


class IllConditioned(Exception):
    """Keras's own rounding takes a good part of what a comparison allows."""


def check_conditioned(model, arrays):
    """Compares with Keras in float64, by the bounds that outputs of float32 have in tools/conformance."""
    doubles = [array.astype("float64") if array.dtype == np.float32 else array for array in arrays]
    outputs, truths = run(model, arrays), run(widened(model), doubles)
    for output, truth in zip(outputs, truths, strict=True):
        allowed = 1e-6 * np.abs(truth).max(initial=0) + 1e-5 * np.abs(truth)
        if np.any(np.abs(output - truth) > SHARE * allowed):
            raise IllConditioned(f"Keras's own rounding takes {SHARE:.0%} of what is allowed")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=300, help="graphs to write")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, help="just this graph")
    arguments = parser.parse_args()
    refused = collections.Counter()
    written = 0
    for number in [arguments.only] if arguments.only is not None else itertools.count():
        if written == arguments.count:
            break
        try:
            model, arrays = random_model(arguments.seed, number)
            check_conditioned(model, arrays)
            write_layer_case(arguments.out / f"graph-{arguments.seed}-{number}", model, arrays)
            written += 1
        except Exception as error:
            refused[f"{type(error).__name__}: {(str(error).strip().splitlines() or [''])[0][:150]}"] += 1
            if arguments.only is not None:
                raise
    print(f"{written} graphs written")
    for reason, count in refused.most_common():
        print(f"  {count} left out: {reason}")


if __name__ == "__main__":
    main()
