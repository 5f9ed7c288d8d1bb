"""The models every generation from Keras 2.0 on can hold, small ones. build(k, rng) -> Case; k: a Generation."""

from case import Case


def normal(rng, *shape):
    return rng.normal(0, 1, shape).astype("float32")


def sequential(k, rng):
    L = k.layers
    layers = [*k.first(L.Conv2D, (4, 3, 2), 3, (3, 2), padding="same", activation="relu"), L.Flatten(), L.Dense(3, activation="softmax")]
    return Case(k.Sequential(layers), normal(rng, 3, 4, 3, 2))


def functional(k, rng):
    L = k.layers
    x = k.Input((4,), name="x")
    hidden = L.Dense(4, activation="tanh")(x)
    return Case(k.Model(x, L.Concatenate()([L.Add()([hidden, x, hidden]), x])), normal(rng, 3, 4))


def nested(k, rng):
    """A Sequential in a Functional, batch normalization and a frozen layer inside: their arrays come last."""
    L = k.layers
    layers = [*k.first(L.Dense, (3,), 4, trainable=False), L.BatchNormalization(), L.Dense(3)]
    x = k.Input((3,), name="x")
    return Case(k.Model(x, k.Sequential(layers, name="block")(x)), normal(rng, 3, 3))


def shared(k, rng):
    """Called three times, in series too: its first call comes before the input of its second."""
    L = k.layers
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    dense = L.Dense(4, activation="tanh", name="shared")
    return Case(k.Model([a, b], L.Concatenate()([dense(a), dense(dense(b))])), [normal(rng, 3, 4), normal(rng, 3, 4)])


def multi_io(k, rng):
    """Inputs listed z before a; an inner tensor is an output too."""
    L = k.layers
    z, a = k.Input((4,), name="z"), k.Input((3,), name="a")
    hidden = L.Dense(3, activation="relu", name="hidden")(z)
    outputs = [L.Dense(2, name="second")(L.Concatenate()([hidden, a])), hidden]
    return Case(k.Model([z, a], outputs), [normal(rng, 3, 4), normal(rng, 3, 3)])


def rnn(k, rng):
    """With its generation's defaults, which differ in recurrent_activation and reset_after. LSTM: see mask."""
    L = k.layers
    layers = [*k.first(L.GRU, (4, 3), 3, return_sequences=True), L.Bidirectional(L.SimpleRNN(2))]
    return Case(k.Sequential(layers), normal(rng, 3, 4, 3))


def batchnorm(k, rng):
    L = k.layers
    layers = [*k.first(L.BatchNormalization, (4, 3, 2)), L.BatchNormalization(axis=1, epsilon=0.01, scale=False)]
    return Case(k.Sequential(layers), normal(rng, 3, 4, 3, 2))


def separable(k, rng):
    L = k.layers
    layers = k.first(L.SeparableConv2D, (6, 5, 2), 4, (3, 2), depth_multiplier=2, padding="same", activation="relu")
    if not k.before((2, 2)):
        layers.append(L.DepthwiseConv2D((2, 3), depth_multiplier=2))
    return Case(k.Sequential(layers), normal(rng, 2, 6, 5, 2))


def mask(k, rng):
    """Ids from 0 to 6, 0 is padding: behind the words, before them, in between, everywhere."""
    L = k.layers
    model = k.Sequential([*k.first(L.Embedding, (6,), 7, 4, mask_zero=True), L.LSTM(3)])
    ids = rng.integers(1, 7, (5, 6))
    ids[0, 4:] = ids[1, :2] = ids[2, 2:4] = ids[3] = 0
    return Case(model, ids.astype("float32"))


MATRIX = {
    "sequential": sequential,
    "functional": functional,
    "nested": nested,
    "shared": shared,
    "multi-io": multi_io,
    "rnn": rnn,
    "batchnorm": batchnorm,
    "separable": separable,
    "mask": mask,
}


def mask_functional(k, rng):
    """Keras 3 writes the masks into the graph, all others imply them."""
    L = k.layers
    x = k.Input((5, 3), name="x")
    masked = L.Masking(mask_value=0.5)(x)
    steps = normal(rng, 4, 5, 3)
    steps[0, 3:] = steps[1, :2] = steps[2, 2] = 0.5
    steps[3, 1, 0] = 0.5
    return Case(k.Model(x, L.SimpleRNN(2)(L.GRU(2, return_sequences=True)(masked))), steps)


def nested_io(k, rng):
    """A nested model with two inputs and two outputs, called twice, its second call's tensors crossed; one inside it."""
    L = k.layers
    i, j = k.Input((3,), name="i"), k.Input((3,), name="j")
    core = k.Sequential([*k.first(L.Dense, (3,), 3, activation="relu"), L.BatchNormalization()], name="core")
    left = core(i)
    block = k.Model([i, j], [left, L.Add(name="sum")([left, L.Dense(3, name="right")(j)])], name="block")
    x, y = k.Input((3,), name="x"), k.Input((3,), name="y")
    first, second = block([x, y])
    return Case(k.Model([x, y], block([second, first])), [normal(rng, 2, 3), normal(rng, 2, 3)])
