"""The models every generation from Keras 2.0 on can hold. build(k, rng) -> Case; k: a Generation."""

from case import Case


def normal(rng, *shape):
    return rng.normal(0, 1, shape).astype("float32")


def sequential(k, rng):
    """A small CNN."""
    L = k.layers
    model = k.Sequential(
        [
            *k.first(L.Conv2D, (6, 5, 2), 3, (3, 2), padding="same", activation="relu"),
            L.MaxPooling2D((2, 2)),
            L.Dropout(0.25),
            L.Flatten(),
            L.Dense(5),
            L.Activation("tanh"),
            L.Dense(3, activation="softmax"),
        ]
    )
    return Case(model, normal(rng, 4, 6, 5, 2))


def functional(k, rng):
    """Every merge layer of Keras 2.0."""
    L = k.layers
    x = k.Input((4,), name="x")
    a, b, c = [L.Dense(5, activation=name)(x) for name in ["tanh", "relu", "sigmoid"]]
    merged = [
        L.Add()([a, b, c]),
        L.Multiply()([a, b, c]),
        L.Average()([a, b, c]),
        L.Maximum()([a, b, c]),
        L.Subtract()([a, b]),
        L.Dot(axes=1)([a, b]),
        L.Dot(axes=1, normalize=True)([a, c]),
    ]
    return Case(k.Model(x, [L.Dense(3)(L.Concatenate()(merged)), *merged[-2:]]), normal(rng, 5, 4))


def nested(k, rng):
    """A Sequential and a Functional in a Functional, batch normalization and a frozen layer inside."""
    L = k.layers
    block = k.Sequential(
        [
            *k.first(L.Dense, (4,), 5, activation="relu"),
            L.BatchNormalization(),
            L.Dense(4, trainable=False),
            L.Dense(3),
        ],
        name="block",
    )
    i = k.Input((3,), name="inner_input")
    fork = k.Model(i, [L.Dense(2, name="left")(i), L.Dense(4, activation="tanh", name="right")(i)], name="fork")
    x = k.Input((4,), name="x")
    left, right = fork(block(L.Dense(4)(x)))
    steps = k.Sequential([*k.first(L.Dense, (4,), 2, activation="tanh"), L.Dense(3)], name="steps")
    spread = L.TimeDistributed(steps)(L.RepeatVector(2)(right))
    return Case(k.Model(x, [left, L.Flatten()(spread)]), normal(rng, 3, 4))


def shared(k, rng):
    """A layer and a nested model, each called twice."""
    L = k.layers
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    dense = L.Dense(4, activation="tanh", name="shared")
    block = k.Sequential([*k.first(L.Dense, (4,), 3, activation="relu"), L.Dense(2)], name="block")
    joined = L.Concatenate()([block(dense(a)), block(dense(dense(b)))])
    return Case(k.Model([a, b], L.Dense(2)(joined)), [normal(rng, 3, 4), normal(rng, 3, 4)])


def multi_io(k, rng):
    """Inputs listed z before a; an inner tensor is an output too."""
    L = k.layers
    z, a = k.Input((4,), name="z"), k.Input((2, 3), name="a")
    hidden = L.Dense(5, activation="relu", name="hidden")(z)
    flat = L.Dense(5, name="flat")(L.Flatten()(a))
    outputs = [L.Dense(2, name="second")(L.Add()([hidden, flat])), hidden, L.Dense(1, name="first")(flat)]
    return Case(k.Model([z, a], outputs), [normal(rng, 3, 4), normal(rng, 3, 2, 3)])


def rnn(k, rng):
    """Every recurrent layer with its generation's defaults, and GRU with reset_after both ways where it has it."""
    L = k.layers
    x = k.Input((5, 4), name="x")
    outputs = [
        L.LSTM(3)(x),
        L.GRU(3)(x),
        L.SimpleRNN(3)(x),
        L.Bidirectional(L.LSTM(3))(x),
        L.Bidirectional(L.SimpleRNN(3, return_sequences=True), merge_mode="sum")(x),
        L.GRU(3, go_backwards=True, return_sequences=True, recurrent_activation="sigmoid")(x),
        L.LSTM(3, use_bias=False, activation="relu", recurrent_activation="hard_sigmoid")(x),
    ]
    if not k.before((2, 1)):
        outputs += [L.GRU(3, reset_after=after, name=f"reset_after_{after}".lower())(x) for after in (False, True)]
    return Case(k.Model(x, outputs), normal(rng, 3, 5, 4))


def batchnorm(k, rng):
    L = k.layers
    model = k.Sequential(
        [
            *k.first(L.Conv2D, (4, 3, 2), 3, (2, 2), use_bias=False),
            L.BatchNormalization(),
            L.Activation("relu"),
            L.BatchNormalization(axis=1, epsilon=0.01),
            L.Flatten(),
            L.Dense(4),
            L.BatchNormalization(scale=False),
            L.Dense(4),
            L.BatchNormalization(center=False),
            L.Dense(2),
            L.BatchNormalization(center=False, scale=False),
        ]
    )
    return Case(model, normal(rng, 4, 4, 3, 2))


def separable(k, rng):
    L = k.layers
    x = k.Input((6, 5, 2), name="x")
    outputs = [L.SeparableConv2D(4, (3, 2), depth_multiplier=2, padding="same", activation="relu")(x)]
    if not k.before((2, 2)):
        outputs.append(L.DepthwiseConv2D((2, 3), depth_multiplier=2, strides=(2, 2))(x))
        outputs.append(L.SeparableConv1D(3, 3, padding="same")(L.Reshape((6, 10))(x)))
    return Case(k.Model(x, outputs), normal(rng, 3, 6, 5, 2))


def mask_embedding(k, rng):
    """Ids from 0 to 6, 0 is padding: behind the words, before them, in between, everywhere."""
    L = k.layers
    model = k.Sequential(
        [
            *k.first(L.Embedding, (6,), 7, 4, mask_zero=True),
            L.LSTM(5, return_sequences=True),
            L.Bidirectional(L.GRU(3)),
            L.Dense(2),
        ]
    )
    ids = rng.integers(1, 7, (5, 6))
    ids[0, 4:] = ids[1, :2] = ids[2, 2:4] = ids[3] = 0
    return Case(model, ids.astype("float32"))


def mask_masking(k, rng):
    """Functional: Keras 3 writes the masks into the graph, all others imply them."""
    L = k.layers
    x = k.Input((5, 3), name="x")
    masked = L.Masking(mask_value=0.5)(x)
    sequence = L.TimeDistributed(L.Dense(4, activation="tanh"))(L.GRU(4, return_sequences=True)(masked))
    steps = normal(rng, 4, 5, 3)
    steps[0, 3:] = steps[1, :2] = steps[2, 2] = 0.5
    steps[3, 1, 0] = 0.5
    return Case(k.Model(x, [L.LSTM(3)(sequence), L.SimpleRNN(3)(masked)]), steps)


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
