"""Layers × arguments: what a grid is and which of its points are tried."""

import itertools
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np


@dataclass
class Grid:
    """One layer class: every argument with the values it is tried with, the first being the plain one."""

    layer: str
    arguments: dict[str, list]
    inputs: Any = None
    """Shape of the input without its batch, a list of shapes for several, or a function (arguments, rng) -> args, kwargs."""
    call: dict[str, list] = field(default_factory=dict)
    """Arguments of the call, tried like those of the layer; a callable value gets rng and makes an array."""
    make: Callable | None = None
    """arguments -> layer, where the class alone does not do."""
    calls: int = 1

    def values(self):
        return {**self.arguments, **{f"call {k}": v for k, v in self.call.items()}}

    def plain(self):
        return {k: v[0] for k, v in self.values().items()}

    def one_at_a_time(self):
        """The plain point, then each value of each argument on its own."""
        yield self.plain()
        for key, values in self.values().items():
            for value in values[1:]:
                yield {**self.plain(), key: value}

    def random(self, count, rng):
        """Points of the whole product, each once."""
        values = self.values()
        size = int(np.prod([len(v) for v in values.values()], dtype=float)) if values else 1
        if size <= count:
            yield from (dict(zip(values, point, strict=True)) for point in itertools.product(*values.values()))
            return
        for _ in range(count):
            yield {key: options[rng.integers(len(options))] for key, options in values.items()}


def split(point):
    call = {k.removeprefix("call "): v for k, v in point.items() if k.startswith("call ")}
    return {k: v for k, v in point.items() if not k.startswith("call ")}, call


def arguments_of_call(grid, point, rng):
    """(args, kwargs) with arrays where tensors go in."""
    arguments, call = split(point)
    if callable(grid.inputs):
        args, kwargs = grid.inputs(arguments, rng)
    elif isinstance(grid.inputs, list):
        args, kwargs = [[normal(rng, shape) for shape in grid.inputs]], {}
    else:
        args, kwargs = [normal(rng, grid.inputs)], {}
    for key, value in call.items():
        if value is not None:
            kwargs[key] = value(rng, arguments, args) if callable(value) else value
    return args, kwargs


def make_layer(grid, point):
    arguments, _ = split(point)
    if grid.make:
        return grid.make(**arguments)
    return getattr(keras.layers, grid.layer)(**arguments)


def label(point):
    """Short and stable: what differs is in the file itself."""
    return f"{zlib.crc32(repr(sorted((k, shown(v)) for k, v in point.items())).encode()):08x}"


def shown(value):
    if callable(value) and hasattr(value, "__name__"):
        return value.__name__
    if hasattr(value, "get_config"):
        return f"{type(value).__name__}{value.get_config()}"
    return repr(value)


BATCH = 3


def normal(rng, shape, batch=BATCH):
    return rng.normal(0, 1, (batch, *shape)).astype("float32")


def shape_by_format(shape):
    """An input function for layers with data_format: `shape` is channels last."""

    def inputs(arguments, rng):
        first = arguments.get("data_format") == "channels_first"
        return [normal(rng, (shape[-1], *shape[:-1]) if first else shape)], {}

    return inputs
