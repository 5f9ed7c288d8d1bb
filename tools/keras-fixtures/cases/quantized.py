"""Models as keras.Model.quantize leaves them: int8, int4, float8, GPTQ and AWQ, by channel and by group."""

import keras
import numpy as np
from keras import layers
from keras.quantizers import AbsMaxQuantizer, GPTQConfig, Int4QuantizationConfig, Int8QuantizationConfig

from case import Case

BATCH, STEPS, WIDTH, WORDS = 3, 5, 6, 9


def products():
    x = keras.Input((STEPS, WIDTH), name="x")
    y = layers.EinsumDense("abc,cd->abd", (None, 7), bias_axes="d", activation="gelu")(x)
    y = layers.EinsumDense("abc,cde->abde", (None, 2, 4), bias_axes="de")(y)
    y = layers.EinsumDense("abde,def->abf", (None, 5))(y)
    y = layers.Dense(3, activation="relu")(y)
    return keras.Model(x, layers.Dense(4, use_bias=False)(y))


def tables(tie_weights):
    indices = keras.Input((STEPS,), dtype="int32", name="indices")
    vectors = keras.Input((STEPS, WIDTH), name="vectors")
    reversible = layers.ReversibleEmbedding(WORDS, WIDTH, tie_weights=tie_weights, logit_soft_cap=3.0)
    y = layers.Add()([layers.Embedding(WORDS, WIDTH)(indices), reversible(indices)])
    return keras.Model([indices, vectors], [y, reversible(vectors, reverse=True)])


def set_floats(model, rng):
    for variable in model.weights:
        variable.assign(rng.normal(0, 0.5, variable.shape).astype("float32"))


def products_case(mode, config=None):
    def build(rng):
        model = products()
        set_floats(model, rng)
        model.quantize(mode, config=config() if config else None)
        return Case(model, rng.normal(0, 1, (BATCH, STEPS, WIDTH)).astype("float32"), adapted=True)

    return build


def tables_case(mode, tie_weights, config=None):
    def build(rng):
        model = tables(tie_weights)
        set_floats(model, rng)
        model.quantize(mode, config=config() if config else None)
        indices = rng.integers(0, WORDS, (BATCH, STEPS)).astype("int32")
        vectors = rng.normal(0, 1, (BATCH, STEPS, WIDTH)).astype("float32")
        return Case(model, [indices, vectors], adapted=True)

    return build


def float8(rng):
    case = products_case("float8")(rng)
    for variable in case.model.weights:
        if variable.name in ("inputs_scale", "kernel_scale"):
            variable.assign(np.float32(2.0 ** rng.integers(-6, -1) * 1.25))
    return case


def keep_zero_point(layer):
    """Keras 3.15.1 leaves kernel_zero out when it saves such a layer and then refuses its own file."""
    layer._get_kernel_with_merged_lora = lambda: (None, layer.kernel_scale, layer.kernel_zero)


def calibrated(make_config, mode):
    """What calibration on a data set leaves: integers, scales, zero points and groups in no order."""

    def build(rng):
        x = keras.Input((STEPS, 8), name="x")
        einsum = layers.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de")
        dense = layers.Dense(5, activation="tanh")
        model = keras.Model(x, dense(layers.Reshape((STEPS, 6))(einsum(x))))
        set_floats(model, rng)
        for layer in (einsum, dense):
            layer.quantize(mode, config=make_config())
            setattr(layer, f"is_{mode}_calibrated", True)
            keep_zero_point(layer)
            groups = layer.kernel_scale.shape[1]
            for variable in layer.weights:
                if variable.name == "kernel" and "int" in variable.dtype:
                    variable.assign(rng.integers(0, 256, variable.shape).astype("uint8"))
                elif variable.name in ("kernel_zero", "zero_point"):
                    variable.assign(rng.integers(0, 16, variable.shape).astype("uint8"))
                elif variable.name == "g_idx":
                    variable.assign(rng.integers(0, groups, variable.shape).astype("float32"))
                elif variable.name in ("kernel_scale", "awq_scales"):
                    variable.assign(rng.uniform(0.02, 0.2, variable.shape).astype("float32") * (10 if "awq" in variable.name else 1))
        return Case(model, rng.normal(0, 1, (BATCH, STEPS, 8)).astype("float32"), adapted=True)

    return build


def gptq(bits, group_size):
    return lambda: GPTQConfig(dataset=None, tokenizer=None, weight_bits=bits, group_size=group_size)


def awq(group_size):
    return lambda: keras.quantizers.AWQConfig(dataset=None, tokenizer=None, group_size=group_size)


def lora(mode):
    """A LoRA is merged into the kernel when the model is saved; the file's numbers are those of the merged one."""

    def build(rng):
        model = products()
        set_floats(model, rng)
        for layer in model.layers:
            if isinstance(layer, layers.Dense | layers.EinsumDense):
                layer.enable_lora(2)
        for variable in model.weights:
            if "lora" in variable.name:
                variable.assign(rng.normal(0, 0.3, variable.shape).astype("float32"))
        if mode:
            model.quantize(mode)
        return Case(model, rng.normal(0, 1, (BATCH, STEPS, WIDTH)).astype("float32"), adapted=True)

    return build


def weights_only():
    return Int8QuantizationConfig(activation_quantizer=None)


def int4(block_size, activations=False):
    return lambda: Int4QuantizationConfig(
        block_size=block_size, activation_quantizer=AbsMaxQuantizer() if activations else None
    )


CASES = {
    "quantized-int8": products_case("int8"),
    "quantized-int8-weights-only": products_case("int8", weights_only),
    "quantized-int4-groups": products_case("int4"),
    "quantized-int4-groups-of-4": products_case("int4", int4(4)),
    "quantized-int4-channels": products_case("int4", int4(-1)),
    "quantized-int4-channels-inputs": products_case("int4", int4(-1, activations=True)),
    "quantized-float8": float8,
    "quantized-gptq-4": calibrated(gptq(4, 4), "gptq"),
    "quantized-gptq-8": calibrated(gptq(8, -1), "gptq"),
    "quantized-awq": calibrated(awq(4), "awq"),
    "quantized-tables-int8-tied": tables_case("int8", True),
    "quantized-tables-int8-untied": tables_case("int8", False),
    "quantized-tables-int8-weights-only": tables_case("int8", True, weights_only),
    "quantized-tables-int4-tied": tables_case("int4", True),
    "quantized-tables-int4-untied": tables_case("int4", False),
    "quantized-tables-int4-channels": tables_case("int4", True, int4(-1)),
    "quantized-tables-int4-channels-untied": tables_case("int4", False, int4(-1, activations=True)),
    "quantized-lora": lora(None),
}
