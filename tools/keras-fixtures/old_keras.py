"""Keras 1.2.2, 2.0.8 and 2.3.1 themselves, under today's Python, NumPy, h5py and TensorFlow.

Import this before keras in a process of its own: use(version) makes "import keras" mean that version.
Nothing of Keras's own code is changed but the module it finds as `tf`, which becomes tensorflow.compat.v1.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

# Kept out of the virtual environment: pip installs one version of a package only.
FOLDER = Path(__file__).resolve().parent / ".old-keras"
PACKAGES = {
    "1.2.2": ["keras==1.2.2"],
    "2.0.8": ["keras==2.0.8"],
    "2.3.1": ["keras==2.3.1", "keras-applications==1.0.8", "keras-preprocessing==1.1.2"],
}


def install(version):
    """From PyPI into a folder of its own, once; their dependencies are stood in for below."""
    if not (FOLDER / version / "keras").exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        target = ["--no-deps", "--target", str(FOLDER / version)]
        subprocess.run([*pip, *target, *PACKAGES[version]], check=True)


def use(version):
    install(version)
    os.environ["KERAS_BACKEND"] = "tensorflow"
    # keras.json is written there; 1.2.2 looks in the home directory.
    os.environ["KERAS_HOME"] = os.environ["HOME"] = tempfile.mkdtemp(prefix="keras-home-")
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.path.insert(0, str(FOLDER / version))

    replace_python()
    replace_numpy()
    replace_h5py()
    replace_modules()
    tf1 = replace_tensorflow()
    hand_over(tf1)


def replace_python():
    import collections
    import collections.abc
    import inspect

    ArgSpec = collections.namedtuple("ArgSpec", "args varargs keywords defaults")

    def getargspec(function):
        spec = inspect.getfullargspec(function)
        return ArgSpec(spec.args, spec.varargs, spec.varkw, spec.defaults)

    inspect.getargspec = getargspec
    for name in ["Iterable", "Mapping", "Sequence"]:
        setattr(collections, name, getattr(collections.abc, name))


def replace_numpy():
    import numpy as np

    np.string_, np.unicode_ = np.bytes_, np.str_


def replace_h5py():
    """h5py 2 wrote a list of byte strings with a fixed length, and read strings as bytes."""
    import numpy as np
    from h5py._hl.attrs import AttributeManager

    read, write = AttributeManager.__getitem__, AttributeManager.__setitem__

    def read_bytes(self, name):
        value = read(self, name)
        if getattr(value, "shape", None) == (0,):
            return []
        return value.encode() if isinstance(value, str) else value

    def write_fixed(self, name, value):
        if isinstance(value, list) and value and isinstance(value[0], bytes):
            value = np.array(value)
        write(self, name, value)

    AttributeManager.__getitem__ = read_bytes
    AttributeManager.__setitem__ = write_fixed
    AttributeManager.get = lambda self, name, default=None: self[name] if name in self else default


def stand_in(name, **contents):
    import types

    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:end]), types.ModuleType(".".join(parts[:end])))
    vars(sys.modules[name]).update(contents)


def replace_modules():
    stand_in("yaml")
    stand_in("scipy.sparse", issparse=lambda x: False)


def replace_tensorflow():
    import tensorflow as tf
    import tensorflow.compat.v1 as tf1
    import tf_keras
    from tensorflow.python.framework import ops
    from tensorflow.python.ops import control_flow_ops, while_loop
    from tensorflow.python.types import core

    tf1.logging.set_verbosity(tf1.logging.FATAL)
    tf1.disable_v2_behavior()
    # Base classes of some callbacks, metrics and optimizers of 2.3.1. Set as usual, it would load Keras 3.
    object.__setattr__(tf, "keras", tf_keras)
    tf1.keras = tf_keras
    ops._TensorLike = core.Tensor
    ops.is_dense_tensor_like = lambda x: isinstance(x, core.Tensor)
    control_flow_ops.while_loop = while_loop.while_loop
    stand_in("tensorflow.contrib.tensorboard.plugins", projector=None)
    stand_in("tensorflow.contrib.cudnn_rnn.python.ops", cudnn_rnn_ops=CudnnOps(tf1))
    return tf1


def hand_over(tf1):
    import keras
    import numpy as np
    from keras import backend as K

    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "keras" and "tf" in vars(module):
            module.tf = tf1
    tf_backend = sys.modules["keras.backend.tensorflow_backend"]
    if hasattr(tf_backend, "_is_tf_1"):
        tf_backend._is_tf_1 = lambda: True
    one_thread = tf1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)

    clear_session = K.clear_session

    def clear():
        clear_session()
        tf1.set_random_seed(0)
        np.random.seed(0)
        K.set_session(tf1.Session(config=one_thread))

    keras.backend.clear_session = clear


class CudnnOps:
    """cuDNN's GRU and LSTM as NVIDIA documents them, for CPUs.

    Parameters: every gate's input matrix (units, inputs) row by row, every gate's recurrent matrix (units, units),
    then the gates' input biases and their recurrent biases. Gates: r, z, candidate; i, f, candidate, o.
    """

    def __init__(self, tf):
        self.CudnnGRU = lambda **shape: lambda inputs, input_h, params, is_training: gru(inputs, input_h[0], params, shape)
        self.CudnnLSTM = lambda **shape: lambda inputs, input_h, input_c, params, is_training: lstm(
            inputs, input_h[0], input_c[0], params, shape
        )

        def split(params, gates, num_units, input_size, **_):
            sizes = [num_units * input_size] * gates + [num_units * num_units] * gates + [num_units] * 2 * gates
            parts = tf.split(params, sizes)
            kernels = [tf.transpose(tf.reshape(p, (num_units, -1))) for p in parts[: 2 * gates]]
            return kernels[:gates], kernels[gates:], parts[2 * gates : 3 * gates], parts[3 * gates :]

        def gru(inputs, h, params, shape):
            w, u, b, c = split(params, 3, **shape)
            outputs = []
            for x in tf.unstack(inputs):
                r, z = [tf.sigmoid(x @ w[i] + b[i] + h @ u[i] + c[i]) for i in (0, 1)]
                candidate = tf.tanh(x @ w[2] + b[2] + r * (h @ u[2] + c[2]))
                h = (1 - z) * candidate + z * h
                outputs.append(h)
            return tf.stack(outputs), h[None]

        def lstm(inputs, h, cell, params, shape):
            w, u, b, c = split(params, 4, **shape)
            outputs = []
            for x in tf.unstack(inputs):
                i, f, candidate, o = [x @ w[k] + b[k] + h @ u[k] + c[k] for k in range(4)]
                cell = tf.sigmoid(f) * cell + tf.sigmoid(i) * tf.tanh(candidate)
                h = tf.sigmoid(o) * tf.tanh(cell)
                outputs.append(h)
            return tf.stack(outputs), h[None], cell[None]
