"""Image layers: resizing, cropping, and random augmentation as what it is at inference."""

from grids.grid import Grid

FORMATS = [None, "channels_last", "channels_first"]
SHAPE = (6, 9, 3)


def image(*shape):
    def inputs(arguments, rng):
        first = arguments.get("data_format") == "channels_first"
        full = (3, *((shape[-1], *shape[:-1]) if first else shape))
        return [rng.uniform(0, 255, full).astype("float32")], {}

    return inputs


RANDOM = {
    "AugMix": {},
    "AutoContrast": {"value_range": [(0, 255), (0, 1)]},
    "CutMix": {"factor": [1.0, 0.5]},
    "Equalization": {"value_range": [(0, 255)], "bins": [256, 64]},
    "MixUp": {"alpha": [0.2, 0.5]},
    "RandAugment": {"num_ops": [2, 1], "factor": [0.5]},
    "RandomBrightness": {"factor": [0.3, (0.1, 0.2)], "value_range": [(0, 255), (0, 1)], "seed": [None, 1]},
    "RandomColorDegeneration": {"factor": [0.3], "value_range": [(0, 255)]},
    "RandomColorJitter": {"brightness_factor": [None, 0.3], "contrast_factor": [None, 0.3], "saturation_factor": [None, 0.3], "hue_factor": [None, 0.3]},
    "RandomContrast": {"factor": [0.3, (0.1, 0.2)]},
    "RandomElasticTransform": {"factor": [1.0], "scale": [1.0]},
    "RandomErasing": {"factor": [1.0], "scale": [(0.02, 0.33)]},
    "RandomFlip": {"mode": ["horizontal_and_vertical", "horizontal", "vertical"], "data_format": FORMATS},
    "RandomGaussianBlur": {"factor": [1.0], "kernel_size": [3, (3, 5)]},
    "RandomGrayscale": {"factor": [0.5, 1.0], "data_format": FORMATS},
    "RandomHue": {"factor": [0.3], "value_range": [(0, 255), (0, 1)]},
    "RandomInvert": {"factor": [1.0]},
    "RandomPerspective": {"factor": [1.0], "scale": [1.0], "interpolation": ["bilinear", "nearest"]},
    "RandomPosterization": {"factor": [4]},
    "RandomRotation": {"factor": [0.3, (-0.1, 0.2)], "fill_mode": ["reflect", "constant", "wrap", "nearest"], "interpolation": ["bilinear", "nearest"], "data_format": FORMATS},
    "RandomSaturation": {"factor": [0.3]},
    "RandomSharpness": {"factor": [0.3]},
    "RandomShear": {"x_factor": [(0.1, 0.2)], "y_factor": [(0.0, 0.1)], "fill_mode": ["reflect", "constant"]},
    "RandomTranslation": {"height_factor": [0.2], "width_factor": [0.1], "fill_mode": ["reflect", "constant"], "data_format": FORMATS},
    "RandomZoom": {"height_factor": [0.2, (0.1, 0.3)], "width_factor": [None, 0.1], "fill_mode": ["reflect", "constant"], "data_format": FORMATS},
    "Solarization": {"addition_factor": [0.0, 0.2], "threshold_factor": [0.0, 0.3]},
}

GRIDS = [
    *(
        Grid(
            "Resizing",
            {
                "height": [4, 11, 6],
                "width": [5, 15, 9],
                "interpolation": ["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5", *extra],
                "crop_to_aspect_ratio": [False, *([True] if fit == "crop" else [])],
                "pad_to_aspect_ratio": [False, *([True] if fit == "pad" else [])],
                "fill_mode": ["constant"],
                "fill_value": [0.0, 3.5],
                "antialias": [False, True],
                "data_format": FORMATS,
            },
            image(*SHAPE),
        )
        for fit, extra in (("stretch", ["area"]), ("crop", []), ("pad", []))
    ),
    Grid("CenterCrop", {"height": [4, 6, 8], "width": [5, 9, 12], "data_format": FORMATS}, image(*SHAPE)),
    Grid("RandomCrop", {"height": [4, 6, 8], "width": [5, 9, 12], "data_format": FORMATS}, image(*SHAPE)),
    *(Grid(name, arguments, image(*SHAPE)) for name, arguments in RANDOM.items()),
]
