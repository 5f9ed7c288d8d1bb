"""The same models in the words of Keras 1, and what only Keras 1 wrote. build(k, rng) -> Case."""

from case import Case
from dialects.matrix import normal


def sequential(k, rng):
    L = k.layers
    layers = [
        L.Convolution2D(3, 3, 2, border_mode="same", activation="relu", input_shape=(4, 3, 2), dim_ordering="tf"),
        L.Flatten(),
        L.Dense(3, activation="softmax"),
    ]
    return Case(k.Sequential(layers), normal(rng, 3, 4, 3, 2))


def functional(k, rng):
    L = k.layers
    x = k.Input((4,), name="x")
    hidden = L.Dense(4, activation="tanh")(x)
    return Case(k.Model(x, L.merge([L.merge([hidden, x, hidden], mode="sum"), x], mode="concat")), normal(rng, 3, 4))


def nested(k, rng):
    """A Sequential in a Functional, batch normalization and a frozen layer inside: their arrays come last."""
    L = k.layers
    layers = [L.Dense(4, trainable=False, input_dim=3), L.BatchNormalization(), L.Dense(3)]
    x = k.Input((3,), name="x")
    return Case(k.Model(x, k.Sequential(layers, name="block")(x)), normal(rng, 3, 3))


def shared(k, rng):
    """Not in series: Keras 1 writes such models and cannot read them."""
    L = k.layers
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    dense = L.Dense(4, activation="tanh", name="shared")
    return Case(k.Model([a, b], L.merge([dense(a), dense(b)], mode="concat")), [normal(rng, 3, 4), normal(rng, 3, 4)])


def multi_io(k, rng):
    L = k.layers
    z, a = k.Input((4,), name="z"), k.Input((3,), name="a")
    hidden = L.Dense(3, activation="relu", name="hidden")(z)
    outputs = [L.Dense(2, name="second")(L.merge([hidden, a], mode="concat")), hidden]
    return Case(k.Model([z, a], outputs), [normal(rng, 3, 4), normal(rng, 3, 3)])


def rnn(k, rng):
    """9 arrays for a GRU; an LSTM has 12, see mask."""
    L = k.layers
    layers = [L.GRU(3, return_sequences=True, input_shape=(4, 3)), L.Bidirectional(L.SimpleRNN(2))]
    return Case(k.Sequential(layers), normal(rng, 3, 4, 3))


def batchnorm(k, rng):
    """"running_std" holds variances."""
    L = k.layers
    layers = [L.BatchNormalization(input_shape=(4, 3, 2)), L.BatchNormalization(axis=1, epsilon=0.01, mode=0)]
    return Case(k.Sequential(layers), normal(rng, 3, 4, 3, 2))


def separable(k, rng):
    L = k.layers
    options = {"depth_multiplier": 2, "border_mode": "same", "dim_ordering": "tf"}
    model = k.Sequential([L.SeparableConvolution2D(4, 3, 2, activation="relu", input_shape=(6, 5, 2), **options)])
    return Case(model, normal(rng, 2, 6, 5, 2))


def mask(k, rng):
    L = k.layers
    model = k.Sequential([L.Embedding(7, 4, mask_zero=True, input_length=6), L.LSTM(3)])
    ids = rng.integers(1, 7, (5, 6))
    ids[0, 4:] = ids[1, :2] = ids[2, 2:4] = ids[3] = 0
    return Case(model, ids.astype("int32"))


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
    L = k.layers
    x = k.Input((5, 3), name="x")
    masked = L.Masking(mask_value=0.5)(x)
    steps = normal(rng, 4, 5, 3)
    steps[0, 3:] = steps[1, :2] = steps[2, 2] = 0.5
    steps[3, 1, 0] = 0.5
    sequence = L.TimeDistributed(L.Dense(3, activation="tanh"))(masked)
    return Case(k.Model(x, L.SimpleRNN(2)(sequence)), steps)


def nested_io(k, rng):
    """A nested model with two inputs and two outputs; one inside it."""
    L = k.layers
    i, j = k.Input((3,), name="i"), k.Input((3,), name="j")
    core = k.Sequential([L.Dense(3, activation="relu", input_dim=3), L.BatchNormalization()], name="core")
    left = core(i)
    outputs = [left, L.merge([left, L.Dense(3, name="right")(j)], mode="sum", name="sum")]
    block = k.Model([i, j], outputs, name="block")
    x, y = k.Input((3,), name="x"), k.Input((3,), name="y")
    first, second = block([x, y])
    return Case(k.Model([x, y], [second, L.Dense(2)(first)]), [normal(rng, 2, 3), normal(rng, 2, 3)])


def merge_modes(k, rng):
    """cos has the shape (batch, 1, 1), whatever Keras 1 says itself."""
    L = k.layers
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    p, q = k.Input((3, 4), name="p"), k.Input((3, 4), name="q")
    outputs = [
        L.merge([a, b, a], mode="ave"),
        L.merge([a, b], mode="max"),
        L.merge([a, b], mode="dot"),
        L.Reshape((1,))(L.merge([a, b], mode="cos", dot_axes=1)),
        L.merge([p, q], mode="dot", dot_axes=[2, 2]),
        L.merge([p, q], mode="dot", dot_axes=(1, 1)),
        L.merge([p, q], mode="concat", concat_axis=1),
    ]
    return Case(k.Model([a, b, p, q], outputs), [normal(rng, 2, *i.get_shape().as_list()[1:]) for i in (a, b, p, q)])


def merge_first(k, rng):
    """A Merge layer as the first of a Sequential model holds the models it merges; their layers are saved flat."""
    L = k.layers
    left = k.Sequential([L.Dense(5, activation="relu", input_dim=4), L.Dense(3)])
    right = k.Sequential([L.Dense(2, input_dim=3, activation="tanh")])
    model = k.Sequential([L.Merge([left, right], mode="concat", concat_axis=1), L.Dense(2)])
    return Case(model, [normal(rng, 3, 4), normal(rng, 3, 3)])


def time_distributed(k, rng):
    """TimeDistributedDense, and TimeDistributed of a layer and of a model."""
    L = k.layers
    steps = k.Sequential([L.Dense(3, activation="tanh", input_dim=4), L.Dense(2)])
    layers = [L.TimeDistributedDense(4, activation="tanh", input_dim=3, input_length=2), L.TimeDistributed(steps)]
    image = [L.Reshape((2, 2, 1)), L.TimeDistributed(L.Convolution1D(2, 2, border_mode="same"))]
    return Case(k.Sequential(layers + image), normal(rng, 2, 2, 3))


def rnn_options(k, rng):
    """One array for all gates (consume_less="gpu"), in another order than the separate ones."""
    L = k.layers
    x = k.Input((4, 3), name="x")
    outputs = [
        L.LSTM(2, consume_less="gpu", activation="relu")(x),
        L.GRU(2, consume_less="gpu")(x),
        L.GRU(2, inner_activation="sigmoid", go_backwards=True)(x),
        L.Bidirectional(L.SimpleRNN(2, return_sequences=True), merge_mode="sum")(x),
    ]
    return Case(k.Model(x, outputs), normal(rng, 2, 4, 3))


def core(k, rng):
    """What changes no number when predicting, and what only moves numbers."""
    L = k.layers
    model = k.Sequential(
        [
            L.Dense(6, input_shape=(4,), W_regularizer="l2", b_constraint="nonneg"),
            L.Dropout(0.25),
            L.Activation("tanh"),
            L.GaussianNoise(0.1),
            L.RepeatVector(4),
            L.SpatialDropout1D(0.2),
            L.Permute((2, 1)),
            L.Reshape((3, -1)),
        ]
    )
    return Case(model, normal(rng, 3, 4))


def activations(k, rng):
    """hard_sigmoid is clip(0.2 x + 0.5, 0, 1) up to Keras 2."""
    L = k.layers
    x = k.Input((6,), name="x")
    names = ["hard_sigmoid", "softplus", "softsign"]
    outputs = [L.Activation(name)(x) for name in names]
    advanced = [L.LeakyReLU(alpha=0.2), L.ELU(alpha=0.7), L.PReLU(), L.ThresholdedReLU(theta=0.6)]
    return Case(k.Model(x, outputs + [layer(x) for layer in advanced]), 3 * normal(rng, 3, 6))


def convolutions(k, rng):
    L = k.layers
    tf = {"dim_ordering": "tf"}
    x, s = k.Input((5, 4, 2), name="image"), k.Input((6, 2), name="sequence")
    v = k.Input((3, 4, 3, 2), name="volume")
    outputs = [
        L.AtrousConvolution2D(3, 2, 2, atrous_rate=(2, 2), **tf)(x),
        L.Deconvolution2D(3, 3, 2, output_shape=(None, 11, 8, 3), subsample=(2, 2), **tf)(x),
        L.Cropping2D(((1, 2), (0, 1)), **tf)(L.ZeroPadding2D((1, 2), **tf)(x)),
        L.AveragePooling2D((3, 2), strides=(2, 2), border_mode="same", **tf)(x),
        L.Convolution1D(3, 3, subsample_length=2, activation="relu")(s),
        L.AtrousConvolution1D(3, 2, atrous_rate=2, border_mode="same")(s),
        L.Convolution3D(3, 2, 2, 3, **tf)(v),
    ]
    return Case(k.Model([x, s, v], outputs), [normal(rng, 2, 5, 4, 2), normal(rng, 2, 6, 2), normal(rng, 2, 3, 4, 3, 2)])


def channels_first(k, rng):
    """Written with the TensorFlow backend: kernels are (filters, channels, rows, columns), not turned around.

    ZeroPadding, Cropping and UpSampling did not say their dim_ordering: it was the reader's default, here "th".
    """
    L = k.layers
    k.set_channels_first()
    model = k.Sequential(
        [
            L.ZeroPadding2D((1, 0), input_shape=(2, 7, 6)),
            L.Convolution2D(3, 3, 2, activation="relu"),
            L.BatchNormalization(axis=1),
            L.MaxPooling2D((2, 2)),
            L.Deconvolution2D(2, 2, 2, output_shape=(None, 2, 4, 3)),
            L.UpSampling2D((1, 2)),
            L.Cropping2D(((1, 0), (0, 2))),
            L.Flatten(),
            L.Dense(2),
        ]
    )
    return Case(model, normal(rng, 3, 2, 7, 6))


def theano_kernels(k, rng):
    """Theano turns kernels around: true convolution."""
    L = k.layers
    x, s = k.Input((2, 7, 6), name="image"), k.Input((9, 3), name="sequence")
    hidden = L.Convolution2D(3, 3, 2, activation="relu", dim_ordering="th")(x)
    hidden = L.Flatten()(L.MaxPooling2D((2, 2), dim_ordering="th")(hidden))
    y = k.Input((6, 5, 2), name="channels_last")
    outputs = [
        L.Dense(2)(hidden),
        L.Convolution1D(4, 3, activation="tanh")(s),
        L.Convolution2D(3, 2, 3, dim_ordering="tf")(y),
    ]
    return Case(k.Model([x, s, y], outputs), [normal(rng, 2, 2, 7, 6), normal(rng, 2, 9, 3), normal(rng, 2, 6, 5, 2)])


def locally_connected(k, rng):
    L = k.layers
    s, x = k.Input((6, 3), name="sequence"), k.Input((5, 4, 2), name="image")
    outputs = [
        L.LocallyConnected1D(4, 3, subsample_length=1)(s),
        L.LocallyConnected2D(3, 2, 3, subsample=(1, 1), dim_ordering="tf")(x),
    ]
    return Case(k.Model([s, x], outputs), [normal(rng, 2, 6, 3), normal(rng, 2, 5, 4, 2)])


def conv_lstm(k, rng):
    L = k.layers
    model = k.Sequential(
        [
            L.ConvLSTM2D(
                2, 2, 3, input_shape=(3, 4, 4, 2), border_mode="same", return_sequences=True, dim_ordering="tf"
            ),
            L.ConvLSTM2D(2, 2, 2, border_mode="same", dim_ordering="tf"),
        ]
    )
    return Case(model, normal(rng, 2, 3, 4, 4, 2))


def compiled(k, rng):
    """After a step of training: training_config and optimizer_weights are in the file."""
    L = k.layers
    model = k.Sequential([L.Dense(3, activation="softmax", input_dim=4)])
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    inputs = normal(rng, 4, 4)
    model.train_on_batch(inputs, rng.dirichlet([1, 1, 1], 4))
    return Case(model, inputs)


EXTRAS = {
    "mask-functional": mask_functional,
    "nested-io": nested_io,
    "merge-modes": merge_modes,
    "merge-first": merge_first,
    "time-distributed": time_distributed,
    "rnn-options": rnn_options,
    "core": core,
    "activations": activations,
    "convolutions": convolutions,
    "channels-first": channels_first,
    "theano-kernels": theano_kernels,
    "locally-connected": locally_connected,
    "conv-lstm": conv_lstm,
    "compiled": compiled,
}
