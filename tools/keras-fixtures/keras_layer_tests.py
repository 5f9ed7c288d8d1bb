"""Turns the calls that Keras's own layer tests make into cases: python keras_layer_tests.py OUT [FILE…]

Every `run_layer_test(cls, init_kwargs, …)` and every direct call of a layer or model in a test becomes a case with
random weights. Nothing of the tests is kept in this repository; needs pytest beside Keras.
"""

import argparse
import copy
import json
import sys
import zlib
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import keras_runtime  # noqa: F401  (fixes what results depend on)
import keras
import numpy as np
import pytest
from keras.src import backend, testing, tree
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.layers.layer import Layer
from keras.src.models import Functional, Sequential
from keras.src.testing.test_case import create_eager_tensors
from layer_case import NotACase, case_of_call, file_name, is_array, randomise_layer, write_layer_case

SKIPPED_ARGUMENTS = {"training"}


class Recorder:
    def __init__(self, out):
        self.out = out
        self.test = None
        self.counts = {}
        self.seen = set()
        self.skipped = {}
        self.depth = 0

    def name(self, cls):
        stem = file_name(f"{cls.__name__}-{self.test}".replace("-", "__")).replace("__", "-", 1)
        number = self.counts[stem] = self.counts.get(stem, -1) + 1
        return f"{stem}-{number}"

    def skip(self, reason):
        reason = str(reason).splitlines()[0][:160] if str(reason) else type(reason).__name__
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    def layer_test(self, cls, init_kwargs, args, kwargs):
        """What run_layer_test describes."""
        self.depth += 1
        try:
            name = self.name(cls)
            rng = np.random.default_rng(zlib.crc32(name.encode()))
            self.write(name, lambda: cls(**init_kwargs), args, kwargs, lambda model, layer: randomise_layer(model, rng))
        finally:
            self.depth -= 1

    def direct_call(self, layer, args, kwargs):
        """A test called the layer on arrays; the weights it had are kept."""
        if isinstance(layer, keras.Model) and not isinstance(layer, Functional | Sequential):
            raise NotACase("a subclassed model is Python code")
        config = layer.get_config()
        shapes = [(a.shape, str(a.dtype)) for a in tree.flatten((args, kwargs)) if is_array(a)]
        key = json.dumps([type(layer).__name__, config, shapes], default=str, sort_keys=True)
        if key in self.seen:
            return
        self.seen.add(key)

        def take_weights(model, clone):
            if len(layer.variables) == len(clone.variables):
                for mine, theirs in zip(clone.variables, layer.variables, strict=True):
                    if mine.dtype != "string":
                        mine.assign(theirs)

        self.write(self.name(type(layer)), lambda: type(layer).from_config(copy.deepcopy(config)), args, kwargs, take_weights)

    def write(self, name, make_layer, args, kwargs, set_weights):
        for fixed_batch in (False, True):
            try:
                keras.utils.set_random_seed(1)
                model, arrays, layer = case_of_call(make_layer, args, kwargs, fixed_batch)
                set_weights(model, layer)
                stateful = bool(getattr(layer, "stateful", False))
                write_layer_case(self.out / name, model, arrays, calls=2 if stateful else 1)
                return
            except NotACase:
                raise
            except Exception as error:
                failure = error
        raise NotACase(f"{name.split('-')[0]}: {type(failure).__name__}: {failure}")


def standard_arguments(args, kwargs):
    """Lists of numbers as arrays, without `training`."""

    def listed(value):
        if isinstance(value, list) and value and not any(is_array(v) for v in tree.flatten(value)):
            array = np.asarray(value)
            return array.astype("float32") if array.dtype == "float64" else array
        return value

    return [listed(a) for a in args], {k: listed(v) for k, v in kwargs.items() if k not in SKIPPED_ARGUMENTS}


def install(recorder):
    original = Layer.__call__

    def run_layer_test(
        self, layer_cls, init_kwargs, input_shape=None, input_dtype=None, input_sparse=False, input_ragged=False,
        input_data=None, call_kwargs=None, **_,
    ):
        recorder.depth += 1
        try:
            if input_sparse or input_ragged:
                return recorder.skip("sparse or ragged")
            if input_data is None:
                if input_shape is None:
                    return recorder.skip("no input")
                dtype = input_dtype or tree.map_shape_structure(lambda _: "float32", input_shape)
                input_data = create_eager_tensors(input_shape, dtype, False, False)
            kwargs = {k: v for k, v in (call_kwargs or {}).items()}
            args = [] if isinstance(input_data, dict) else [input_data]
            kwargs |= input_data if isinstance(input_data, dict) else {}
            recorder.layer_test(layer_cls, init_kwargs or {}, args, kwargs)
        except Exception as error:
            recorder.skip(error)
        finally:
            recorder.depth -= 1

    def call(layer, *args, **kwargs):
        outer = recorder.depth == 0
        recorder.depth += 1
        try:
            result = original(layer, *args, **kwargs)
            if outer and recorder.test and not any(isinstance(t, KerasTensor) for t in tree.flatten((args, kwargs))):
                try:
                    recorder.direct_call(layer, *standard_arguments(args, kwargs))
                except Exception as error:
                    recorder.skip(error)
            return result
        finally:
            recorder.depth -= 1

    original_predict = keras.Model.predict

    def predict(model, x, *args, **kwargs):
        """model.predict calls the model in a graph, where a call has no values."""
        outer = recorder.depth == 0
        recorder.depth += 1
        try:
            result = original_predict(model, x, *args, **kwargs)
            if outer and recorder.test:
                try:
                    recorder.direct_call(model, *standard_arguments([x], {}))
                except Exception as error:
                    recorder.skip(error)
            return result
        finally:
            recorder.depth -= 1

    testing.TestCase.run_layer_test = run_layer_test
    Layer.__call__ = call
    keras.Model.predict = predict


def stand_in_for_missing_modules():
    """grain feeds data sets and conftest.py, which Keras does not install, skips tests by backend."""
    sys.modules.setdefault("grain", mock.MagicMock())
    sys.modules["conftest"] = SimpleNamespace(skip_if_backend=lambda *_: lambda test: test)


class Plugin:
    def __init__(self, recorder):
        self.recorder = recorder

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        self.recorder.test = item.name
        try:
            return (yield)
        except BaseException:
            return None
        finally:
            self.recorder.test = None
            self.recorder.depth = 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("files", nargs="*", help="test files below keras/src, default: all of layers/")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    source = Path(keras.__file__).parent / "src"
    files = arguments.files or [str(f.relative_to(source)) for f in sorted((source / "layers").rglob("*_test.py"))]
    recorder = Recorder(arguments.out.resolve())
    install(recorder)
    stand_in_for_missing_modules()
    options = ["-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "--continue-on-collection-errors", "-p", "no:warnings", "-W", "ignore"]
    pytest.main([*options, *(str(source / f) for f in files)], plugins=[Plugin(recorder)])
    print(len(list(arguments.out.iterdir())), "cases")
    for reason, count in sorted(recorder.skipped.items(), key=lambda entry: -entry[1]):
        print(f"  {count} not cases: {reason}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
