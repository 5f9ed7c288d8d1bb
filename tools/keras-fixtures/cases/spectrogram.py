"""STFTSpectrogram and MelSpectrogram: modes, windows, lengths, paddings, scales."""

import keras
import numpy as np
from keras import layers

from case import Case

MODES = ["log", "magnitude", "psd", "real", "imag", "angle", "stft"]


def tones(rng, *shape):
    """Two tones and some noise along the last axis."""
    time = np.arange(shape[-1]) / 8000
    phase = rng.uniform(0, 6, (*shape[:-1], 1))
    signal = np.sin(2 * np.pi * 440 * time + phase) + 0.5 * np.sin(2 * np.pi * 1230 * time)
    return (signal + rng.normal(0, 0.05, shape)).astype("float32")


def transforms(given, channels_first=False, channels=1, time=56):
    def build(rng):
        signal = tones(rng, 2, channels, time)
        signal = signal if channels_first else np.moveaxis(signal, 1, 2)
        x = keras.Input(signal.shape[1:])
        data_format = "channels_first" if channels_first else "channels_last"
        outputs = [layers.STFTSpectrogram(data_format=data_format, name=name, **arguments)(x) for name, arguments in given.items()]
        return Case(keras.Model(x, outputs), signal, adapted=True)

    return build


def mels(given, shape=(1, 160), dtype="float32"):
    def build(rng):
        x = keras.Input(shape[1:], dtype=dtype)
        outputs = [layers.MelSpectrogram(name=name, **(BANDS | arguments))(x) for name, arguments in given.items()]
        return Case(keras.Model(x, outputs), tones(rng, *shape).astype(dtype), adapted=True)

    return build


FRAMES = {"frame_length": 16, "frame_step": 8}
BANDS = {"fft_length": 64, "sequence_stride": 32, "sampling_rate": 8000, "num_mel_bins": 8, "min_freq": 50}
LINEAR = {"power_to_db": False}


def cases():
    yield "stft-modes", transforms({mode: FRAMES | {"mode": mode} for mode in MODES})
    yield "stft-channels", transforms({mode: FRAMES | {"mode": mode} for mode in ["log", "stft"]}, channels=3)
    yield "stft-channels-first", transforms({mode: FRAMES | {"mode": mode} for mode in ["log", "psd"]}, True, channels=3)
    variants = {
        "expanded": {"expand_dims": True},
        "same": {"padding": "same"},
        "long_transform": {"fft_length": 32},
        "uneven_transform": {"fft_length": 21},
        "half_step": {"frame_step": None},
        "odd_step": {"frame_step": 5, "padding": "same"},
        "hamming": {"window": "hamming"},
        "periodic": {"window": "hann", "periodic": True},
        "blackman": {"window": "blackman"},
        "no_window": {"window": None},
        "spectrum": {"scaling": "spectrum"},
        "unscaled": {"scaling": None},
    }
    given = {name: FRAMES | {"mode": "magnitude"} | arguments for name, arguments in variants.items()}
    yield "stft-arguments", transforms(given)
    yield "stft-expanded-channels", transforms({"expanded": FRAMES | {"expand_dims": True, "mode": "stft"}}, channels=2)
    first = {"expanded": FRAMES | {"expand_dims": True, "mode": "stft"}}
    yield "stft-expanded-channels-first", transforms(first, True, channels=2)
    arguments = {
        "decibel": {},
        "top_db": {"top_db": 12.5},
        "reference": {"ref_power": 3.7, "min_power": 1e-3},
        "linear": LINEAR,
        "magnitude": LINEAR | {"mag_exp": 1.0},
        "cubed": LINEAR | {"mag_exp": 3.0},
        "short_sequence": LINEAR | {"sequence_length": 40},
        "odd_sequence": LINEAR | {"sequence_length": 41},
        "uneven_transform": LINEAR | {"fft_length": 60, "sequence_stride": 17},
        "odd_transform": LINEAR | {"fft_length": 63},
        "prime_transform": LINEAR | {"fft_length": 53, "num_mel_bins": 5},
        "hamming": LINEAR | {"window": "hamming"},
        "no_window": LINEAR | {"window": None},
        "narrow": LINEAR | {"min_freq": 300.0, "max_freq": 3000.0, "num_mel_bins": 12},
        "many_bands": LINEAR | {"num_mel_bins": 40},
    }
    yield "mel-arguments", mels(arguments)
    yield "mel-rank-3", mels({"decibel": {}, "linear": LINEAR}, (2, 2, 100))
    yield "mel-defaults", mels({"defaults": {"fft_length": 2048, "sequence_stride": 512, "num_mel_bins": 128, "sampling_rate": 16000, "min_freq": 20.0}}, (1, 1100))


CASES = dict(cases())
