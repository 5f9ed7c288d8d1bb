"""Functions of networks and images."""

import numpy as np
from keras import ops

from cases.op_settings import B, BF, D, F, H, I, L, unary

NN = {
    name: unary(getattr(ops, name), F(2, 6), D(2, 6), H(2, 6), BF(2, 6))
    for name in [
        *["relu", "relu6", "sigmoid", "sparse_sigmoid", "softplus", "softsign", "soft_shrink", "sparse_plus", "silu"],
        *["squareplus", "log_sigmoid", "leaky_relu", "hard_sigmoid", "hard_silu", "elu", "selu", "gelu", "celu", "glu"],
        *["tanh_shrink", "hard_tanh", "hard_shrink", "softmax", "log_softmax", "sparsemax"],
    ]
} | {
    "threshold-dtypes": [(lambda x: ops.threshold(x, 0.5, -1.0), F(2, 6)), (lambda x: ops.threshold(x, 0.5, 2.0), D(2, 6))],
    "softmax-axes": [(lambda x: ops.softmax(x, axis=(1, 2)), F(2, 3, 4)), (lambda x: ops.softmax(x, axis=0), D(2, 3)), (lambda x: ops.log_softmax(x, axis=1), F(2, 3, 4)), (lambda x: ops.log_softmax(x, axis=(0, 1)), F(2, 3)), (lambda x: ops.softmax(x, axis=None), F(2, 3)), (lambda x: ops.sparsemax(x, axis=0), F(4, 3)), (lambda x: ops.glu(x, axis=1), F(2, 4, 3))],
    "gelu-exact": [(lambda x: ops.gelu(x, approximate=False), F(2, 6)), (lambda x: ops.gelu(x, approximate=False), D(2, 6)), (lambda x: ops.leaky_relu(x, 0.1), D(2, 6)), (lambda x: ops.elu(x, 0.5), D(2, 6))],
    "max_pool": [
        (lambda x: ops.max_pool(x, 2), F(1, 6, 3)),
        (lambda x: ops.max_pool(x, (2, 3), strides=2, padding="same", data_format="channels_last"), F(1, 5, 6, 2)),
        (lambda x: ops.max_pool(x, 2, strides=1), D(1, 4, 4, 2)),
        (lambda x: ops.max_pool(x, 2), F(1, 4, 4, 4, 1)),
        (lambda x: ops.max_pool(x, 2), H(1, 4, 4, 2)),
    ],
    "average_pool": [
        (lambda x: ops.average_pool(x, 2), F(1, 6, 3)),
        (lambda x: ops.average_pool(x, (2, 3), strides=2, padding="same"), F(1, 5, 6, 2)),
        (lambda x: ops.average_pool(x, 2, strides=1), D(1, 4, 4, 2)),
        (lambda x: ops.average_pool(x, 2), F(1, 4, 4, 4, 1)),
    ],
    "conv": [
        (lambda x, k: ops.conv(x, k), F(1, 7, 2), F(3, 2, 4)),
        (lambda x, k: ops.conv(x, k, strides=2, padding="same"), F(1, 6, 5, 2), F(3, 2, 2, 3)),
        (lambda x, k: ops.conv(x, k, dilation_rate=2), F(1, 7, 7, 2), F(3, 3, 2, 3)),
        (lambda x, k: ops.conv(x, k, padding="same"), F(1, 5, 5, 4), F(3, 3, 4, 4)),
        (lambda x, k: ops.conv(x, k), D(1, 5, 5, 2), D(2, 2, 2, 3)),
        (lambda x, k: ops.conv(x, k, padding="same"), F(1, 3, 4, 3, 2), F(2, 2, 2, 2, 3)),
        (lambda x, k: ops.conv(x, k), H(1, 5, 5, 2), H(2, 2, 2, 3)),
    ],
    "depthwise_conv": [
        (lambda x, k: ops.depthwise_conv(x, k), F(1, 7, 2), F(3, 2, 2)),
        (lambda x, k: ops.depthwise_conv(x, k, strides=2, padding="same"), F(1, 6, 6, 2), F(3, 3, 2, 2)),
        (lambda x, k: ops.depthwise_conv(x, k, dilation_rate=2), D(1, 6, 6, 2), D(2, 2, 2, 1)),
    ],
    "separable_conv": [
        (lambda x, d, p: ops.separable_conv(x, d, p), F(1, 7, 2), F(3, 2, 2), F(1, 4, 3)),
        (lambda x, d, p: ops.separable_conv(x, d, p, strides=2, padding="same"), F(1, 6, 6, 2), F(3, 3, 2, 2), F(1, 1, 4, 3)),
    ],
    "one_hot": [
        (lambda x: ops.one_hot(x, 5), I(2, 3, of="counts")),
        (lambda x: ops.one_hot(x, 4, axis=0), I(2, 3, of="counts")),
        (lambda x: ops.one_hot(x, 4, axis=1, dtype="int32"), I(2, 3)),
        (lambda x: ops.one_hot(x, 3, dtype="float16"), L(4)),
        (lambda x: ops.one_hot(x, 3, dtype="bool"), I(4, of="counts", dtype="uint8")),
    ],
    "multi_hot": [(lambda x: ops.multi_hot(x, 6), I(2, 3, of="counts")), (lambda x: ops.multi_hot(x, 6, dtype="int32"), I(3, of="counts")), (lambda x: ops.multi_hot(x, 5), I(2, 3, 2, of="counts"))],
    "binary_crossentropy": [(lambda t, o: ops.binary_crossentropy(t, o), F(2, 3, of="image"), F(2, 3, of="image")), (lambda t, o: ops.binary_crossentropy(t, o, from_logits=True), F(2, 3, of="image"), F(2, 3)), (lambda t, o: ops.binary_crossentropy(t, o), D(2, 3, of="image"), D(2, 3, of="image"))],
    "categorical_crossentropy": [(lambda t, o: ops.categorical_crossentropy(t, o), F(2, 3, of="probabilities"), F(2, 3, of="positive")), (lambda t, o: ops.categorical_crossentropy(t, o, from_logits=True), F(2, 3, of="probabilities"), F(2, 3)), (lambda t, o: ops.categorical_crossentropy(t, o, axis=1), F(2, 3, 4, of="probabilities"), F(2, 3, 4, of="positive"))],
    "sparse_categorical_crossentropy": [(lambda t, o: ops.sparse_categorical_crossentropy(t, o), I(4, of="counts"), F(4, 5, of="positive")), (lambda t, o: ops.sparse_categorical_crossentropy(t, o, from_logits=True), I(4, of="counts"), F(4, 5))],
    "moments": [(lambda x: ops.moments(x, axes=[0]), F(4, 3)), (lambda x: ops.moments(x, axes=[1, 2], keepdims=True), F(2, 3, 4)), (lambda x: ops.moments(x, axes=[0]), D(4, 3)), (lambda x: ops.moments(x, axes=[1]), H(2, 5))],
    "batch_normalization": [
        (lambda x, m, v: ops.batch_normalization(x, m, v, axis=-1), F(2, 4, 3), F(3), F(3, of="positive")),
        (lambda x, m, v, o, s: ops.batch_normalization(x, m, v, axis=1, offset=o, scale=s, epsilon=0.1), F(2, 3, 4), F(3), F(3, of="positive"), F(3, of="unit"), F(3, of="large")),
        (lambda x, m, v: ops.batch_normalization(x, m, v, axis=-1), D(2, 3), D(3), D(3, of="positive")),
    ],
    "layer_normalization": [(lambda x: ops.layer_normalization(x), F(2, 5)), (lambda x, g, b: ops.layer_normalization(x, g, b), F(2, 3, 5), F(5), F(5, of="unit")), (lambda x: ops.layer_normalization(x, axis=(1, 2)), F(2, 3, 4)), (lambda x: ops.layer_normalization(x), D(2, 5))],
    "rms_normalization": [(lambda x: ops.rms_normalization(x), F(2, 5)), (lambda x, s: ops.rms_normalization(x, s), F(2, 5), F(5)), (lambda x: ops.rms_normalization(x), D(2, 5))],
    "normalize": [(ops.normalize, F(2, 5)), (lambda x: ops.normalize(x, axis=0), F(2, 5)), (lambda x: ops.normalize(x, order=1), F(2, 5)), (lambda x: ops.normalize(x, order=3), F(2, 5)), (ops.normalize, D(2, 5))],
    "ctc_decode": [(lambda x: ops.ctc_decode(x, np.array([5, 4]), mask_index=0)[0], F(2, 5, 4)), (lambda x: ops.ctc_decode(x, np.array([5, 4]), mask_index=0)[1], F(2, 5, 4)), (lambda x: ops.ctc_decode(x, np.array([5, 4]), merge_repeated=False, mask_index=3)[0], F(2, 5, 4))],
    "ctc_decode-beam_search": [
        (lambda x: ops.ctc_decode(x, np.array([6, 5]), strategy="beam_search", beam_width=9, top_paths=3, mask_index=0), F(2, 6, 4)),
        (lambda x: ops.ctc_decode(x, np.array([6, 2]), strategy="beam_search", beam_width=4, top_paths=1, mask_index=2), F(2, 6, 5)),
        (lambda x: ops.ctc_decode(x, np.array([6]), strategy="beam_search", beam_width=100, top_paths=2, mask_index=None), F(1, 6, 3)),
    ],
    "ctc_loss": [(lambda t, o: ops.ctc_loss(t, o, np.array([2, 3]), np.array([6, 5])), I(2, 3, of="ones"), F(2, 6, 8))],
    "psnr": [(lambda a, b: ops.psnr(a, b, max_val=1.0), F(2, 3, 3, 1, of="image"), F(2, 3, 3, 1, of="image"))],
    "dot_product_attention": [
        (ops.dot_product_attention, F(2, 3, 2, 4), F(2, 5, 2, 4), F(2, 5, 2, 4)),
        (lambda q, k, v: ops.dot_product_attention(q, k, v, is_causal=True, scale=0.3), F(2, 3, 2, 4), F(2, 3, 2, 4, of="unit"), F(2, 3, 2, 4, of="positive")),
        (lambda q, k, v, m: ops.dot_product_attention(q, k, v, mask=m), F(2, 3, 2, 4), F(2, 5, 2, 4), F(2, 5, 2, 4, of="unit"), B(2, 2, 3, 5)),
        (lambda q, k, v, b: ops.dot_product_attention(q, k, v, bias=b), F(2, 3, 2, 4), F(2, 5, 2, 4), F(2, 5, 2, 4, of="unit"), F(2, 2, 3, 5)),
        (ops.dot_product_attention, F(2, 3, 4, 4), F(2, 5, 2, 4), F(2, 5, 2, 4, of="unit")),
    ],
    "unfold": [(lambda x: ops.unfold(x, 2), F(1, 2, 4, 5)), (lambda x: ops.unfold(x, (2, 3), dilation=1, padding=1, stride=2), F(1, 2, 4, 5))] if hasattr(ops, "unfold") else [],
    "fold": [(lambda x: ops.fold(x, (4, 5), 2), F(1, 8, 12))] if hasattr(ops, "fold") else [],
    "depth_to_space": [(lambda x: ops.depth_to_space(x, 2), F(1, 2, 3, 8)), (lambda x: ops.depth_to_space(x, 2), L(1, 2, 3, 8))] if hasattr(ops, "depth_to_space") else [],
    "space_to_depth": [(lambda x: ops.space_to_depth(x, 2), F(1, 4, 6, 2))] if hasattr(ops, "space_to_depth") else [],
}

IMAGE = {
    "rgb_to_grayscale": [(ops.image.rgb_to_grayscale, F(1, 3, 4, 3, of="image")), (lambda x: ops.image.rgb_to_grayscale(x, data_format="channels_first"), F(1, 3, 4, 5, of="image"))],
    "rgb_to_hsv": [(ops.image.rgb_to_hsv, F(1, 4, 5, 3, of="image")), (ops.image.rgb_to_hsv, D(4, 5, 3, of="image"))],
    "hsv_to_rgb": [(ops.image.hsv_to_rgb, F(1, 4, 5, 3, of="image"))],
    "resize-float64": [
        (lambda x: ops.image.resize(x, (6, 7)), D(1, 4, 5, 2, of="image")),
        (lambda x: ops.image.resize(x, (3, 2), interpolation="bicubic", antialias=True), D(4, 5, 2, of="image")),
    ],
    "resize": [
        (lambda x: ops.image.resize(x, (6, 7)), F(1, 4, 5, 2)),
        (lambda x: ops.image.resize(x, (3, 2), interpolation="nearest"), F(1, 4, 5, 2)),
        (lambda x: ops.image.resize(x, (3, 2), antialias=True), F(1, 6, 5, 2)),
        (lambda x: ops.image.resize(x, (5, 6), interpolation="lanczos3"), F(1, 4, 5, 2)),
        (lambda x: ops.image.resize(x, (4, 4), crop_to_aspect_ratio=True), F(1, 4, 6, 2)),
        (lambda x: ops.image.resize(x, (4, 4), pad_to_aspect_ratio=True), F(1, 4, 6, 2)),
        (lambda x: ops.image.resize(x, (6, 7), data_format="channels_first"), F(1, 2, 4, 5)),
    ],
    "affine_transform": [
        (lambda x, t: ops.image.affine_transform(x, t), F(2, 5, 6, 2), F(2, 8, of="unit")),
        (lambda x, t: ops.image.affine_transform(x, t, interpolation="nearest", fill_mode="nearest"), F(2, 5, 6, 2), F(2, 8, of="unit")),
        (lambda x, t: ops.image.affine_transform(x, t, fill_mode="reflect", fill_value=1.0), F(2, 5, 6, 2), F(2, 8, of="unit")),
    ],
    "perspective_transform": [(lambda x: ops.image.perspective_transform(x, np.array([[[0, 0], [0, 5], [4, 0], [4, 5]]], "float32"), np.array([[[0.5, 0.2], [0.1, 4.5], [3.8, 0.3], [3.5, 4.8]]], "float32")), F(1, 5, 6, 2))],
    "map_coordinates": [
        (lambda x, c: ops.image.map_coordinates(x, c, order=1), F(5, 6), F(2, 7, of="large")),
        (lambda x, c: ops.image.map_coordinates(x, c, order=0, fill_mode="nearest"), F(5, 6), F(2, 7)),
        (lambda x, c: ops.image.map_coordinates(x, c, order=1, fill_mode="wrap"), F(5, 6), F(2, 7)),
        (lambda x, c: ops.image.map_coordinates(x, c, order=1, fill_mode="mirror"), F(5, 6), F(2, 7)),
    ],
    "pad_images": [(lambda x: ops.image.pad_images(x, top_padding=1, left_padding=2, target_height=6, target_width=8), F(1, 4, 5, 2))],
    "crop_images": [(lambda x: ops.image.crop_images(x, top_cropping=1, left_cropping=2, target_height=2, target_width=3), F(1, 4, 6, 2))],
    "extract_patches": [(lambda x: ops.image.extract_patches(x, (2, 2)), F(1, 4, 6, 2)), (lambda x: ops.image.extract_patches(x, 3, strides=(2, 1), padding="same"), F(1, 4, 5, 2)), (lambda x: ops.image.extract_patches(x, 2, strides=1, dilation_rate=2), F(1, 5, 5, 1))],
    "gaussian_blur": [(lambda x: ops.image.gaussian_blur(x, (3, 3), (1.0, 1.0)), F(1, 5, 6, 2)), (lambda x: ops.image.gaussian_blur(x, (5, 5), (0.7, 1.5)), F(1, 6, 6, 1))],
    "scale_and_translate": [(lambda x: ops.image.scale_and_translate(x, (1, 6, 8, 2), np.array([1.5, 1.3], "float32"), np.array([0.2, -0.4], "float32"), (1, 2), "linear"), F(1, 4, 5, 2)), (lambda x: ops.image.scale_and_translate(x, (1, 3, 3, 2), np.array([0.6, 0.5], "float32"), np.array([0.0, 0.3], "float32"), (1, 2), "cubic"), F(1, 4, 5, 2))],
    "sobel_edges": [(ops.image.sobel_edges, F(1, 5, 6, 2))] if hasattr(ops.image, "sobel_edges") else [],
    "ssim": [(lambda a, b: ops.image.ssim(a, b, max_val=1.0, filter_size=5), F(1, 9, 9, 1, of="image"), F(1, 9, 9, 1, of="image", dtype="float32"))] if hasattr(ops.image, "ssim") else [],
}
