"""TextVectorization: standardization, splitting, n-grams, output modes, lengths."""

import keras
import numpy as np
from keras import layers

from case import Case
from cases.categorical import side_by_side
from cases.lookup import together

TEXTS = [
    "the quick Brown fox",
    "",
    "   ",
    "The fox, the FOX; the fox!",
    "a\tb\nc\vd\fe\rf",
    "Ärger über STRAẞE, naïve café’s “quoted” ¿qué?",
    "日本 語の テキスト, 日本",
    "no\u00a0break em\u2003space wide\u3000space zero\u200bwidth line\u2028sep next\x85line",
    "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'",
    "🦜 parrot 👩‍👩‍👧 family e\u0301 é",
    "don't stop-me_now e.g. 3.14 a@b.c",
    "fox " * 12,
    "dog ẞ İ ı ſ K Å",
]
# What layers learn from: Keras cannot read a vocabulary back that has Unicode's own line ends in it.
SAMPLE = [text for text in TEXTS if text.splitlines() == [text]]
TERMS = ["the", "fox", "quick", "日本", "a", "straße", "🦜", "é", "dont", "the fox", "fox the fox", "fox,", "The"]
CHARACTERS = ["a", "e", " ", "日", "🦜", "x", "\u0301", "the", "a b", ","]
IDF = {"output_mode": "tf_idf", "idf_weights": [0.3 + 0.1 * i for i in range(len(TERMS))]}


def column(texts):
    return np.array(texts)[:, None]


def vectorizations(given, texts, **common):
    return side_by_side(texts, together(layers.TextVectorization, given, **({"vocabulary": TERMS} | common)))


def adapted(given):
    def make():
        made = together(layers.TextVectorization, given)()
        for layer in made:
            layer.adapt(np.array(SAMPLE))
        return made

    return make


def classifier(rng):
    """Text to a probability, as in Keras's text classification tutorials."""
    vectorize = layers.TextVectorization(max_tokens=30, output_sequence_length=8)
    vectorize.adapt(np.array(SAMPLE))
    model = keras.Sequential([
        keras.Input((1,), dtype="string"),
        vectorize,
        layers.Embedding(30, 6, mask_zero=True),
        layers.Bidirectional(layers.LSTM(4)),
        layers.Dense(1, activation="sigmoid"),
    ])
    return Case(model, column(TEXTS), adapted=True)


def convolutional(rng):
    """A free length, which the longest text of a call sets."""
    text = keras.Input((), dtype="string", name="text")
    vectorize = layers.TextVectorization(split="character", standardize="lower")
    vectorize.adapt(np.array(SAMPLE))
    x = layers.Embedding(vectorize.vocabulary_size(), 5)(vectorize(text))
    x = layers.Conv1D(4, 3, padding="same", activation="relu")(x)
    x = layers.GlobalMaxPooling1D()(x)
    return Case(keras.Model(text, layers.Dense(3, activation="softmax")(x)), np.array(TEXTS), adapted=True)


def bag_of_words(rng):
    text = keras.Input((1,), dtype="string", name="text")
    vectorize = layers.TextVectorization(max_tokens=40, output_mode="tf_idf", ngrams=2)
    vectorize.adapt(np.array(SAMPLE))
    return Case(keras.Model(text, layers.Dense(2)(vectorize(text))), column(TEXTS), adapted=True)


def labelled(rng):
    """The word for the most probable class."""
    x = keras.Input((4,), name="x")
    probabilities = layers.Dense(3, activation="softmax")(x)
    label = layers.StringLookup(vocabulary=["cat", "dog", "日本の犬"], num_oov_indices=0, invert=True)
    best = label(keras.ops.argmax(probabilities, axis=-1))
    return Case(keras.Model(x, [probabilities, best]), rng.normal(0, 2, (9, 4)).astype("float32"))


def compared(rng):
    """Functions that tell strings apart, from each other and from a text in the graph."""
    x, y = keras.Input((2,), dtype="string", name="x"), keras.Input((1,), dtype="string", name="y")
    equal, other = keras.ops.equal(x, "a"), keras.ops.not_equal(x, y)
    outputs = [equal, other, keras.ops.where(equal, 1.0, 0.0), keras.ops.equal("b", y)]
    return Case(keras.Model([x, y], outputs), [np.array([["a", "b"], ["á", "a"]]), np.array([["b"], ["a"]])])


def cases():
    texts = column(TEXTS)
    standards = ["lower_and_strip_punctuation", "lower", "strip_punctuation", None]
    given = {f"standardize_{each}".lower(): {"standardize": each} for each in standards}
    yield "text-comparisons", compared
    yield "text-vectorization-standardize", vectorizations(given, texts)
    characters = {name: arguments | {"split": "character"} for name, arguments in given.items()}
    yield "text-vectorization-characters", vectorizations(characters, texts, vocabulary=CHARACTERS)
    grams = {"up_to_1": 1, "up_to_2": 2, "up_to_3": 3, "only_2": (2,), "both": (3, 1)}
    yield "text-vectorization-ngrams", vectorizations({name: {"ngrams": each} for name, each in grams.items()}, texts)
    yield "text-vectorization-character-ngrams", vectorizations(
        {name: {"ngrams": each, "split": "character"} for name, each in grams.items()}, texts, vocabulary=CHARACTERS
    )
    lengths = {"one": 1, "four": 4, "hundred": 100}
    yield "text-vectorization-lengths", vectorizations({name: {"output_sequence_length": each} for name, each in lengths.items()}, texts)
    modes = {mode: {"output_mode": mode} for mode in ["multi_hot", "count"]} | {"tf_idf": IDF}
    padded = {"max_tokens": 20, "pad_to_max_tokens": True}
    modes |= {f"{name}_padded": arguments | padded for name, arguments in modes.items()}
    modes |= {f"{name}_ngrams": arguments | {"ngrams": 2} for name, arguments in modes.items()}
    yield "text-vectorization-encoded", vectorizations(modes, texts)
    both = {"int": {}, "length": {"output_sequence_length": 3}, "count": {"output_mode": "count"}}
    yield "text-vectorization-rank-1", vectorizations(both, np.array(TEXTS))
    nested = {"int": {}, "length": {"output_sequence_length": 3}}
    yield "text-vectorization-rank-3", vectorizations(nested, np.array(TEXTS[:12]).reshape(4, 3, 1))
    yield "text-vectorization-all-empty", vectorizations(both, column(["", " ", "..."]))
    tokens = np.array([["The", "fox,", "日本"], ["quick", "", "a"], ["DON'T", "é", "the fox"]])
    unsplit = {
        "int": {},
        "shorter": {"output_sequence_length": 2},
        "longer": {"output_sequence_length": 5},
        "ngrams": {"ngrams": 2},
        "ngrams_longer": {"ngrams": (2,), "output_sequence_length": 4},
        "count": {"output_mode": "count"},
        "multi_hot": {"output_mode": "multi_hot"},
        "one_hot": {"output_mode": "one_hot"},
        "tf_idf": IDF,
        "as_they_are": {"standardize": None},
    }
    yield "text-vectorization-unsplit", vectorizations({k: v | {"split": None} for k, v in unsplit.items()}, tokens)
    learned = {
        "plain": {},
        "max_tokens": {"max_tokens": 8},
        "ngrams": {"ngrams": 2, "max_tokens": 20},
        "characters": {"split": "character", "output_sequence_length": 10},
        "multi_hot": {"output_mode": "multi_hot"},
        "count_padded": {"output_mode": "count", "max_tokens": 60, "pad_to_max_tokens": True},
        "tf_idf": {"output_mode": "tf_idf"},
    }
    # Texts of as many tokens: Keras gives a tensor for these, a ragged one for others.
    pairs = column(["the fox", "Quick, a", "日本 x"])
    yield "text-vectorization-one_hot", vectorizations({"plain": {"output_mode": "one_hot"}}, pairs)
    yield "text-vectorization-adapted", side_by_side(texts, adapted(learned))
    yield "text-classifier", classifier
    yield "text-convolutional", convolutional
    yield "text-bag-of-words", bag_of_words
    yield "text-labelled", labelled


CASES = dict(cases())
