"""The models every generation from Keras 2.0 on can hold, small ones. build(k, rng) -> Case; k: a Generation."""

from case import Case


def normal(rng, *shape):
    return rng.normal(0, 1, shape).astype("float32")


def sequential(k, rng):
    L = k.layers
    model = k.Sequential(
        [
            *k.first(L.Conv2D, (5, 4, 2), 3, (3, 2), padding="same", activation="relu"),
            L.MaxPooling2D((2, 2)),
            L.Flatten(),
            L.Dense(3, activation="softmax"),
        ]
    )
    return Case(model, normal(rng, 3, 5, 4, 2))


def functional(k, rng):
    L = k.layers
    x = k.Input((4,), name="x")
    a, b = L.Dense(4, activation="tanh")(x), L.Dense(4)(x)
    joined = L.Concatenate()([L.Add()([a, b, x]), L.Multiply()([a, b])])
    return Case(k.Model(x, L.Dense(2)(joined)), normal(rng, 3, 4))


def nested(k, rng):
    """A Sequential and a Functional in a Functional, batch normalization and a frozen layer inside."""
    L = k.layers
    layers = [*k.first(L.Dense, (4,), 4, activation="relu"), L.BatchNormalization(), L.Dense(4, trainable=False), L.Dense(3)]
    block = k.Sequential(layers, name="block")
    i = k.Input((3,), name="inner_input")
    fork = k.Model(i, [L.Dense(2, name="left")(i), L.Dense(2, activation="tanh", name="right")(i)], name="fork")
    x = k.Input((4,), name="x")
    left, right = fork(block(x))
    return Case(k.Model(x, [right, L.Dense(1)(left)]), normal(rng, 3, 4))


def shared(k, rng):
    """A layer called three times, in series too, and a nested model called twice."""
    L = k.layers
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    dense = L.Dense(4, activation="tanh", name="shared")
    block = k.Sequential([*k.first(L.Dense, (4,), 2, activation="relu")], name="block")
    return Case(k.Model([a, b], L.Concatenate()([block(dense(a)), block(dense(dense(b)))])), [normal(rng, 3, 4), normal(rng, 3, 4)])


def multi_io(k, rng):
    """Inputs listed z before a; an inner tensor is an output too."""
    L = k.layers
    z, a = k.Input((4,), name="z"), k.Input((3,), name="a")
    hidden = L.Dense(3, activation="relu", name="hidden")(z)
    outputs = [L.Dense(2, name="second")(L.Concatenate()([hidden, a])), hidden]
    return Case(k.Model([z, a], outputs), [normal(rng, 3, 4), normal(rng, 3, 3)])


def rnn(k, rng):
    """Every recurrent layer with its generation's defaults, and GRU with the other reset_after where it has one."""
    L = k.layers
    x = k.Input((4, 3), name="x")
    outputs = [L.LSTM(2)(x), L.GRU(2)(x), L.SimpleRNN(2)(x), L.Bidirectional(L.LSTM(2))(x)]
    if not k.before((2, 1)):
        outputs.append(L.GRU(2, reset_after=k.before((2, 4)), name="other_gru")(x))
    return Case(k.Model(x, outputs), normal(rng, 3, 4, 3))


def batchnorm(k, rng):
    L = k.layers
    model = k.Sequential(
        [
            *k.first(L.Conv2D, (4, 3, 2), 3, (2, 2), use_bias=False),
            L.BatchNormalization(),
            L.BatchNormalization(axis=1, epsilon=0.01, scale=False),
            L.Flatten(),
            L.BatchNormalization(center=False),
        ]
    )
    return Case(model, normal(rng, 3, 4, 3, 2))


def separable(k, rng):
    L = k.layers
    model = k.Sequential(
        [
            *k.first(L.SeparableConv2D, (6, 5, 2), 4, (3, 2), depth_multiplier=2, padding="same", activation="relu"),
            *([] if k.before((2, 2)) else [L.DepthwiseConv2D((2, 3), depth_multiplier=2), L.Reshape((5, 24)), L.SeparableConv1D(2, 3)]),
        ]
    )
    return Case(model, normal(rng, 2, 6, 5, 2))


def mask_embedding(k, rng):
    """Ids from 0 to 6, 0 is padding: behind the words, before them, in between, everywhere."""
    L = k.layers
    model = k.Sequential([*k.first(L.Embedding, (6,), 7, 4, mask_zero=True), L.LSTM(4, return_sequences=True), L.Bidirectional(L.GRU(2))])
    ids = rng.integers(1, 7, (5, 6))
    ids[0, 4:] = ids[1, :2] = ids[2, 2:4] = ids[3] = 0
    return Case(model, ids.astype("float32"))


def mask_masking(k, rng):
    """Functional: Keras 3 writes the masks into the graph, all others imply them."""
    L = k.layers
    x = k.Input((5, 3), name="x")
    sequence = L.GRU(3, return_sequences=True)(L.Masking(mask_value=0.5)(x))
    steps = normal(rng, 4, 5, 3)
    steps[0, 3:] = steps[1, :2] = steps[2, 2] = 0.5
    steps[3, 1, 0] = 0.5
    return Case(k.Model(x, L.LSTM(2)(L.TimeDistributed(L.Dense(3, activation="tanh"))(sequence))), steps)


MATRIX = {
    "sequential": sequential,
    "functional": functional,
    "nested": nested,
    "shared": shared,
    "multi-io": multi_io,
    "rnn": rnn,
    "batchnorm": batchnorm,
    "separable": separable,
    "mask-embedding": mask_embedding,
    "mask-masking": mask_masking,
}
