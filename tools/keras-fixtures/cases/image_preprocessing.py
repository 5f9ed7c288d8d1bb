"""Preprocessing of images, at inference: resizing, cropping, scaling, equalizing, and what is random in training."""

import keras
import numpy as np
from keras import layers

from case import Case

INTERPOLATIONS = ["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5", "area"]


def pictures(rng, *shape):
    return rng.integers(0, 256, shape).astype("float32")


def side_by_side(shape, make_layers, dtype="float32", free=False):
    """One input of this shape, and one output for each layer."""

    def build(rng):
        inner = (None, None, shape[-1]) if free else shape[1:]
        x = keras.Input(inner, dtype=dtype)
        outputs = [layer(x) for layer in make_layers()]
        return Case(keras.Model(x, outputs), pictures(rng, *shape).astype(dtype), adapted=True)

    return build


def named(layer_class, given, **common):
    return lambda: [layer_class(name=name, **(common | arguments)) for name, arguments in given.items()]


def resizings():
    sizes = {"smaller": (3, 4), "larger": (9, 11), "mixed": (9, 3), "same": (6, 7)}
    for interpolation in INTERPOLATIONS:
        given = {name: {"height": size[0], "width": size[1]} for name, size in sizes.items()}
        yield f"resizing-{interpolation}", side_by_side((2, 6, 7, 3), named(layers.Resizing, given, interpolation=interpolation))
    smooth = {name: {"interpolation": name, "antialias": True} for name in ["bilinear", "bicubic", "lanczos3", "lanczos5"]}
    yield "resizing-antialias", side_by_side((2, 6, 7, 3), named(layers.Resizing, smooth, height=3, width=5))
    aspects = {
        "crop": {"crop_to_aspect_ratio": True},
        "pad": {"pad_to_aspect_ratio": True},
        "pad_value": {"pad_to_aspect_ratio": True, "fill_value": 7.5},
        "crop_nearest": {"crop_to_aspect_ratio": True, "interpolation": "nearest"},
    }
    for name, size in {"wide": (4, 10), "tall": (10, 3), "small": (2, 2)}.items():
        make = named(layers.Resizing, aspects, height=size[0], width=size[1])
        yield f"resizing-aspect-{name}", side_by_side((2, 6, 7, 3), make)
        first = named(layers.Resizing, aspects, height=size[0], width=size[1], data_format="channels_first")
        yield f"resizing-aspect-{name}-channels-first", side_by_side((2, 3, 6, 7), first)
    yield "resizing-one-image", side_by_side((6, 7, 3), named(layers.Resizing, {"plain": {}} | aspects, height=4, width=9))
    yield "resizing-uint8", side_by_side((2, 6, 7, 3), named(layers.Resizing, {"plain": {}, "nearest": {"interpolation": "nearest"}}, height=4, width=9), dtype="uint8")
    yield "resizing-free-size", side_by_side((2, 6, 7, 3), named(layers.Resizing, {"plain": {}}, height=4, width=9), free=True)


def crops():
    sizes = {"inside": (4, 3), "odd": (3, 4), "whole": (6, 7), "wider": (4, 12), "taller": (11, 5), "larger": (9, 13)}
    given = {name: {"height": size[0], "width": size[1]} for name, size in sizes.items()}
    yield "center-crop", side_by_side((2, 6, 7, 3), named(layers.CenterCrop, given))
    yield "center-crop-channels-first", side_by_side((2, 3, 6, 7), named(layers.CenterCrop, given, data_format="channels_first"))
    yield "center-crop-uint8", side_by_side((2, 6, 7, 3), named(layers.CenterCrop, given), dtype="uint8")


def scalings():
    given = {
        "halved": {"scale": 0.5},
        "centered": {"scale": 1 / 127.5, "offset": -1},
        "channels": {"scale": [0.1, 0.2, 0.3], "offset": [1, 2, 3]},
        "one_offset": {"scale": [0.1, 0.2, 0.3], "offset": -0.5},
    }
    for dtype in ["float32", "uint8", "int32"]:
        yield f"rescaling-{dtype}", side_by_side((2, 4, 5, 3), named(layers.Rescaling, given), dtype=dtype)


def normalizations():
    def adapted():
        data = np.random.default_rng(3).normal(3, 2, (8, 4, 5, 3)).astype("float32")
        for name, axis in {"last": -1, "none": None, "first_two": (1, 2), "all": (1, 2, 3), "negative": (-1, -3)}.items():
            for invert in [False, True]:
                layer = layers.Normalization(axis=axis, invert=invert, name=f"{name}_inverted" if invert else name)
                layer.adapt(data)
                yield layer

    yield "normalization-adapted", side_by_side((2, 4, 5, 3), adapted)
    given = {
        "scalar": {"axis": None, "mean": 3.0, "variance": 4.0},
        "one_for_all": {"mean": 3.0, "variance": 4.0},
        "channels": {"mean": [1.0, 2.0, 3.0], "variance": [4.0, 0.25, 1e-20]},
        "inverted": {"mean": [1.0, 2.0, 3.0], "variance": [4.0, 0.25, 0.0], "invert": True},
        "axes": {"axis": (1, 3), "mean": [[1.0, 2, 3]] * 4, "variance": [[4.0, 5, 6]] * 4},
        "no_variance": {"mean": [1.0, 2.0, 3.0], "variance": [0.0, 0.0, 0.0]},
    }
    for dtype in ["float32", "int32"]:
        yield f"normalization-given-{dtype}", side_by_side((2, 4, 5, 3), named(layers.Normalization, given), dtype=dtype)


def equalizations():
    grids = {
        "two_by_two": {"tile_grid_size": (2, 2)},
        "three_by_one": {"tile_grid_size": (3, 1)},
        "padded": {"tile_grid_size": (5, 4)},
        "low_limit": {"tile_grid_size": (2, 3), "clip_limit": 1.5},
        "high_limit": {"tile_grid_size": (2, 3), "clip_limit": 40},
        "no_limit": {"tile_grid_size": (2, 2), "clip_limit": 0},
        "unit_range": {"tile_grid_size": (2, 2), "value_range": (0, 1)},
    }
    clahe = layers.ContrastLimitedAdaptiveHistogramEqualization
    yield "clahe", side_by_side((2, 12, 10, 3), named(clahe, grids))
    yield "clahe-channels-first", side_by_side((2, 3, 12, 10), named(clahe, grids, data_format="channels_first"))
    yield "clahe-one-image", side_by_side((12, 10, 1), named(clahe, {"plain": {"tile_grid_size": (2, 2)}}))
    yield "clahe-uint8", side_by_side((1, 17, 19, 3), named(clahe, {"plain": {}}), dtype="uint8")
    contrast = {"plain": {}, "unit_range": {"value_range": (0, 1)}, "wider_range": {"value_range": (-100, 400)}}
    yield "auto-contrast", side_by_side((2, 6, 5, 3), named(layers.AutoContrast, contrast))


def random_layers():
    return [
        layers.AugMix(),
        layers.CutMix(),
        layers.MixUp(),
        layers.RandAugment(),
        layers.RandomBrightness(0.5),
        layers.RandomColorDegeneration(0.5),
        layers.RandomColorJitter(brightness_factor=0.5, contrast_factor=0.5, saturation_factor=0.5, hue_factor=0.5),
        layers.RandomContrast(0.5),
        layers.RandomCrop(3, 4),
        layers.RandomElasticTransform(),
        layers.RandomErasing(),
        layers.RandomFlip(),
        layers.RandomGaussianBlur(),
        layers.RandomGrayscale(),
        layers.RandomHue(0.5),
        layers.RandomInvert(),
        layers.RandomPerspective(),
        layers.RandomPosterization(3),
        layers.RandomRotation(0.2),
        layers.RandomSaturation(0.5),
        layers.RandomSharpness(0.5),
        layers.RandomShear((0.1, 0.2), (0.1, 0.2)),
        layers.RandomTranslation(0.2, 0.2),
        layers.RandomZoom(0.2),
        layers.Solarization(0.3, 0.3),
        layers.MaxNumBoundingBoxes(3),
    ]


def chain(rng):
    """What an image classifier begins with."""
    x = keras.Input((9, 8, 3))
    pipeline = layers.Pipeline([
        layers.Resizing(6, 6),
        layers.RandomFlip(),
        layers.Rescaling(1 / 255),
        layers.CenterCrop(4, 4),
    ])
    y = layers.Conv2D(4, 3)(layers.RandomRotation(0.1)(pipeline(x)))
    return Case(keras.Model(x, layers.GlobalAveragePooling2D()(y)), pictures(rng, 2, 9, 8, 3), adapted=True)


def boxed(layers_of, dtype="float32", **entries):
    """A record of images with boxes and their labels, through each layer."""

    def build(rng):
        images = keras.Input((6, 9, 3), dtype=dtype, name="images")
        boxes, labels = keras.Input((5, 4), name="boxes"), keras.Input((5,), name="labels")
        inputs, arrays = [images, boxes, labels], [pictures(rng, 2, 6, 9, 3).astype(dtype)]
        low, size = rng.uniform(0, 4, (2, 5, 2)), rng.uniform(0.5, 5, (2, 5, 2))
        corners = np.concatenate([low, low + size], -1).astype("float32")
        corners[0, 0], corners[1, 2], corners[0, 3] = -1, 0, [8, 8, 20, 20]
        arrays += [corners, rng.integers(0, 7, (2, 5)).astype("float32")]
        record = {"images": images, "bounding_boxes": {"boxes": boxes, "labels": labels}}
        if entries:
            inputs.append(keras.Input((6, 9, 1), name="segments"))
            arrays.append(rng.integers(0, 4, (2, 6, 9, 1)).astype("float32"))
            record["segmentation_masks"] = inputs[-1]
        outputs = [layer(keras.tree.map_structure(lambda x: x, record)) for layer in layers_of()]
        return Case(keras.Model(inputs, keras.tree.flatten(outputs)), arrays, adapted=True)

    return build


FORMATS = ["xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw", "rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh"]

BOXES = {
    "resizing-boxes": boxed(lambda: [layers.Resizing(4, 5, bounding_box_format=each) for each in FORMATS]),
    "resizing-boxes-fitted": boxed(
        lambda: [
            layers.Resizing(*size, bounding_box_format="xyxy", **{fit: True})
            for size in [(4, 5), (7, 3), (12, 12)]
            for fit in ["crop_to_aspect_ratio", "pad_to_aspect_ratio"]
        ]
    ),
    "resizing-boxes-segments": boxed(
        lambda: [layers.Pipeline([layers.Resizing(4, 5, bounding_box_format="xywh"), layers.RandomFlip(bounding_box_format="xywh")])],
        segments=True,
    ),
    "resizing-boxes-uint8": boxed(lambda: [layers.Resizing(4, 5, bounding_box_format="xyxy")], dtype="uint8"),
}

CASES = dict([*resizings(), *crops(), *scalings(), *normalizations(), *equalizations()]) | {
    "image-random-layers": side_by_side((2, 6, 5, 3), random_layers),
    "image-pipeline": chain,
} | BOXES
