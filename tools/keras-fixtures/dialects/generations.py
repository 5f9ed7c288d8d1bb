"""The generations of Keras that wrote files: how each is opened, run, saved and read. One generation per process."""

import importlib
import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from unittest import mock

import numpy as np

# generation -> version. The order is that of time.
GENERATIONS = {"keras-1.2": "1.2.2", "keras-2.0": "2.0.8", "keras-2.3": "2.3.1", "tf-keras-2": "2.21.0", "keras-3": "3.15.1"}


def open_generation(name):
    if name == "keras-3":
        return Keras3(name)
    return TfKeras(name) if name == "tf-keras-2" else OldKeras(name)


def as_list(x):
    return list(x) if isinstance(x, (list, tuple)) else [x]


def random_value(name, shape, rng):
    """Kernels keep the scale of their inputs; biases are far from 0, scales and variances from 1."""
    name = name.split("/")[-1]
    if any(word in name for word in ["gamma", "variance", "running_std"]):
        return rng.uniform(0.5, 1.5, shape).astype("float32")
    scale = 1 / np.sqrt(shape[0]) if len(shape) > 1 else 0.5
    return rng.normal(0, scale, shape).astype("float32")


class Generation:
    """layers, Model and Sequential of one generation, and its containers: name -> (write(model, folder), read(folder))."""

    def __init__(self, name, package):
        self.name = name
        self.version = GENERATIONS[name]
        keras = importlib.import_module(package)
        if keras.__version__ != self.version:
            raise ValueError(f"{package} is {keras.__version__}, not {self.version}")
        self.keras = keras
        self.layers = importlib.import_module(f"{package}.layers")
        self.Input = self.layers.Input
        models = importlib.import_module(f"{package}.models")
        self.Model, self.Sequential = models.Model, models.Sequential
        self.load_model, self.model_from_json = models.load_model, models.model_from_json
        self.containers = {"h5": (self.write_h5, self.read_h5), "weights": (self.write_weights, self.read_weights)}

    @property
    def made_by(self):
        return f"Keras {self.version}"

    def before(self, version):
        """Is this generation older than, for example, (2, 3)?"""
        return tuple(int(n) for n in self.version.split(".")) < version

    def first(self, layer, shape, *arguments, **options):
        """The first layer of a Sequential model, told the shape of its input."""
        return [layer(*arguments, input_shape=shape, **options)]

    def clear(self):
        self.keras.backend.clear_session()
        self.set_channels_first(False)

    def set_channels_first(self, first=True):
        """The default of layers that are not told."""
        backend = self.keras.backend
        if hasattr(backend, "set_image_dim_ordering"):
            backend.set_image_dim_ordering("th" if first else "tf")
        else:
            backend.set_image_data_format("channels_first" if first else "channels_last")

    def randomise(self, model, rng):
        for variable in model.weights:
            # Statistics of a Normalization layer are constants by now.
            if "float" in str(variable.dtype) and variable.name not in ["mean:0", "variance:0"]:
                self.assign(variable, random_value(variable.name, [int(n) for n in variable.shape], rng))

    def predict(self, model, inputs):
        rows = len(as_list(inputs)[0])
        return [np.asarray(y) for y in as_list(model.predict(inputs, batch_size=rows, verbose=0))]

    def reset_states(self, model):
        model.reset_states()

    @contextmanager
    def attribute_limit(self, limit):
        """As if HDF5 took no attribute longer than this."""
        with ExitStack() as stack:
            for name in self.splitters:
                module = importlib.import_module(name)
                stack.enter_context(mock.patch.object(module, "HDF5_OBJECT_HEADER_LIMIT", limit))
            yield

    def write_h5(self, model, folder):
        model.save(str(folder / "model.h5"))

    def read_h5(self, folder):
        return self.load_model(str(folder / "model.h5"))

    def write_weights(self, model, folder):
        (folder / "model.json").write_text(model.to_json() + "\n")
        model.save_weights(str(folder / "model.weights.h5"))

    def read_weights(self, folder):
        model = self.model_from_json((folder / "model.json").read_text())
        model.load_weights(str(folder / "model.weights.h5"))
        return model


class OldKeras(Generation):
    splitters = ["keras.engine.saving", "keras.utils.io_utils"]

    def __init__(self, name):
        import old_keras

        old_keras.use(GENERATIONS[name])
        super().__init__(name, "keras")

    def assign(self, variable, value):
        self.keras.backend.set_value(variable, value)


class TfKeras(Generation):
    splitters = ["tf_keras.src.saving.legacy.hdf5_format"]

    def __init__(self, name):
        from keras_runtime import make_deterministic

        make_deterministic()
        super().__init__(name, "tf_keras")
        self.containers |= {
            "keras": (self.write_keras, self.read_keras),
            "weights-v3": (self.write_weights_v3, self.read_weights_v3),
        }

    made_by = property(lambda self: f"tf-keras {self.version}")

    def clear(self):
        super().clear()
        self.keras.utils.set_random_seed(0)

    def assign(self, variable, value):
        variable.assign(value)

    def write_h5(self, model, folder):
        model.save(folder / "model.h5", save_format="h5")

    def write_keras(self, model, folder):
        from keras_runtime import save_tf_keras

        save_tf_keras(model, folder / "model.keras")

    def read_keras(self, folder):
        return self.load_model(folder / "model.keras")

    def write_weights(self, model, folder):
        """The format of save_weights("….h5"): tf-keras chooses by name, .weights.h5 means the new one to it."""
        (folder / "model.json").write_text(model.to_json() + "\n")
        with tempfile.TemporaryDirectory() as temporary:
            model.save_weights(f"{temporary}/legacy.h5", save_format="h5")
            shutil.copyfile(f"{temporary}/legacy.h5", folder / "model.weights.h5")

    def read_weights(self, folder):
        model = self.model_from_json((folder / "model.json").read_text())
        with tempfile.TemporaryDirectory() as temporary:
            shutil.copyfile(folder / "model.weights.h5", f"{temporary}/legacy.h5")
            model.load_weights(f"{temporary}/legacy.h5")
        return model

    def write_weights_v3(self, model, folder):
        super().write_weights(model, folder)

    def read_weights_v3(self, folder):
        return super().read_weights(folder)


class Keras3(Generation):
    def __init__(self, name):
        from keras_runtime import make_deterministic

        make_deterministic()
        super().__init__(name, "keras")
        self.containers["keras"] = (self.write_keras, self.read_keras)

    def first(self, layer, shape, *arguments, dtype=None, **options):
        return [self.Input(shape, dtype=dtype), layer(*arguments, **options)]

    def assign(self, variable, value):
        variable.assign(value)

    def write_keras(self, model, folder):
        from keras_runtime import save_keras

        save_keras(model, folder / "model.keras")

    def read_keras(self, folder):
        return self.load_model(folder / "model.keras")
