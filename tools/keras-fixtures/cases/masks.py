"""Masks where Keras's own rules are odd: functions pass none on, MultiHeadAttention takes those of its tensors away."""

import keras
from keras import layers, ops

from case import Case

VOCABULARY, STEPS, WIDTH = 7, 6, 4


def tokens(rng):
    indices = rng.integers(1, VOCABULARY, (3, STEPS)).astype("int32")
    indices[0, 4:] = 0
    indices[1, ::2] = 0
    return keras.Input((STEPS,), dtype="int32", name="tokens"), indices


def embedded(x):
    return layers.Embedding(VOCABULARY, WIDTH, mask_zero=True)(x)


def after_function(rng):
    """A function node has no mask to give to the attention behind it; the layer of the same name does."""
    x, indices = tokens(rng)
    y = embedded(x)
    outputs = [layers.MultiHeadAttention(2, 3)(z, z) for z in (ops.softmax(y), ops.relu(y), layers.ReLU()(y))]
    return Case(keras.Model(x, outputs), indices)


def blocks(rng):
    """The second block of a transformer finds no mask: the first has taken it from what the sum adds up."""
    x, indices = tokens(rng)
    y = layers.Dropout(0.1)(embedded(x))
    for _ in range(2):
        z = layers.MultiHeadAttention(2, 3)(y, y)
        y = layers.LayerNormalization()(layers.Add()([y, z]))
    return Case(keras.Model(x, [y, layers.GlobalAveragePooling1D()(y)]), indices)


def side_by_side(rng):
    """Of attentions at the same depth the last in the model runs first and takes the masks from the others."""
    x, indices = tokens(rng)
    y = embedded(x)
    outputs = [
        layers.MultiHeadAttention(2, 3)(y, y),
        layers.GroupQueryAttention(2, 2, 1)(y, y),
        layers.MultiHeadAttention(2, 3)(y, y, use_causal_mask=True),
        layers.Attention()([y, y]),
        layers.Multiply()([y, layers.Dense(WIDTH)(y)]),
    ]
    return Case(keras.Model(x, outputs), indices)


def nested(rng):
    """A model takes masks from its inputs as the attention in it does; a decoder's second look at its context has none."""
    x, indices = tokens(rng)
    y = layers.Dropout(0.1)(embedded(x))
    z = inner = keras.Input((STEPS, WIDTH))
    for _ in range(2):
        z = layers.Add()([z, layers.MultiHeadAttention(2, 3)(z, z)])
    block = keras.Model(inner, z, name="block")
    context = layers.Dense(WIDTH)(y)
    decoded = block(y)
    for _ in range(2):
        decoded = layers.Add()([decoded, layers.MultiHeadAttention(2, 3)(decoded, context, use_causal_mask=True)])
    outputs = [decoded, layers.MultiHeadAttention(2, 3)(y, decoded), layers.Multiply()([y, decoded]), layers.LSTM(3)(decoded)]
    return Case(keras.Model(x, outputs), indices)


def nothing_to_see(policy):
    """Targets that see masked steps alone, with scores so large that taking a large number from them does not level them."""

    def build(rng):
        x, y = keras.Input((STEPS, WIDTH), name="x"), keras.Input((STEPS, WIDTH), name="y")
        masked = layers.Masking(dtype=policy)(x)
        outputs = [layers.Attention(dtype=policy)([q, masked], use_causal_mask=causal) for q in (masked, y) for causal in (False, True)]
        scale = 4 if policy == "mixed_float16" else 30
        steps = [rng.normal(0, scale, (3, STEPS, WIDTH)).astype("float32") for _ in range(2)]
        steps[0][0] = 0
        steps[0][1, :2] = 0
        steps[0][2, 1] = 0
        return Case(keras.Model([x, y], outputs), steps)

    return build


CASES = {
    "masks-after-function": after_function,
    "masks-transformer-blocks": blocks,
    "masks-side-by-side": side_by_side,
    "masks-nested": nested,
    "masks-nothing-to-see": nothing_to_see("float32"),
    "masks-nothing-to-see-float16": nothing_to_see("mixed_float16"),
}
