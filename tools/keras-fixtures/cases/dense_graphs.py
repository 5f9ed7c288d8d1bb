"""Functional models built from Dense layers: several inputs and outputs, sharing, nesting, dicts, merges."""

import keras
from keras import layers

from case import Case


def normal(rng, *shape):
    return rng.normal(0, 1, shape).astype("float32")


def several_inputs(rng):
    a, b = keras.Input((4,), name="a"), keras.Input((3,), name="b")
    joined = layers.Concatenate()([layers.Dense(5, activation="relu")(a), layers.Dense(2)(b)])
    return Case(keras.Model([a, b], layers.Dense(3)(joined)), [normal(rng, 5, 4), normal(rng, 5, 3)])


def inputs_out_of_name_order(rng):
    """Listed z before a: a list keeps its order, whatever the names."""
    z, a = keras.Input((4,), name="z"), keras.Input((3,), name="a")
    outputs = layers.Add()([layers.Dense(5)(z), layers.Dense(5)(a)])
    return Case(keras.Model([z, a], outputs), [normal(rng, 5, 4), normal(rng, 5, 3)])


def several_outputs(rng):
    x = keras.Input((4,))
    hidden = layers.Dense(6, activation="tanh")(x)
    outputs = [layers.Dense(3, activation="softmax", name="classes")(hidden), layers.Dense(1, name="value")(hidden)]
    return Case(keras.Model(x, outputs), normal(rng, 5, 4))


def several_inputs_and_outputs(rng):
    a, b = keras.Input((4,)), keras.Input((3,))
    left, right = layers.Dense(5)(a), layers.Dense(5)(b)
    outputs = [layers.Dense(2)(layers.Add()([left, right])), left, layers.Dense(1)(right)]
    return Case(keras.Model([a, b], outputs), [normal(rng, 5, 4), normal(rng, 5, 3)])


def shared_layer(rng):
    a, b = keras.Input((4,)), keras.Input((4,))
    shared = layers.Dense(5, activation="relu")
    return Case(keras.Model([a, b], layers.Concatenate()([shared(a), shared(b)])), [normal(rng, 5, 4), normal(rng, 5, 4)])


def shared_layer_in_series(rng):
    x = keras.Input((4,))
    shared = layers.Dense(4, activation="tanh")
    return Case(keras.Model(x, shared(shared(shared(x)))), normal(rng, 5, 4))


def intermediate_output(rng):
    """The same tensor is an output and goes on into the next layer."""
    x = keras.Input((4,))
    hidden = layers.Dense(5, activation="relu")(x)
    return Case(keras.Model(x, [hidden, layers.Dense(2)(hidden)]), normal(rng, 3, 4))


def input_is_output(rng):
    x = keras.Input((4,))
    return Case(keras.Model(x, [layers.Dense(2)(x), x]), normal(rng, 3, 4))


def output_twice(rng):
    x = keras.Input((4,))
    y = layers.Dense(2)(x)
    return Case(keras.Model(x, [y, y]), normal(rng, 3, 4))


def unused_branch(rng):
    """A layer that feeds no output is not stored at all."""
    x = keras.Input((4,))
    layers.Dense(7, name="unused")(x)
    return Case(keras.Model(x, layers.Dense(2, name="used")(x)), normal(rng, 3, 4))


def nested_sequential(rng):
    x = keras.Input((4,))
    block = keras.Sequential([keras.Input((5,)), layers.Dense(6, activation="relu"), layers.Dense(3)], name="block")
    return Case(keras.Model(x, layers.Dense(2)(block(layers.Dense(5)(x)))), normal(rng, 3, 4))


def nested_functional(rng):
    """Two inputs and two outputs, called twice with its tensors swapped."""
    a, b = keras.Input((4,)), keras.Input((4,))
    left, right = layers.Dense(4, activation="relu")(a), layers.Dense(4)(b)
    block = keras.Model([a, b], [layers.Add()([left, right]), right], name="block")
    x, y = keras.Input((4,)), keras.Input((4,))
    first, second = block([x, y])
    return Case(keras.Model([x, y], block([second, first])), [normal(rng, 3, 4), normal(rng, 3, 4)])


def nested_twice(rng):
    """A Sequential in a Sequential in a Functional."""
    inner = keras.Sequential([layers.Dense(5, activation="relu"), layers.Dense(4)])
    outer = keras.Sequential([keras.Input((3,)), layers.Dense(4), inner, layers.Dense(2)])
    x = keras.Input((3,))
    return Case(keras.Model(x, outer(x)), normal(rng, 3, 3))


def sequential_of_functional(rng):
    x = keras.Input((4,))
    block = keras.Model(x, layers.Add()([layers.Dense(4)(x), x]))
    return Case(keras.Sequential([keras.Input((4,)), block, layers.Dense(2)]), normal(rng, 3, 4))


def dict_inputs(rng):
    """Keys in sorted order are the order of model.inputs; the config keeps b, c, a."""
    inputs = {key: keras.Input((width,), name=key) for key, width in [("b", 3), ("c", 4), ("a", 2)]}
    outputs = layers.Dense(3)(layers.Concatenate()([inputs["b"], inputs["c"], inputs["a"]]))
    return Case(keras.Model(inputs, outputs), {key: normal(rng, 5, i.shape[1]) for key, i in inputs.items()})


def dict_inputs_other_names(rng):
    """The keys sort one way, the layers' names the other."""
    inputs = {"b": keras.Input((3,), name="first"), "a": keras.Input((3,), name="second")}
    outputs = layers.Subtract()([layers.Dense(2)(inputs["b"]), layers.Dense(2)(inputs["a"])])
    return Case(keras.Model(inputs, outputs), {"b": normal(rng, 5, 3), "a": normal(rng, 5, 3)})


def dict_outputs(rng):
    """out0 is key a, out1 is key z."""
    x = keras.Input((4,))
    outputs = {"z": layers.Dense(2, name="first")(x), "a": layers.Dense(3, name="second")(x)}
    return Case(keras.Model(x, outputs), normal(rng, 3, 4))


def nested_structure_inputs(rng):
    """A dict holding a list."""
    inputs = {"pair": [keras.Input((2,)), keras.Input((3,))], "last": keras.Input((4,))}
    joined = layers.Concatenate()([*inputs["pair"], inputs["last"]])
    values = {"pair": [normal(rng, 3, 2), normal(rng, 3, 3)], "last": normal(rng, 3, 4)}
    return Case(keras.Model(inputs, layers.Dense(2)(joined)), values)


def merge(layer, branches=2, units=5):
    def build(rng):
        x = keras.Input((4,))
        outputs = layer()([layers.Dense(units, activation="tanh")(x) for _ in range(branches)])
        return Case(keras.Model(x, outputs), normal(rng, 5, 4))

    return build


def residual(rng):
    x = keras.Input((6,))
    hidden = x
    for _ in range(3):
        hidden = layers.Add()([hidden, layers.Dense(6, activation="relu")(hidden)])
    return Case(keras.Model(x, layers.Dense(1)(hidden)), normal(rng, 5, 6))


def broadcast_add(rng):
    """(batch, 3, 5) + (batch, 1, 5)"""
    a, b = keras.Input((3, 4)), keras.Input((1, 4))
    return Case(keras.Model([a, b], layers.Add()([layers.Dense(5)(a), layers.Dense(5)(b)])), [normal(rng, 2, 3, 4), normal(rng, 2, 1, 4)])


def concatenate_axis_1(rng):
    a, b = keras.Input((3, 4)), keras.Input((2, 4))
    joined = layers.Concatenate(axis=1)([layers.Dense(5)(a), layers.Dense(5)(b)])
    return Case(keras.Model([a, b], joined), [normal(rng, 2, 3, 4), normal(rng, 2, 2, 4)])


def operators(rng):
    """Python operators on Keras tensors: op nodes with a number, or a second tensor."""
    x = keras.Input((4,))
    a, b = layers.Dense(5)(x), layers.Dense(5)(x)
    return Case(keras.Model(x, (2.0 * a - b) / (1.0 + keras.ops.square(b)) + a * 0.5), normal(rng, 5, 4))


def custom_scale(rng):
    """A class that keras.applications has for itself."""
    from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

    x = keras.Input((4,))
    y = CustomScaleLayer(scale=0.17)([layers.Dense(5)(x), layers.Dense(5)(x)])
    return Case(keras.Model(x, layers.Activation("relu")(y)), normal(rng, 5, 4))


CASES = {
    "graph-custom-scale-layer": custom_scale,
    "graph-several-inputs": several_inputs,
    "graph-inputs-out-of-name-order": inputs_out_of_name_order,
    "graph-several-outputs": several_outputs,
    "graph-several-inputs-and-outputs": several_inputs_and_outputs,
    "graph-shared-layer": shared_layer,
    "graph-shared-layer-in-series": shared_layer_in_series,
    "graph-intermediate-output": intermediate_output,
    "graph-input-is-output": input_is_output,
    "graph-output-twice": output_twice,
    "graph-unused-branch": unused_branch,
    "graph-nested-sequential": nested_sequential,
    "graph-nested-functional": nested_functional,
    "graph-nested-twice": nested_twice,
    "graph-sequential-of-functional": sequential_of_functional,
    "graph-dict-inputs": dict_inputs,
    "graph-dict-inputs-other-names": dict_inputs_other_names,
    "graph-dict-outputs": dict_outputs,
    "graph-nested-structure-inputs": nested_structure_inputs,
    "graph-residual": residual,
    "graph-operators": operators,
    "merge-add": merge(layers.Add),
    "merge-add-broadcast": broadcast_add,
    "merge-average-3": merge(layers.Average, branches=3),
    "merge-concatenate-3": merge(layers.Concatenate, branches=3),
    "merge-concatenate-axis-1": concatenate_axis_1,
    "merge-maximum-3": merge(layers.Maximum, branches=3),
    "merge-minimum": merge(layers.Minimum),
    "merge-multiply-3": merge(layers.Multiply, branches=3),
    "merge-subtract": merge(layers.Subtract),
}
