"""StringLookup and IntegerLookup: vocabularies given and adapted, tokens, out-of-vocabulary buckets, output modes."""

import numpy as np
from keras import layers

from cases.categorical import column, side_by_side

TERMS = ["a", "bee", "Straße", "日本", "🦜", "two words", "é", "e\u0301"]
WORDS = ["a", "bee", "", "A", "日本", "[UNK]", "🦜", "two words", "e\u0301", "unknown", "Straße", "STRASSE"]
NUMBERS = [12, 36, 0, -5, 2**40, 2**63 - 1]
CODES = [12, 36, 1138, 42, -5, -1, 0, 2**40, 2**63 - 1, -(2**63), 7, -8]
MODES = ["one_hot", "multi_hot", "count"]
PADDED = {"max_tokens": 12, "pad_to_max_tokens": True}


def together(layer_class, given, **common):
    """A layer for each set of arguments, named after it."""
    return lambda: [layer_class(name=name, **(common | arguments)) for name, arguments in given.items()]


def adapted(layer_class, data, given):
    def make():
        made = together(layer_class, given)()
        for layer in made:
            layer.adapt(data)
        return made

    return make


def lookups(prefix, layer_class, terms, values, mask, oov):
    """What both classes can."""
    idf = {"output_mode": "tf_idf", "idf_weights": [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0][: len(terms)]}
    indices = {
        "plain": {},
        "three_oov_buckets": {"num_oov_indices": 3},
        "mask": {"mask_token": mask},
        "mask_three_oov_buckets": {"mask_token": mask, "num_oov_indices": 3},
        "oov_token": {"oov_token": oov},
        "special_tokens_given": {"mask_token": mask, "oov_token": oov, "vocabulary": [mask, oov, *terms]},
        "max_tokens": {"max_tokens": 20},
    }
    encoded = {mode: {"output_mode": mode} for mode in MODES} | {"tf_idf": idf}
    variants = {"mask": {"mask_token": mask}, "three_oov_buckets": {"num_oov_indices": 3}, "padded": PADDED}
    both = {f"{mode}_{name}": encoded[mode] | variant for mode in encoded for name, variant in variants.items()}
    yield f"{prefix}-int", side_by_side(values, together(layer_class, indices, vocabulary=terms))
    yield f"{prefix}-encoded", side_by_side(values, together(layer_class, encoded | both, vocabulary=terms))
    known = column([each for each in values[:, 0] if each in terms])
    yield f"{prefix}-no-oov-buckets", side_by_side(
        known,
        together(layer_class, {"plain": {}, "mask": {"mask_token": mask}, "count": encoded["count"]}, vocabulary=terms, num_oov_indices=0),
    )
    arrays = {"rank-1": values[:, 0], "triples": values.reshape(4, 3), "rank-3": values.reshape(2, 2, 3)}
    for name, array in arrays.items():
        # TensorFlow cannot weigh encodings of rank 3.
        modes = {"int": {}} | {mode: encoded[mode] for mode in encoded if name != "rank-3" or mode != "tf_idf"}
        yield f"{prefix}-{name}", side_by_side(array, together(layer_class, modes, vocabulary=terms))
    inverse = {name: indices[name] for name in ["plain", "three_oov_buckets", "mask", "oov_token", "special_tokens_given"]}
    positions = np.array([[0, 1, 2], [3, 4, 100], [5, -1, 2**40]])
    make = together(layer_class, inverse, vocabulary=terms, invert=True)
    yield f"{prefix}-invert", side_by_side(positions, make)
    yield f"{prefix}-invert-int32", side_by_side(positions[:2].astype("int32"), make)


def string_lookups():
    words = column(WORDS)
    yield from lookups("string-lookup", layers.StringLookup, TERMS, words, "", "[OOV]")
    salted = {"salt": {"salt": [3, 2**61]}, "one_salt": {"salt": 9, "mask_token": "[MASK]"}}
    yield "string-lookup-salt", side_by_side(words, together(layers.StringLookup, salted, vocabulary=TERMS, num_oov_indices=4))
    # The empty string is not the rarest: Keras loses it at the end of vocabulary.txt.
    data = np.array(["b", "a", "b", "c", "c", "c", "", "", "日本", "日本", "d e", "\t", "[UNK]"])
    given = {
        "plain": {},
        "mask": {"mask_token": ""},
        "max_tokens": {"max_tokens": 4},
        "three_oov_buckets": {"num_oov_indices": 3},
        "multi_hot": {"output_mode": "multi_hot"} | PADDED,
        "one_hot": {"output_mode": "one_hot"},
        "tf_idf": {"output_mode": "tf_idf"},
        "tf_idf_two_oov_buckets": {"output_mode": "tf_idf", "num_oov_indices": 2},
        "tf_idf_mask": {"output_mode": "tf_idf", "mask_token": ""},
    }
    array = column(["a", "b", "c", "日本", "", "x", "d e", "\t", "[UNK]", "y"])
    yield "string-lookup-adapted", side_by_side(array, adapted(layers.StringLookup, data, given))
    inverse = {"plain": {"invert": True}, "mask": {"invert": True, "mask_token": ""}}
    yield "string-lookup-adapted-invert", side_by_side(np.arange(9)[:, None], adapted(layers.StringLookup, data, inverse))


def integer_lookups():
    codes = column(CODES, "int64")
    yield from lookups("integer-lookup", layers.IntegerLookup, NUMBERS, codes, 7, -2)
    plain = together(layers.IntegerLookup, {"plain": {}, "buckets": {"num_oov_indices": 4}}, vocabulary=NUMBERS)
    yield "integer-lookup-int32", side_by_side(column([12, 36, 5, -1, 0], "int32"), plain)
    yield "integer-lookup-float32", side_by_side(column([12.0, 36.9, -5.5, 1e12], "float32"), plain)
    hashed = {"plain": {}, "salt": {"salt": 9}, "mask": {"mask_token": 7}}
    yield "integer-lookup-farmhash", side_by_side(
        codes, together(layers.IntegerLookup, hashed, vocabulary=NUMBERS, num_oov_indices=5, oov_method="farmhash")
    )
    data = np.array([[5, 5, 5], [7, 7, -2], [2**50, 0, -1]])
    given = {
        "plain": {},
        "mask": {"mask_token": 0},
        "count": {"output_mode": "count"},
        "tf_idf": {"output_mode": "tf_idf"},
    }
    array = np.concatenate([data, data[::-1] + 1])
    yield "integer-lookup-adapted", side_by_side(array, adapted(layers.IntegerLookup, data, given))
    inverse = {"plain": {"invert": True}}
    yield "integer-lookup-adapted-invert", side_by_side(
        np.arange(-1, 8)[:, None], adapted(layers.IntegerLookup, data, inverse)
    )


CASES = dict([*string_lookups(), *integer_lookups()])
