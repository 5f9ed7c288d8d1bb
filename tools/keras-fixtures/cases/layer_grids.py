"""Every layer class with every argument at each of its values at least once: a few points of each grid in `grids/`.

A case holds several points, each a layer with inputs and outputs of its own, for most of a small file is its tables.
"""

import re

import keras
import numpy as np
from grids import FAMILIES
from grids.grid import arguments_of_call, make_layer, shown
from layer_case import Inputs, NotACase, randomise_layer

from case import Case, case_seed

POINTS_PER_CASE = 6
SEED = 20


def covering_points(grid):
    """Points that try many values at once, then each value on its own for what Keras refuses together."""
    values = grid.values()
    for turn in range(max((len(options) for options in values.values()), default=1)):
        point = {key: options[turn % len(options)] for key, options in values.items()}
        yield point
        for key in point:
            yield {**point, key: values[key][0]}
    yield from grid.one_at_a_time()


def values_of(point):
    return {("the layer", ""), *((key, shown(value)) for key, value in point.items())}


def build_point(grid, point, rng):
    """Calls a layer on new inputs; raises what Keras raises."""
    args, kwargs = arguments_of_call(grid, point, rng)
    own = Inputs(fixed_batch=False)
    args, kwargs = keras.tree.map_structure(own.stand_in, (tuple(args), dict(kwargs)))
    outputs = keras.tree.flatten(make_layer(grid, point)(*args, **kwargs))
    if not own.tensors:
        raise NotACase("no array goes in")
    return own, outputs


def chosen_points(grid, name):
    """Points that hold every value of every argument that Keras takes."""
    rng = np.random.default_rng(case_seed(SEED, name))
    missing = set().union(*(values_of(point) for point in grid.one_at_a_time()))
    chosen = []
    for point in covering_points(grid):
        # A point whose values are all there already, or one that mends a point that was taken.
        if len(values_of(point) & missing) == 0:
            continue
        try:
            own, outputs = build_point(grid, point, rng)
            keras.Model(own.tensors, outputs)(own.arrays if len(own.arrays) > 1 else own.arrays[0])
        except Exception:  # Keras or its backend refuses the combination
            continue
        missing -= values_of(point)
        chosen.append((grid, point))
    return chosen


POINTS = {}


def points_of(name, grids):
    if name not in POINTS:
        POINTS[name] = [point for grid in grids for point in chosen_points(grid, name)]
    return POINTS[name]


def build(name, grids, part):
    def build_case(rng):
        points = points_of(name, grids)[part * POINTS_PER_CASE : (part + 1) * POINTS_PER_CASE]
        if not points:
            raise NotACase(f"{name} has fewer points than PARTS says")
        tensors, arrays, results = [], [], []
        for number, (grid, point) in enumerate(points):
            own, outputs = build_point(grid, point, rng)
            tensors += [renamed(tensor, f"x{number}_{i}") for i, tensor in enumerate(own.tensors)]
            arrays += own.arrays
            results += outputs
        model = keras.Model(tensors, results)
        randomise_layer(model, rng)
        return Case(model, arrays if len(arrays) > 1 else arrays[0], adapted=True)

    return build_case


def renamed(tensor, name):
    """Inputs of several points need names of their own."""
    tensor._keras_history.operation.name = name
    return tensor


def group_of(family, layer):
    """Classes that share a case: those of all ranks, the merges, what does nothing outside of training."""
    if layer in ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract", "Concatenate", "Dot"):
        return "merge"
    if "Drop" in layer or layer in ("GaussianNoise", "ActivityRegularization", "Identity"):
        return "regularization"
    if family == "image" and layer != "Resizing":
        return "augmentation"
    return re.sub(r"[123]d", "", layer.lower())


def grids_by_group():
    found = {}
    for family, grids in FAMILIES.items():
        for grid in grids:
            # Dense by activation is what the cases of `activations` are.
            if grid.calls == 1 and (family, grid.layer) != ("activation", "Dense"):
                found.setdefault(f"grid-{group_of(family, grid.layer)}", []).append(grid)
    return found


def count_parts():
    """What PARTS has to say."""
    return {name: -(-len(points_of(name, grids)) // POINTS_PER_CASE) for name, grids in grids_by_group().items()}


# Made by count_parts(): 2 minutes of trying what Keras takes.
PARTS = {
    "grid-activation": 6,
    "grid-dense": 2,
    "grid-relu": 1,
    "grid-leakyrelu": 1,
    "grid-elu": 1,
    "grid-prelu": 2,
    "grid-softmax": 3,
    "grid-attention": 2,
    "grid-additiveattention": 2,
    "grid-multiheadattention": 4,
    "grid-groupqueryattention": 1,
    "grid-conv": 5,
    "grid-convtranspose": 4,
    "grid-depthwiseconv": 2,
    "grid-separableconv": 2,
    "grid-einsumdense": 9,
    "grid-embedding": 2,
    "grid-reversibleembedding": 1,
    "grid-regularization": 4,
    "grid-masking": 1,
    "grid-merge": 14,
    "grid-rescaling": 1,
    "grid-resizing": 3,
    "grid-augmentation": 9,
    "grid-batchnormalization": 3,
    "grid-layernormalization": 3,
    "grid-groupnormalization": 4,
    "grid-rmsnormalization": 1,
    "grid-unitnormalization": 2,
    "grid-spectralnormalization": 2,
    "grid-normalization": 2,
    "grid-averagepooling": 3,
    "grid-maxpooling": 3,
    "grid-globalaveragepooling": 2,
    "grid-globalmaxpooling": 2,
    "grid-adaptiveaveragepooling": 2,
    "grid-adaptivemaxpooling": 2,
    "grid-simplernn": 1,
    "grid-lstm": 1,
    "grid-gru": 1,
    "grid-rnn": 2,
    "grid-bidirectional": 2,
    "grid-convlstm": 4,
    "grid-timedistributed": 4,
    "grid-cropping": 2,
    "grid-zeropadding": 2,
    "grid-upsampling": 2,
    "grid-flatten": 3,
    "grid-permute": 1,
    "grid-repeatvector": 1,
    "grid-reshape": 2,
}

CASES = {
    f"{name}-{part + 1}": build(name, grids, part)
    for name, grids in grids_by_group().items()
    for part in range(PARTS.get(name, 0))
}
