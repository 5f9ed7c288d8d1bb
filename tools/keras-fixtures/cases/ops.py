"""One model for each function of keras.ops: a node for each of several settings, dtypes and shapes."""

import keras
import numpy as np

from case import Case
from cases.ops_core import CORE, LINALG
from cases.ops_elementwise import ELEMENTWISE
from cases.ops_movement import MOVEMENT
from cases.ops_network import IMAGE, NN
from cases.ops_reduction import REDUCTIONS

# Not among them, for Keras 3.15 with TensorFlow cannot run or save these nodes: argpartition, histogram,
# nn.adaptive_max_pool, nn.adaptive_average_pool, nn.conv_transpose.
GROUPS = [ELEMENTWISE, REDUCTIONS, MOVEMENT, CORE, LINALG, NN, IMAGE]


def runs(function, tensors):
    """TensorFlow has no kernel for some dtypes of some functions, and Keras cannot save some: these are left out."""
    rng = np.random.default_rng(1)
    inputs = [keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype) for tensor in tensors]
    try:
        model = keras.Model(inputs, keras.tree.flatten(function(*inputs)))
        keras.Model.from_config(model.get_config())([keras.ops.convert_to_tensor(tensor.make(rng), tensor.dtype) for tensor in tensors])
    except Exception as error:
        print("left out:", [tensor.key() for tensor in tensors], repr(error)[:150].replace("\n", " "))
        return False
    return True


def operation(settings):
    def build(rng):
        inputs, arrays, keys, outputs = [], [], {}, []
        for function, *tensors in settings:
            if not runs(function, tensors):
                continue
            used = []
            for tensor in tensors:
                # Two operands of one kind are two inputs.
                key = (*tensor.key(), sum(other.key() == tensor.key() for other in tensors[: len(used)]))
                if key not in keys:
                    keys[key] = len(inputs)
                    inputs.append(keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=f"x{len(inputs)}"))
                    arrays.append(tensor.make(rng))
                used.append(inputs[keys[key]])
            outputs.extend(keras.tree.flatten(function(*used)))
        return Case(keras.Model(inputs, outputs, name="model"), arrays, direct=True)

    return build


CASES = {f"op-{name}": operation(settings) for group in GROUPS for name, settings in group.items() if settings}
