"""Import this before keras or tensorflow: it fixes everything a result could depend on."""

import os
import tempfile

os.environ["KERAS_BACKEND"] = os.environ.get("DOTPLUS_KERAS_BACKEND", "tensorflow")
# A keras.json in the home directory could change floatx or the image data format.
os.environ["KERAS_HOME"] = tempfile.mkdtemp(prefix="keras-home-")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import datetime
import time
from contextlib import contextmanager
from types import SimpleNamespace
from unittest import mock

import keras
import tensorflow as tf
from keras.src.saving import saving_lib, serialization_lib

EPOCH = datetime.datetime(1980, 1, 1)


def make_deterministic():
    tf.config.experimental.enable_op_determinism()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.get_logger().setLevel("ERROR")


class FrozenDatetime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return EPOCH


class NumberedObjects:
    """Stands in for id(): numbers of an address's size, in the order in which objects are met."""

    def __init__(self):
        self.numbers = {}

    def __call__(self, thing):
        # Keeping the object keeps its address from being used again.
        number, _ = self.numbers.setdefault(id(thing), (140_000_000_000_000 + len(self.numbers), thing))
        return number


@contextmanager
def repeatable_archive(saving_lib, serialization_lib):
    """A .keras archive holds the time (metadata.json, zip entries) and memory addresses (shared_object_id)."""
    with (
        mock.patch.object(serialization_lib, "id", NumberedObjects(), create=True),
        mock.patch.object(saving_lib, "datetime", SimpleNamespace(datetime=FrozenDatetime)),
        mock.patch.object(time, "localtime", lambda *_: EPOCH.timetuple()),
    ):
        yield


def save_keras(model, path):
    with repeatable_archive(saving_lib, serialization_lib):
        model.save(path)


def save_tf_keras(model, path):
    from tf_keras.src.saving import saving_lib, serialization_lib

    with repeatable_archive(saving_lib, serialization_lib):
        model.save(path, save_format="keras")
