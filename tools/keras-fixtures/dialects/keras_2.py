"""What Keras 2 and tf-keras wrote beyond the matrix: layers, arguments and layouts that later ones spell differently."""

import numpy as np

from case import Case
from dialects.matrix import nested_io, normal


def activations(k, rng):
    """hard_sigmoid is clip(0.2 x + 0.5, 0, 1) up to Keras 2 and tf-keras."""
    L = k.layers
    x = k.Input((6,), name="x")
    names = ["hard_sigmoid", "softplus", "selu"]
    advanced = [L.LeakyReLU(alpha=0.2), L.ELU(alpha=0.7), L.PReLU(), L.ThresholdedReLU(theta=0.6)]
    if not k.before((2, 2)):
        advanced += [L.Softmax(), L.ReLU(max_value=2.0, negative_slope=0.1, threshold=0.2)]
    outputs = [L.Activation(name)(x) for name in names] + [layer(x) for layer in advanced]
    return Case(k.Model(x, outputs), 3 * normal(rng, 3, 6))


def merges(k, rng):
    L = k.layers
    a, b, c = [k.Input((3, 4), name=name) for name in "abc"]
    outputs = [
        L.Average()([a, b, c]),
        L.Maximum()([a, b, c]),
        L.Subtract()([a, b]),
        L.Dot(axes=2)([a, b]),
        L.Dot(axes=(1, 1), normalize=True)([a, c]),
        L.Concatenate(axis=1)([a, b]),
    ]
    return Case(k.Model([a, b, c], outputs), [normal(rng, 2, 3, 4) for _ in "abc"])


def time_distributed(k, rng):
    """TimeDistributed of a layer and of a model."""
    L = k.layers
    steps = k.Sequential([*k.first(L.Dense, (4,), 3, activation="tanh"), L.Dense(2)], name="steps")
    x = k.Input((2, 4), name="x")
    y = L.TimeDistributed(L.Conv1D(2, 2, padding="same"))(L.Reshape((2, 2, 1))(L.TimeDistributed(steps)(x)))
    return Case(k.Model(x, y), normal(rng, 2, 2, 4))


def convolutions(k, rng):
    L = k.layers
    x, s = k.Input((5, 4, 2), name="image"), k.Input((6, 2), name="sequence")
    outputs = [
        L.Conv2D(3, (2, 3), dilation_rate=(2, 1))(x),
        L.Conv2DTranspose(3, (3, 2), strides=(2, 2), padding="same")(x),
        L.Cropping2D(((1, 2), (0, 1)))(L.ZeroPadding2D((1, 2))(x)),
        L.GlobalMaxPooling2D()(L.UpSampling2D((2, 3))(x)),
        L.Conv1D(3, 3, padding="causal", dilation_rate=2, activation="relu")(s),
    ]
    return Case(k.Model([x, s], outputs), [normal(rng, 2, 5, 4, 2), normal(rng, 2, 6, 2)])


def channels_first(k, rng):
    L = k.layers
    first = {"data_format": "channels_first"}
    model = k.Sequential(
        [
            *k.first(L.ZeroPadding2D, (2, 7, 6), (1, 0), **first),
            L.Conv2D(3, (3, 2), activation="relu", **first),
            L.BatchNormalization(axis=1),
            L.MaxPooling2D((2, 2), **first),
            L.Conv2DTranspose(2, 2, **first),
            L.Flatten(),
            L.Dense(2),
        ]
    )
    return Case(model, normal(rng, 3, 2, 7, 6))


def theano_kernels(k, rng):
    """backend: theano. Its kernels are turned around, in the shapes TensorFlow's have."""
    L = k.layers
    x, s = k.Input((2, 5, 4), name="image"), k.Input((6, 3), name="sequence")
    y = k.Input((4, 5, 2), name="channels_last")
    outputs = [
        L.Conv2D(3, (3, 2), activation="relu", data_format="channels_first")(x),
        L.Conv1D(4, 3, activation="tanh")(s),
        L.Conv2D(3, (2, 3))(y),
        L.Conv2DTranspose(2, 3, strides=(2, 2))(y),
    ]
    return Case(k.Model([x, s, y], outputs), [normal(rng, 2, 2, 5, 4), normal(rng, 2, 6, 3), normal(rng, 2, 4, 5, 2)])


def locally_connected(k, rng):
    L = k.layers
    s, x = k.Input((5, 2), name="sequence"), k.Input((4, 4, 2), name="image")
    outputs = [L.LocallyConnected1D(3, 3)(s), L.LocallyConnected2D(2, (2, 3))(x)]
    if k.name == "tf-keras-2":
        # Three ways to store the same numbers.
        outputs[1] = L.LocallyConnected2D(2, 2, padding="same", implementation=3)(x)
        outputs += [L.LocallyConnected1D(2, 3, padding="same", implementation=2)(s)]
    return Case(k.Model([s, x], outputs), [normal(rng, 2, 5, 2), normal(rng, 2, 4, 4, 2)])


def locally_connected_sparse(k, rng):
    """Stored without the places beyond the edges: strides, even kernels, channels first."""
    L = k.layers
    s, x, c = k.Input((6, 2), name="sequence"), k.Input((5, 6, 2), name="image"), k.Input((2, 4, 5), name="channels")
    sparse = {"padding": "same", "implementation": 3}
    outputs = [
        L.LocallyConnected1D(3, 4, strides=2, **sparse)(s),
        L.LocallyConnected2D(2, (3, 2), strides=(2, 3), activation="relu", **sparse)(x),
        L.LocallyConnected2D(3, (2, 3), data_format="channels_first", **sparse)(c),
    ]
    return Case(k.Model([s, x, c], outputs), [normal(rng, 2, 6, 2), normal(rng, 2, 5, 6, 2), normal(rng, 2, 2, 4, 5)])


def locally_connected_double(k, rng):
    """In float64, in every way in which kernels are stored."""
    L = k.layers
    s, x, c = (k.Input(shape, dtype="float64") for shape in [(6, 2), (5, 6, 2), (2, 4, 5)])
    own = {"dtype": "float64"}
    outputs = [
        L.LocallyConnected1D(3, 3, strides=2, activation="tanh", **own)(s),
        L.LocallyConnected1D(2, 3, padding="same", implementation=2, **own)(s),
        L.LocallyConnected2D(2, (3, 2), strides=(2, 3), padding="same", implementation=3, **own)(x),
        L.LocallyConnected2D(3, (2, 3), data_format="channels_first", padding="same", implementation=3, **own)(c),
    ]
    inputs = [normal(rng, *shape).astype("float64") for shape in [(2, 6, 2), (2, 5, 6, 2), (2, 2, 4, 5)]]
    return Case(k.Model([s, x, c], outputs), inputs)


def functions(k, rng):
    """TensorFlow functions with constants, several outputs, and settings that keras.ops names otherwise."""
    import tensorflow as tf

    x, s = k.Input((6,), name="x"), k.Input((4, 6), name="s")
    left, middle, right = tf.split(x, [1, 2, 3], axis=-1)
    even, odd = tf.split(s, 2, axis=1)
    outputs = [
        tf.concat([right, left, middle], axis=-1),
        even - odd,
        tf.unstack(s, axis=1)[2],
        tf.squeeze(tf.expand_dims(x, 1), axis=1) + tf.constant([1.0, 2, 3, 4, 5, 6]),
        tf.nn.bias_add(s, tf.constant([0.5, -1, 0, 2, 1, 3])),
        tf.pad(s, [[0, 0], [1, 2], [0, 1]], constant_values=0.5),
        tf.math.l2_normalize(s, axis=-1),
        tf.reverse(s, axis=[1]),
        tf.sign(x) * tf.math.erf(x),
        tf.math.reduce_std(s, axis=1),
        tf.nn.leaky_relu(x) + tf.nn.gelu(x, approximate=True),
        tf.maximum(tf.floor(x), tf.round(2.0 * x)),
        tf.nn.log_softmax(x),
    ]
    return Case(k.Model([x, s], outputs), [normal(rng, 2, 6), normal(rng, 2, 4, 6)])


def rnn_stateful(k, rng):
    L = k.layers
    model = k.Sequential(
        [
            L.LSTM(3, batch_input_shape=(2, 4, 3), stateful=True, return_sequences=True),
            L.GRU(3, stateful=True),
        ]
    )
    calls = [normal(rng, 2, 4, 3), normal(rng, 2, 4, 3)]
    return Case(model, calls, {"calls": 2, "inputs_per_call": 1, "outputs_per_call": 1})


def rnn_states(k, rng):
    """An encoder's states start a decoder: initial_state makes further inputs of its node."""
    L = k.layers
    x, y = k.Input((5, 3), name="source"), k.Input((4, 2), name="target")
    _, h, c = L.LSTM(3, return_state=True)(x)
    sequence, *states = L.LSTM(3, return_sequences=True, return_state=True)(y, initial_state=[h, c])
    return Case(k.Model([x, y], [sequence, *states]), [normal(rng, 3, 5, 3), normal(rng, 3, 4, 2)])


def rnn_options(k, rng):
    """Not the defaults. unroll and implementation change nothing."""
    L = k.layers
    x = k.Input((4, 3), name="x")
    # reset_after came with 2.1, and is the default since tf.keras 2.
    other = {} if k.before((2, 1)) else {"reset_after": k.before((2, 4))}
    outputs = [
        L.LSTM(2, implementation=2, recurrent_activation="hard_sigmoid", use_bias=False)(x),
        L.GRU(2, implementation=1, recurrent_activation="sigmoid", go_backwards=True, unroll=True, **other)(x),
    ]
    return Case(k.Model(x, outputs), normal(rng, 2, 4, 3))


def rnn_cells(k, rng):
    """RNN with cells, stacked too; a Bidirectional of it."""
    L = k.layers
    x = k.Input((4, 3), name="x")
    outputs = [
        L.RNN([L.LSTMCell(3), L.GRUCell(2, reset_after=True)], return_sequences=True)(x),
        L.Bidirectional(L.RNN(L.SimpleRNNCell(2)), merge_mode="ave")(x),
    ]
    return Case(k.Model(x, outputs), normal(rng, 2, 4, 3))


def cudnn(k, rng):
    """CuDNNLSTM and CuDNNGRU: kernels transposed inside their shapes, two biases per gate in one array."""
    L = k.layers
    x = k.Input((4, 3), name="x")
    nested = k.Sequential([L.CuDNNGRU(2, input_shape=(4, 3))], name="nested")
    outputs = [
        L.CuDNNLSTM(2, return_sequences=True)(x),
        L.CuDNNGRU(2)(x),
        L.Bidirectional(L.CuDNNLSTM(2, return_sequences=True))(x),
        nested(x),
    ]
    return Case(k.Model(x, outputs), normal(rng, 2, 4, 3))


def split_attributes(k, rng):
    """Names too long for one attribute: layer_names0, layer_names1, …; weight_names0, … (with the limit lowered)."""
    L = k.layers
    name = "a_layer_with_a_name_that_is_much_longer_than_it_would_need_to_be"
    x = k.Input((3,), name="x")
    y = x
    for i in range(2):
        y = L.Dense(3, name=f"{name}_{i}")(y)
    block = k.Sequential([*k.first(L.Dense, (3,), 2, name=f"{name}_inner_0"), L.Dense(2, name=f"{name}_inner_1")])
    return Case(k.Model(x, block(y)), normal(rng, 2, 3))


def compiled(k, rng):
    """After a step of training: training_config and optimizer_weights are in the file."""
    L = k.layers
    model = k.Sequential(k.first(L.Dense, (4,), 3, activation="softmax"))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    inputs = normal(rng, 4, 4)
    model.train_on_batch(inputs, rng.dirichlet([1, 1, 1], 4))
    return Case(model, inputs)


KERAS_2_0 = {
    "nested-io": nested_io,
    "merges": merges,
    "time-distributed": time_distributed,
    "convolutions": convolutions,
    "channels-first": channels_first,
    "theano-kernels": theano_kernels,
    "locally-connected": locally_connected,
    "rnn-options": rnn_options,
    "rnn-states": rnn_states,
    "rnn-stateful": rnn_stateful,
}

KERAS_2_3 = {
    "rnn-options": rnn_options,
    "rnn-states": rnn_states,
    "rnn-cells": rnn_cells,
    "cudnn": cudnn,
    "split-attributes": split_attributes,
}


def operators(k, rng):
    """TFOpLambda and SlicingOpLambda: Python operators and TensorFlow functions on Keras tensors."""
    import tensorflow as tf

    x, y, s = k.Input((4,), name="x"), k.Input((4,), name="y"), k.Input((3, 4), name="s")
    outputs = [
        x + y,
        1.0 - x[:, 1:] / 3.0,
        2.0 * s[:, ::2, 1:3],
        s[..., -1],
        tf.concat([tf.nn.relu(x), y], axis=-1),
        tf.reduce_mean(s, axis=[1], keepdims=True),
        tf.transpose(tf.reshape(s, (-1, 2, 6)), perm=[0, 2, 1]),
        tf.matmul(tf.expand_dims(x, 1), s, transpose_b=True),
        tf.cast(x > y, "float32"),
        tf.stack([x, y], axis=1),
    ]
    return Case(k.Model([x, y, s], outputs), [normal(rng, 2, 4), normal(rng, 2, 4), normal(rng, 2, 3, 4)])


def tensorflow_shapes(k, rng):
    """Shapes that are computed: tf.shape and what is made of it."""
    import tensorflow as tf

    x, s = k.Input((4,), name="x"), k.Input((3, 4), name="s")
    batch = tf.shape(s)[0]
    outputs = [
        tf.shape(s),
        tf.reshape(s, [batch, -1]),
        tf.reshape(s, tf.stack([tf.shape(s)[0], tf.shape(s)[1] * tf.shape(s)[2]])),
        tf.reshape(s, tf.concat([tf.shape(s)[:1], [12]], 0)),
        tf.broadcast_to(s[:, :1], tf.shape(s)),
        tf.fill([batch, 4], 2.0) + x,
        tf.zeros([batch, 4]) - tf.ones((batch, 4)) + x,
        tf.tile(tf.constant([[1.0, 2.0]]), [batch, 1]),
        tf.cast(tf.range(tf.shape(s)[1]), "float32"),
        s / tf.cast(tf.size(s) + tf.rank(s), "float32"),
        s[:, tf.shape(s)[1] - 1],
        tf.slice(s, [0, 1, 0], [batch, 2, -1]),
        tf.strided_slice(s, [0, 0, 1], [2, 3, 4], [1, 2, 1]),
    ]
    return Case(k.Model([x, s], outputs), [normal(rng, 2, 4), normal(rng, 2, 3, 4)])


def tensorflow_images(k, rng):
    """Windows, convolutions and functions of tf.image."""
    import tensorflow as tf

    x = k.Input((4, 6, 3), name="x")
    kernel = normal(rng, 2, 2, 3, 2)
    outputs = [
        tf.nn.max_pool2d(x, 2, 2, "VALID"),
        tf.nn.max_pool2d(x, ksize=[1, 3, 3, 1], strides=[1, 2, 2, 1], padding="SAME"),
        tf.nn.avg_pool(x, 2, 1, "SAME"),
        tf.nn.conv2d(x, kernel, 2, "SAME"),
        tf.nn.depthwise_conv2d(x, kernel, [1, 1, 1, 1], "VALID"),
        tf.nn.space_to_depth(x, 2),
        tf.nn.depth_to_space(tf.concat([x, x, x, x], -1), 2),
        tf.image.resize(x, (7, 5)),
        tf.image.flip_left_right(x),
        tf.image.flip_up_down(x),
        tf.image.rot90(x),
        tf.image.rgb_to_grayscale(x),
        tf.image.crop_to_bounding_box(x, 1, 0, 2, 3),
        tf.image.pad_to_bounding_box(x, 1, 0, 6, 7),
        tf.image.per_image_standardization(x),
        tf.image.adjust_contrast(x, 1.5),
        tf.image.extract_patches(x, [1, 2, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1], "VALID"),
    ]
    return Case(k.Model(x, outputs), normal(rng, 2, 4, 6, 3))


def tensorflow_order(k, rng):
    """Order and places: sorting, running totals, gathering, one-hot."""
    import tensorflow as tf

    x, s = k.Input((4,), name="x"), k.Input((3, 4), name="s")
    whole = tf.cast(tf.abs(x), "int32")
    outputs = [
        tf.argmax(s, axis=-1),
        tf.argmin(s, axis=1, output_type=tf.int32),
        tf.argsort(s),
        tf.argsort(s, axis=1, direction="DESCENDING"),
        tf.sort(s, axis=1),
        tf.sort(s, direction="DESCENDING"),
        tf.math.top_k(s, 2)[0],
        tf.cumsum(s, axis=1, reverse=True),
        tf.cumsum(s, axis=-1, exclusive=True),
        tf.math.cumprod(s, axis=2, exclusive=True, reverse=True),
        tf.gather(s, [0, 2], axis=1),
        tf.gather(x, tf.argsort(x), axis=1, batch_dims=1),
        tf.one_hot(whole, 3),
        tf.one_hot(whole, 3, on_value=5.0, off_value=-1.0, axis=1),
        tf.sequence_mask(whole, 3),
        tf.linalg.band_part(s, -1, 0),
    ]
    return Case(k.Model([x, s], outputs), [normal(rng, 2, 4), normal(rng, 2, 3, 4)])


def tensorflow_math(k, rng):
    """Functions that take several of keras.ops, or mean another axis than NumPy's when none is given."""
    import tensorflow as tf

    x, y, s = k.Input((4,), name="x"), k.Input((4,), name="y"), k.Input((3, 4), name="s")
    outputs = [
        tf.math.squared_difference(x, y),
        *tf.nn.moments(s, [1]),
        tf.nn.l2_normalize(s, [1, 2]),
        tf.clip_by_norm(s, 1.0, axes=[1]),
        tf.linalg.normalize(s, axis=-1)[0],
        tf.tensordot(s, normal(rng, 4, 2), axes=[[2], [0]]),
        tf.matmul(s, s, adjoint_b=True),
        tf.linalg.matvec(s, x),
        tf.math.xlogy(tf.nn.relu(x), tf.abs(y)),
        tf.math.multiply_no_nan(x, tf.nn.relu(y)),
        tf.math.count_nonzero(tf.nn.relu(s), axis=-1),
        tf.math.reduce_euclidean_norm(s, axis=1),
        tf.nn.crelu(x),
        tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.sigmoid(x), logits=y),
        tf.nn.softmax_cross_entropy_with_logits(labels=tf.nn.softmax(x), logits=y),
        x // 2.0,
        tf.nn.max_pool1d(s, 2, 1, "VALID"),
    ]
    return Case(k.Model([x, y, s], outputs), [normal(rng, 2, 4), normal(rng, 2, 4), normal(rng, 2, 3, 4)])


def time_major(k, rng):
    """(time, batch, features) in and out."""
    L = k.layers
    x = k.Input(batch_shape=(4, None, 3), name="x")
    sequence = L.LSTM(3, time_major=True, return_sequences=True)(x)
    return Case(k.Model(x, [sequence, L.GRU(2, time_major=True)(sequence)]), normal(rng, 4, 4, 3))


def attention(k, rng):
    L = k.layers
    q, v = k.Input((3, 4), name="query"), k.Input((5, 4), name="value")
    outputs = [
        L.Attention(use_scale=True)([q, v]),
        L.AdditiveAttention()([q, v]),
        L.MultiHeadAttention(2, 3, value_dim=2, output_shape=5)(q, value=v, key=v),
    ]
    return Case(k.Model([q, v], outputs), [normal(rng, 2, 3, 4), normal(rng, 2, 5, 4)])


def mask_graph(k, rng):
    """A mask through a merge, into a nested model and into an average."""
    L = k.layers
    ids = k.Input((5,), name="ids")
    embedded = L.Embedding(6, 4, mask_zero=True)(ids)
    block = k.Sequential(k.first(L.SimpleRNN, (5, 4), 2, return_sequences=True), name="block")
    joined = L.Concatenate()([embedded, block(embedded)])
    outputs = [L.SimpleRNN(2)(joined), L.GlobalAveragePooling1D()(embedded)]
    values = rng.integers(1, 6, (4, 5)).astype("float32")
    values[0, 3:] = values[1, 1] = values[2, :2] = 0
    return Case(k.Model(ids, outputs), values)


def categories(k, rng):
    """Boundaries are stored as a summary of the data; encodings are float32, where Keras 3 has int64."""
    L = k.layers
    x, codes = k.Input((2,), name="x"), k.Input((2,), name="codes", dtype="int64")
    buckets = L.Discretization(num_bins=4)
    buckets.adapt(normal(rng, 60, 2))
    outputs = [
        buckets(x),
        L.Discretization(bin_boundaries=[-0.5, 0.5], output_mode="count")(x),
        L.CategoryEncoding(num_tokens=9, output_mode="count")(codes),
        L.IntegerLookup(vocabulary=[5, 7], num_oov_indices=2, mask_token=0)(codes),
        L.IntegerLookup(vocabulary=[5, 7], output_mode="multi_hot")(codes),
        L.Hashing(5, salt=[1, 2])(codes),
    ]
    numbers = np.array([[5, 0], [7, 7], [1, 8]])
    return Case(k.Model([x, codes], outputs), [normal(rng, 3, 2), numbers], adapted=True)


def texts(k, rng):
    L = k.layers
    text, word = k.Input((1,), name="text", dtype="string"), k.Input((1,), name="word", dtype="string")
    terms = ["the", "fox", "the fox"]
    outputs = [
        L.TextVectorization(vocabulary=terms, ngrams=2)(text),
        L.TextVectorization(vocabulary=terms, output_mode="tf_idf", idf_weights=[0.5, 1.0, 1.5])(text),
        L.StringLookup(vocabulary=["a", "é"], num_oov_indices=3, mask_token="")(word),
        L.StringLookup(vocabulary=["a", "é"], output_mode="multi_hot")(word),
        L.HashedCrossing(11)((word, text)),
    ]
    given = [np.array([["The quick fox."], [""], ["the fox, 日本"]]), np.array([["a"], [""], ["é"]])]
    return Case(k.Model([text, word], outputs), given, adapted=True)


def pictures(k, rng):
    """RandomCrop resizes outside of training."""
    L = k.layers
    x = k.Input((6, 7, 3), name="x")
    scale = L.Normalization(axis=-1)
    scale.adapt(normal(rng, 4, 6, 7, 3))
    layers = [scale, L.Resizing(4, 9), L.CenterCrop(3, 4), L.Rescaling(0.5, offset=-1), L.RandomCrop(3, 5)]
    layers += [L.RandomFlip(), L.RandomZoom(0.1), L.RandomHeight(0.1), L.RandomWidth(0.1)]
    return Case(k.Model(x, [layer(x) for layer in layers]), normal(rng, 2, 6, 7, 3), adapted=True)


TF_KERAS_2 = {
    "categories": categories,
    "texts": texts,
    "pictures": pictures,
    "mask-graph": mask_graph,
    "nested-io": nested_io,
    "activations": activations,
    "locally-connected": locally_connected,
    "locally-connected-sparse": locally_connected_sparse,
    "locally-connected-double": locally_connected_double,
    "functions": functions,
    "rnn-options": rnn_options,
    "rnn-states": rnn_states,
    "compiled": compiled,
    "operators": operators,
    "tensorflow-shapes": tensorflow_shapes,
    "tensorflow-images": tensorflow_images,
    "tensorflow-order": tensorflow_order,
    "tensorflow-math": tensorflow_math,
    "time-major": time_major,
    "attention": attention,
}
